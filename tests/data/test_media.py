"""Media: where their content comes from, what they say of themselves, how they are kept."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

import weft
from pytest_weft.samples import gif, jpeg, pdf, png, wav, webp
from weft.errors import DataError, InputError, OptionError

if TYPE_CHECKING:
    from pathlib import Path

PNG = png()
IMAGE = weft.Image(PNG)
URL = "https://example.org/cat.png"


class Page(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    title: str
    pictures: list[weft.Image]


def test_only_from_file_reads_a_file(tmp_path: Path) -> None:
    place = tmp_path / "cat.png"
    place.write_bytes(PNG)
    assert weft.Image.from_file(place) == weft.Image(PNG, name="cat.png")
    assert weft.Image.from_file(str(place), detail="low").options == {"detail": "low"}
    for given in (str(place), place):
        with pytest.raises(DataError, match=r"use Image\.from_file"):
            weft.Image.read(given)
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        weft.Image.from_file(tmp_path / "dog.png")


def test_a_url_is_carried_and_never_read() -> None:
    image = weft.Image.from_url(f"{URL}?signature=secret")
    assert (image.url, image.data, image.media_type) == (f"{URL}?signature=secret", None, "image/png")
    assert "secret" not in repr(image)
    with pytest.raises(DataError, match="is no URL"):
        weft.Image.from_url("cat.png")
    with pytest.raises(DataError, match=r"'https://example.org/cat.png' is not taken for Image"):
        weft.Image.read(URL)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (jpeg(3, 4), "image/jpeg"),
        (gif(3, 4), "image/gif"),
        (webp("VP8 ", 3, 4), "image/webp"),
        (pdf(), "application/pdf"),
        (wav(1), "audio/wav"),
    ],
)
def test_the_first_bytes_say_what_it_is(data: bytes, kind: str) -> None:
    assert weft.File(data).media_type == kind


def test_the_name_says_it_where_bytes_do_not_and_else_it_must_be_said() -> None:
    assert weft.File(b"a,b", name="table.csv").media_type == "text/csv"
    assert weft.File(b"?", media_type="application/x-odd").media_type == "application/x-odd"
    with pytest.raises(DataError, match=r"cannot be told; say File\(…, media_type='…'\)"):
        weft.File(b"?")


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: weft.Image(pdf()), r"Image is image/\*, not application/pdf"),
        (lambda: weft.Audio(PNG), r"Audio is audio/\*, not image/png"),
        (lambda: weft.Image(), "takes either data, a url or a file_id"),
        (lambda: weft.Image(PNG, url=URL), "takes either data, a url or a file_id"),
        (lambda: weft.Image("cat.png"), r"The text 'cat.png' is not taken for Image; use Image.from_file\(path\)"),  # type: ignore[arg-type]
        (lambda: weft.Image.read("data:image/png;base64,###"), "is no base64"),
        (lambda: weft.Image.read(3), "A int is not taken for Image"),
    ],
)
def test_what_is_no_media_is_refused(make: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        make()


def test_a_misspelt_option_is_refused() -> None:
    with pytest.raises(OptionError, match=r"Image has no option 'detial'. Did you mean 'detail'\?"):
        weft.Image(PNG, detial="low")


def test_equal_content_is_equal() -> None:
    assert weft.Image(PNG) == IMAGE
    assert hash(weft.Image(PNG)) == hash(IMAGE)
    assert weft.Image(PNG, detail="low") != IMAGE
    assert weft.File(PNG) != IMAGE
    assert weft.Image(png(1, 1)) != IMAGE
    with pytest.raises(DataError, match="immutable"):
        IMAGE.name = "x"


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (PNG, (640, 480)),
        (jpeg(1024, 768), (1024, 768)),
        (gif(20, 10), (20, 10)),
        (webp("VP8 ", 20, 10), (20, 10)),
        (webp("VP8L", 2000, 10), (2000, 10)),
        (webp("VP8X", 20, 1000), (20, 1000)),
        (PNG[:10], None),
        (jpeg(3, 4)[:12], None),
        (b"\xff\xd8\xff\xff" + b"\0" * 20, None),
        (webp("VP8 ", 3, 4)[:12] + b"NONE" + b"\0" * 20, None),
    ],
)
def test_pixels(data: bytes, pixels: tuple[int, int] | None) -> None:
    assert weft.Image(data).pixels == pixels


@pytest.mark.parametrize(
    ("media", "tokens"),
    [
        (IMAGE, 410),  # 640 * 480 / 750
        (weft.Image(png(3000, 3000)), 1600),
        (weft.Image.from_url(URL), 1600),
        (weft.Audio(wav(2.5)), 81),
        (weft.Audio(b"ID3" + b"\0" * 31_997), 64),  # as if it had 128 kbit/s
        (weft.Audio.from_url("https://example.org/a.mp3"), 1920),
        (weft.File(pdf(3)), 6000),
        (weft.File.from_id("file-1", media_type="application/pdf"), 20_000),
        (weft.File(b"\0", media_type="video/mp4"), 1000),
        (weft.File(b"text", name="a.txt"), 0),  # text counts as text
    ],
)
def test_tokens(media: weft.Media, tokens: int) -> None:
    assert media.tokens() == tokens


def test_labels_are_short_and_hold_no_content() -> None:
    assert repr(weft.Image(PNG, name="cat.png")) == f"Image(image/png, cat.png, 640×480 pixels, {len(PNG)} bytes)"
    assert repr(weft.File(b"x" * 3_000_000, media_type="video/mp4")) == "File(video/mp4, 3.0 MB)"
    assert repr(weft.File.from_id("file-1", media_type="application/pdf")) == "File(application/pdf file-1)"
    assert IMAGE.text == f"[{IMAGE.label}]"
    document = weft.Document("a", title="T", context="of 1999")
    assert document.text == "<document name='T' context='of 1999'>\na\n</document>"
    assert weft.File(b"a", name="a.txt").text == "<document name='a.txt'>\na\n</document>"


@pytest.mark.parametrize(
    "media",
    [
        weft.Image(PNG, name="cat.png", detail="high"),
        weft.Image.from_url(URL),
        weft.Audio(wav(1)),
        weft.File.from_id("file-1", media_type="application/pdf"),
        weft.Document("Snow is white.", title="Weather", context="of 1999", citations=True),
    ],
)
def test_what_is_kept_is_json_and_comes_back(media: weft.Media) -> None:
    kept = json.loads(json.dumps(weft.Example(it=media, deep=[{"it": media}]).to_dict()))
    assert type(media).read(kept["it"]) == media
    assert TypeAdapter(list[dict[str, type(media)]]).validate_python(kept["deep"]) == [{"it": media}]  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(media)) == media
    assert copy.deepcopy(media) == media


def test_media_stand_in_models() -> None:
    page = Page(title="Cats", pictures=[IMAGE])
    assert Page.model_validate_json(page.model_dump_json()) == page


def test_one_type_is_read_as_another_without_options_that_it_lacks() -> None:
    low = weft.Image(PNG, name="cat.png", detail="low")
    assert weft.File.read(low) == weft.File(PNG, name="cat.png")
    with pytest.raises(DataError, match="Image is"):
        weft.Image.read(weft.File(pdf()))


def test_an_input_says_what_to_do_instead_of_a_path() -> None:
    with pytest.raises(InputError, match=r"must be Image, not 'cat.png'. .*use Image.from_file\(path\)"):
        weft.Predict("photo: Image -> a")(photo="cat.png", lm="scripted/x")
