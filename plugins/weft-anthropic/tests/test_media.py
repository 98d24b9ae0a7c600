"""Images, PDFs and documents on the wire, and citations in answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU, sent

import weft
from pytest_weft.canned import CannedServer
from pytest_weft.samples import pdf, png, wav
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

IMAGE = weft.Image(png(4, 4))
PDF = weft.File(pdf(), name="a.pdf")


def content_of(server: ModelServer, *pieces: str | weft.Media) -> Any:
    """Return the content of the turn that is sent."""
    weft.LM(HAIKU)([weft.Message.made_of("user", *pieces)])
    return sent(server)["messages"][0]["content"]


def test_images_and_documents(server: ModelServer) -> None:
    linked = weft.Image.from_url("https://example.org/cat.png")
    stored = weft.File.from_id("file_1", media_type="application/pdf")
    assert content_of(server, "Look:", IMAGE, linked, "and", PDF, stored, weft.File(b"Hm.", name="a.txt")) == [
        {"type": "text", "text": "Look:"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": IMAGE.base64}},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/cat.png"}},
        {"type": "text", "text": "and"},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": PDF.base64},
            "title": "a.pdf",
        },
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "text", "text": "<document name='a.txt'>\nHm.\n</document>"},
    ]


def test_a_document_that_is_to_be_cited(server: ModelServer) -> None:
    document = weft.Document("Snow is white.", title="Weather", context="of 1999", citations=True)
    assert content_of(server, document) == [
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "Snow is white."},
            "title": "Weather",
            "context": "of 1999",
            "citations": {"enabled": True},
        }
    ]


def test_media_and_cache_points(server: ModelServer) -> None:
    parts = (
        weft.Part("text", "a"),
        weft.Part("text", IMAGE.text, media=IMAGE, cache_point=True),
        weft.Part("text", "b"),
    )
    weft.LM(HAIKU)([weft.Message("user", parts)])
    first, image, last = sent(server)["messages"][0]["content"]
    assert image["cache_control"] == {"type": "ephemeral"}
    assert (first, last) == ({"type": "text", "text": "a"}, {"type": "text", "text": "b"})


@pytest.mark.parametrize("media", [weft.Audio(wav(0.1)), weft.File(b"\0", media_type="video/mp4")])
def test_what_the_api_does_not_take_is_not_sent(server: ModelServer, media: weft.Media) -> None:
    with pytest.raises(LMInvalidRequestError, match=f"cannot be given {media.media_type}"):
        content_of(server, media)
    assert server.requests == []


def test_a_schema_and_citations_do_not_go_together(server: ModelServer) -> None:
    form = "document: Document -> answer, sure: bool"
    document = weft.Document("Snow is white.", citations=True)
    with pytest.raises(LMInvalidRequestError, match="use adapter='chat'"):
        weft.Predict(form, lm=HAIKU, adapter="json")(document=document)
    assert server.requests == []


CITATION = {
    "type": "char_location",
    "cited_text": "Snow is white.",
    "document_index": 0,
    "document_title": "Weather",
    "start_char_index": 0,
    "end_char_index": 14,
}
TEXTS = ["[[ ## answer ## ]]\n", "It is white.", "\n\n[[ ## completed ## ]]"]


def test_citations_of_an_answer() -> None:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in TEXTS]
    blocks[1]["citations"] = [CITATION, {**CITATION, "document_title": None}]
    message = {
        "model": "m",
        "content": blocks,
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    with CannedServer(message) as server:
        lm = weft.LM(HAIKU, base_url=server.url, api_key="k", cache="off")
        form = "documents: list[Document] -> answer, citations: Citations"
        documents = [weft.Document("We know: snow is white.", title="Weather", citations=True)]
        result = weft.Predict(form, lm=lm, adapter="chat")(documents=documents)
    assert result.answer == "It is white."
    assert [(one.source, one.found, one.start) for one in result.citations] == [
        ("Weather", True, 9),
        ("document 1", True, 9),
    ]


def test_citations_of_a_stream() -> None:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "White."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": CITATION}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]

    async def whole(lm: weft.LM) -> Any:
        return [piece async for piece in lm.astream("Why?")][-1]

    with CannedServer(events=events) as server:
        response = asyncio.run(whole(weft.LM(HAIKU, base_url=server.url, api_key="k", cache="off")))
    assert response.completions[0].citations == (weft.Citation("Snow is white.", "Weather"),)
