"""What media take: in counts, estimates, budgets, and where a prompt is made to fit."""

from __future__ import annotations

import asyncio

import pytest

import weft
from pytest_weft.samples import png, wav
from weft.errors import BudgetExceeded, ContextWindowExceeded

LARGE = weft.Image(png(3000, 3000))
SMALL = weft.Image(png(75, 10))  # one token


def turn(*pieces: str | weft.Media) -> weft.Message:
    return weft.Message.made_of("user", *pieces)


class Clip(weft.Media):
    """A type that somebody else's plugin adds, with a token cost of its own."""

    __slots__ = ()
    accepts = ("video/*",)

    def tokens(self) -> int:
        return 777


class Thrifty(weft.LM):
    """A model that counts images in a way of its own."""

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response.of("ok", usage=weft.Usage(self.count_tokens(request) * 3, 1, calls=1))

    def media_tokens(self, media: weft.Media) -> int:
        return 10 if media.media_type.startswith("image/") else super().media_tokens(media)


def counted(lm: weft.LM, *pieces: str | weft.Media) -> int:
    return lm.count_tokens(weft.Request((turn(*pieces),)))


@pytest.mark.parametrize(
    ("media", "tokens"),
    [(LARGE, 1600), (SMALL, 1), (weft.Audio(wav(1)), 33), (Clip(b"", media_type="video/mp4"), 777)],
)
def test_media_count_beside_their_labels(media: weft.Media, tokens: int) -> None:
    lm = weft.LM("scripted/x")
    assert counted(lm, "Look:", media) == counted(lm, "Look:", media.text) + tokens


def test_a_provider_may_count_otherwise() -> None:
    lm = Thrifty("thrifty", capabilities=weft.Capabilities(vision=True))
    assert counted(lm, LARGE) == counted(lm, LARGE.text) + 10
    assert counted(lm, Clip(b"", media_type="video/mp4")) > 777
    router = weft.Router([lm, weft.LM("scripted/x")])
    assert router.media_tokens(LARGE) == 1600


def test_estimates_name_what_an_input_takes() -> None:
    predict = weft.Predict("photo: Image, question -> answer", lm="scripted/x")
    rows = {row.name: row.tokens for row in predict.estimate(photo=LARGE, question="?").steps[0].estimate.parts}
    assert 1600 < rows["input photo"] < 1700
    assert rows["input question"] < 20


def test_what_media_took_teaches_nothing_of_texts() -> None:
    lm = Thrifty("thrifty", capabilities=weft.Capabilities(vision=True), cache="off")
    before = counted(lm, "Hello there.")
    lm([turn("Look:", LARGE)])
    assert counted(lm, "Hello there.") == before
    lm([turn("Hello there.")])
    assert counted(lm, "Hello there.") != before


def test_a_budget_holds_back_what_media_may_take() -> None:
    lm = weft.LM("scripted/x", answers=["ok"], max_tokens=10)
    with weft.budget(tokens=1000), pytest.raises(BudgetExceeded):
        lm([turn("Look:", LARGE)])
    with weft.budget(tokens=1000):
        assert lm([turn("Look:", SMALL)]).text == "ok"


def test_demos_with_images_are_dropped_for_the_image_that_is_asked_about() -> None:
    lm = weft.LM("scripted/x", context_window=4000, max_output=500)
    predict = weft.Predict("photo: Image, question -> answer", lm=lm)
    predict.demos = [{"photo": LARGE, "question": str(number), "answer": "!"} for number in range(3)]
    request = predict.render(photo=LARGE, question="?")
    assert [row.name for row in request.fitting] == ["demo 1", "demo 2", "demo 3"][: len(request.fitting)]
    assert [message.media for message in request.messages][-1] == (LARGE,)
    assert len([media for message in request.messages for media in message.media]) == 4 - len(request.fitting)


def test_an_image_that_cannot_fit_is_an_error_before_the_call() -> None:
    lm = weft.LM("scripted/x", answers=["ok"], context_window=1000, max_output=100)
    with pytest.raises(ContextWindowExceeded, match="input photo"):
        weft.Predict("photo: Image, question -> answer", lm=lm)(photo=LARGE, question="?")


def test_keys_of_requests_tell_media_apart() -> None:
    def key(*pieces: str | weft.Media) -> bytes:
        return weft.Request((turn(*pieces),)).key()

    assert key("Look:", SMALL) == key("Look:", weft.Image(png(75, 10)))
    assert key("Look:", SMALL) != key("Look:", weft.Image(png(75, 10), detail="low"))
    assert key("Look:", SMALL) != key("Look:", SMALL.text)
    assert key("Look:", SMALL, LARGE) != key("Look:", LARGE, SMALL)


def test_blocks_are_the_text_with_media_in_place() -> None:
    message = weft.Message(
        "user",
        (
            weft.Part("text", "a"),
            weft.Part("text", "b", cache_point=True),
            weft.Part("text", "c"),
            weft.Part("text", SMALL.text, media=SMALL, cache_point=True),
            weft.Part("text", "d"),
        ),
    )
    assert message.blocks == (
        weft.Block("a\n\nb", cache_point=True),
        weft.Block("\n\nc"),
        weft.Block(SMALL.text, SMALL, cache_point=True),
        weft.Block("d"),
    )
    assert message.media == (SMALL,)


def test_answers_with_citations_are_kept_and_streamed_whole() -> None:
    cited = weft.Completion("White.", citations=(weft.Citation("snow is white", "Weather", True, 9, 22),))
    lm = weft.LM("scripted/x", answers=[cited], cache="on", latency=0.001)
    first, second = lm("Why?"), lm("Why?")
    assert (second.cached, second.completions) == (True, first.completions)

    async def last() -> weft.Delta | weft.Response:
        whole = [piece async for piece in weft.LM("scripted/y", answers=[cited]).astream("Why?")]
        return whole[-1]

    response = asyncio.run(last())
    assert isinstance(response, weft.Response)
    assert response.completions == (cited,)
