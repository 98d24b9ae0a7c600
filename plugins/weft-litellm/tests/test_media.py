"""Images, sound and files through litellm, in OpenAI's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import weft
from pytest_weft.samples import png, wav
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_weft.server import ModelServer

    Make = Callable[..., weft.LM]

IMAGE = weft.Image(png(4, 4))
LINKED = weft.Image.from_url("https://example.invalid/cat.png")


def test_images_arrive_in_place(make: Make, server: ModelServer) -> None:
    make("openai/gpt-4o")([weft.Message.made_of("user", "Look:", IMAGE, "Well?")])
    assert server.requests[0].body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look:"},
                {"type": "image_url", "image_url": {"url": IMAGE.data_uri}},
                {"type": "text", "text": "Well?"},
            ],
        }
    ]


def test_counting_fetches_nothing(make: Make) -> None:
    lm = make("openai/gpt-4o")
    count = lm.count_tokens(weft.Request((weft.Message.made_of("user", "Look:", LINKED),)))
    assert 1600 < count < 1650


@pytest.mark.parametrize("media", [IMAGE, weft.Audio(wav(0.1))])
def test_what_litellm_does_not_say_that_a_model_takes_is_not_sent(
    make: Make, server: ModelServer, media: weft.Media
) -> None:
    with pytest.raises(LMInvalidRequestError, match=f"cannot be given {media.media_type}"):
        make("openai/gpt-3.5-turbo")([weft.Message.made_of("user", media)])
    assert server.requests == []
