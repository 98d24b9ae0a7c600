"""Images, sound, video and PDFs on the wire, and what they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import FLASH, sent

import weft
from pytest_weft.samples import pdf, png, wav

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

IMAGE = weft.Image(png(4, 4))
SOUND = weft.Audio(wav(2))
PDF = weft.File(pdf(3), name="a.pdf")


def test_parts_in_place_and_in_order(server: ModelServer) -> None:
    linked = weft.File.from_url("https://example.org/clip.mp4")
    stored = weft.File.from_id("https://files.example/abc", media_type="application/pdf")
    notes = weft.File(b"Hm.", name="a.txt")
    weft.LM(FLASH)([weft.Message.made_of("user", "Look:", IMAGE, "and", SOUND, PDF, linked, stored, notes)])
    assert sent(server)["contents"][0]["parts"] == [
        {"text": "Look:"},
        {"inlineData": {"mimeType": "image/png", "data": IMAGE.base64}},
        {"text": "and"},
        {"inlineData": {"mimeType": "audio/wav", "data": SOUND.base64}},
        {"inlineData": {"mimeType": "application/pdf", "data": PDF.base64}},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "https://example.org/clip.mp4"}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "https://files.example/abc"}},
        {"text": "<document name='a.txt'>\nHm.\n</document>"},
    ]


def test_an_image_in_a_turn_of_the_model(server: ModelServer) -> None:
    weft.LM(FLASH)([weft.Message.made_of("assistant", "Here:", IMAGE), weft.Message.of("user", "And now?")])
    model, user = sent(server)["contents"]
    assert (model["role"], [list(part) for part in model["parts"]]) == ("model", [["text"], ["inlineData"]])
    assert user["parts"] == [{"text": "And now?"}]


@pytest.mark.parametrize(
    ("media", "tokens"),
    [
        (IMAGE, 258),
        (weft.Image(png(384, 384)), 258),
        (weft.Image(png(1000, 700)), 516),  # two tiles
        (weft.Image(png(1600, 1600)), 2322),  # nine
        (SOUND, 65),  # 32 a second, and the header
        (PDF, 774),
    ],
)
def test_what_media_take(server: ModelServer, media: weft.Media, tokens: int) -> None:
    assert weft.LM(FLASH).media_tokens(media) == tokens
