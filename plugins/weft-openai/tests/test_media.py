"""Images, sound and files on the wire, in both APIs that take them, and what images cost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import lm_of, sent

import weft
from pytest_weft.samples import pdf, png, wav
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

IMAGE = weft.Image(png(4, 4), detail="low")
LINKED = weft.Image.from_url("https://example.org/cat.png")
SOUND = weft.Audio(wav(0.1))
PDF = weft.File(pdf(), name="a.pdf")
NOTES = weft.File(b"Snow is white.", name="notes.md")


def content_of(server: ModelServer, *pieces: str | weft.Media, api: str = "chat", **options: Any) -> Any:
    """Return the content of the turn that is sent."""
    lm_of(server, api=api, **options)([weft.Message.made_of("user", *pieces)])
    body = sent(server)
    return body["messages" if api == "chat" else "input"][0]["content"]


def test_chat_completions(server: ModelServer) -> None:
    assert content_of(server, "Look:", IMAGE, "and", LINKED, "Well?") == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": IMAGE.data_uri, "detail": "low"}},
        {"type": "text", "text": "and"},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        {"type": "text", "text": "Well?"},
    ]
    assert content_of(server, SOUND, PDF, weft.File.from_id("file-1", media_type="application/pdf"), NOTES) == [
        {"type": "input_audio", "input_audio": {"data": SOUND.base64, "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF.data_uri}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "text", "text": "<document name='notes.md'>\nSnow is white.\n</document>"},
    ]


def test_responses(server: ModelServer) -> None:
    linked = weft.File.from_url("https://example.org/a.pdf")
    stored = weft.Image.from_id("file-2")
    given = ("Look:", IMAGE, stored, PDF, linked, weft.File.from_id("file-1", media_type="application/pdf"), SOUND)
    assert content_of(server, *given, NOTES, api="responses") == [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "detail": "low", "image_url": IMAGE.data_uri},
        {"type": "input_image", "detail": "auto", "file_id": "file-2"},
        {"type": "input_file", "filename": "a.pdf", "file_data": PDF.data_uri},
        {"type": "input_file", "file_url": "https://example.org/a.pdf"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {"data": SOUND.base64, "format": "wav"}},
        {"type": "input_text", "text": "<document name='notes.md'>\nSnow is white.\n</document>"},
    ]


def test_a_typed_program_sends_them(server: ModelServer) -> None:
    server.change(answer="[[ ## answer ## ]]\nA cat.\n\n[[ ## completed ## ]]")
    describe = weft.Predict("photo: Image, question -> answer", lm=lm_of(server))
    assert describe(photo=IMAGE, question="What?").answer == "A cat."
    kinds = [piece["type"] for piece in sent(server)["messages"][-1]["content"]]
    assert kinds == ["text", "image_url", "text"]


def test_streams_send_the_same(server: ModelServer) -> None:
    async def pieces() -> list[Any]:
        return [piece async for piece in lm_of(server).astream([weft.Message.made_of("user", "Look:", IMAGE)])]

    assert asyncio.run(pieces())[-1].text == "Hello there."
    assert sent(server)["messages"][0]["content"][1]["type"] == "image_url"


@pytest.mark.parametrize(
    ("turn", "match"),
    [
        (weft.Message.made_of("assistant", IMAGE), "takes media in turns of the user, and not .* in the assistant's"),
        (weft.Message.made_of("user", weft.File.from_url("https://example.org/a.pdf")), "has no form for File"),
        (weft.Message.made_of("user", weft.Audio.from_url("https://example.org/a.mp3")), "has no form for Audio"),
    ],
)
def test_what_has_no_form_is_not_sent(server: ModelServer, turn: weft.Message, match: str) -> None:
    with pytest.raises(LMInvalidRequestError, match=match):
        lm_of(server)([turn])
    assert server.requests == []


def test_models_that_are_known_to_see_nothing_are_not_asked(server: ModelServer) -> None:
    for ref, media in (("openai/gpt-3.5-turbo", IMAGE), ("openai/o3-mini", PDF), ("openai/gpt-4o", SOUND)):
        with pytest.raises(LMInvalidRequestError, match=f"{ref} cannot be given {media.media_type}"):
            lm_of(server, ref)([weft.Message.made_of("user", media)])
    with pytest.raises(LMInvalidRequestError, match="cannot be given image/png"):
        lm_of(server, api="completions")([weft.Message.made_of("user", IMAGE)])
    assert server.requests == []


class Clip(weft.Media):
    """A type of somebody else's that brings its own form."""

    __slots__ = ()

    def wire(self, api: str) -> dict[str, Any] | None:
        return {"type": "video_url", "video_url": {"url": self.data_uri}} if api == "openai-chat" else None


def test_a_type_may_bring_its_own_form(server: ModelServer) -> None:
    clip = Clip(b"\0", media_type="application/x-clip")
    assert content_of(server, clip) == [{"type": "video_url", "video_url": {"url": clip.data_uri}}]


@pytest.mark.parametrize(
    ("model", "image", "tokens"),
    [
        ("gpt-4o", weft.Image(png(1024, 1024)), 765),  # the guide's own examples
        ("gpt-4o", weft.Image(png(2048, 4096)), 1105),
        ("gpt-4o", weft.Image(png(4096, 8192), detail="low"), 85),
        ("gpt-4o", weft.Image.from_url("https://example.org/cat.png"), 765),
        ("gpt-5", weft.Image(png(512, 512)), 210),
        ("gpt-4.1-mini", weft.Image(png(1024, 1024)), 1659),  # 1024 patches
        ("o4-mini", weft.Image(png(1800, 2400)), 2642),  # 1536 patches at most
        ("some-new-model", weft.Image(png(750, 100)), 100),  # weft's own rule
    ],
)
def test_what_images_take(server: ModelServer, model: str, image: weft.Image, tokens: int) -> None:
    assert lm_of(server, f"openai/{model}").media_tokens(image) == tokens


def test_sound_is_counted_by_weft(server: ModelServer) -> None:
    assert lm_of(server, "openai/gpt-4o").media_tokens(SOUND) == SOUND.tokens()
