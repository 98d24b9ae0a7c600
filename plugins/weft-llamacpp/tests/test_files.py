"""Which file a name means, and what is said where it is not what it should be."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

import pytest

import weft
from pytest_weft.llama.tiny_model import write_tiny_gguf
from weft.errors import OptionError, PluginLoadError, UnsupportedModelError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory and working directory that holds the model in a folder."""
    folder = tmp_path / "my models"
    folder.mkdir()
    (folder / "tiny.gguf").write_bytes(tiny_gguf.read_bytes())
    (tmp_path / "models").symlink_to(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_path_may_be_absolute_relative_or_from_home(home: Path) -> None:
    names = (str(home / "models/tiny.gguf"), "models/tiny.gguf", "~/models/tiny.gguf")
    answers = {weft.LM(f"gguf/{name}", cache="off", seed=1, max_tokens=8)("Hi").text for name in names}
    assert len(answers) == 1


def test_a_path_with_spaces_is_an_option(home: Path) -> None:
    lm = weft.LM("gguf/tiny", path="my models/tiny.gguf", max_tokens=4)
    assert lm.ref == "gguf/tiny"
    assert lm.describe() == {"ref": "gguf/tiny", "max_tokens": 4, "path": "my models/tiny.gguf"}
    assert lm("Hi").usage.output_tokens > 0


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UnsupportedModelError, match=r"There is no file '.*/nowhere/x\.gguf'\.") as caught:
        weft.LM("gguf//nowhere/x.gguf")
    assert (caught.value.provider, caught.value.model) == ("gguf", "/nowhere/x.gguf")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match=r"The file '.*' cannot be read: Is a directory\."):
        weft.LM("gguf/folder", path=str(tmp_path))


def test_no_file_at_all() -> None:
    with pytest.raises(UnsupportedModelError, match=r"Say which file: weft\.LM"):
        weft.LM("gguf")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\3\4 a zip", "is no GGUF file: it begins with b'PK\\x03\\x04' and not with b'GGUF'"),
        (b"", "is no GGUF file: it begins with b'' and not with b'GGUF'"),
        (b"GGUF\3\0", "is a damaged GGUF file"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**60), "is a damaged GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "is a GGUF file, but holds no language model"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "is a GGUF file of a kind that llama.cpp does not read"),
    ],
)
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(UnsupportedModelError) as caught:
        weft.LM(f"gguf/{file}")
    assert str(caught.value) == f"{str(file)!r} {problem}."


def test_a_file_that_was_cut_off_is_said_in_llama_cpps_words(
    tiny_gguf: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(tiny_gguf.read_bytes()[:200_000])
    lm = weft.LM(f"gguf/{file}", cache="off")
    with pytest.raises(
        UnsupportedModelError, match=r"llama\.cpp cannot open cut\.gguf: .*(corrupted|incomplete|bounds)"
    ):
        lm("Hi")
    assert capfd.readouterr() == ("", "")


def test_the_context_window_is_the_models(tiny_gguf: Path, tmp_path: Path) -> None:
    long = write_tiny_gguf(tmp_path / "long.gguf", context=100_000)
    windows = [weft.LM(f"gguf/{file}").capabilities.context_window for file in (tiny_gguf, long)]
    assert windows == [4096, 8192]  # a long one costs memory, so it must be asked for
    assert weft.LM(f"gguf/{long}", n_ctx=20_000).capabilities.context_window == 20_000


def test_a_context_window_must_be_a_number(tiny_gguf: Path) -> None:
    with pytest.raises(OptionError, match=r"n_ctx for .* must be a whole number of at least 1, not 'long'"):
        weft.LM(f"gguf/{tiny_gguf}", n_ctx="long")


def test_another_file_under_the_same_name_is_another_model(tmp_path: Path) -> None:
    file = tmp_path / "x.gguf"
    identities: list[object] = []
    for seed in (1, 2):
        write_tiny_gguf(file, seed=seed, context=1000 * seed)
        identities.append(weft.LM(f"gguf/{file}", n_ctx=100).cache_identity)
    assert identities[0] != identities[1]


def test_a_model_without_a_chat_template_embeds_and_does_not_chat(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "plain.gguf", chat_template=None)
    lm = weft.LM(f"gguf/{file}", cache="off", max_tokens=4)
    with weft.budget(tokens=1000):
        assert len(weft.Embedder(lm)("text")) == 64
    with pytest.raises(UnsupportedModelError, match=r"plain\.gguf has no chat template in its file; give one with"):
        lm("Hi")
    assert "no chat template" in asyncio.run(lm.probe()).problems[0]
    assert weft.LM(f"gguf/{file}", cache="off", chat_template="{{ messages[0].content }}")("Hi").usage.input_tokens == 2


def test_a_probe_opens_the_file(tiny_gguf: Path) -> None:
    found = asyncio.run(weft.LM(f"gguf/{tiny_gguf}").probe())
    assert (found.address, found.problems) == (str(tiny_gguf), ())
    assert [(model.name, model.context_window) for model in found.models] == [(str(tiny_gguf), 4096)]


def test_without_llama_cpp_python_the_error_says_what_to_install(
    tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weft_llamacpp.library.find_spec", lambda name: None)
    with pytest.raises(PluginLoadError, match="needs llama-cpp-python, which is not installed: pip install"):
        weft.LM(f"gguf/{tiny_gguf}")
