"""Programs in a `weft.batch` block, over message batches, on real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU

import weft
from pytest_weft.server import Answer
from pytest_weft.server import Usage as Tokens

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer, Received

ROWS = [{"text": f"row {number}"} for number in range(12)]


def answered(received: Received) -> Answer:
    out = received.messages[-1][1].split("]]")[1].split("\n\n")[0].strip()
    return Answer(f"[[ ## out ## ]]\n({out})\n\n[[ ## completed ## ]]", usage=Tokens(1000, 100))


class Twice(weft.Module):
    def __init__(self) -> None:
        self.first, self.second = weft.Predict("text -> out"), weft.Predict("text -> out")

    async def aforward(self, text: str) -> str:
        return (await self.second.acall(text=(await self.first.acall(text=text)).out)).out


@pytest.mark.parametrize("most", [50, 5])
def test_a_program_in_batches_gives_what_it_gives_live_at_half_the_price(server: ModelServer, most: int) -> None:
    server.change(answer=answered, job_steps=2)
    lm = weft.LM(HAIKU)
    with weft.context(lm=lm):
        with weft.track_usage() as live:
            expected = Twice().batch(ROWS)
        with weft.batch(lm, journal=None, poll=0.001, max_requests=most), weft.track_usage() as batched:
            assert Twice().batch(ROWS, concurrency=12) == expected == [f"((row {number}))" for number in range(12)]
    assert live.total.cost
    assert batched.total.cost == pytest.approx(live.total.cost / 2)
    assert batched.total.calls == 24


def test_what_came_to_no_turn_goes_into_the_next_batch(server: ModelServer) -> None:
    server.change(answer=answered, job_steps=1, batches_expire=True)
    events: list[weft.Event] = []
    with weft.batch(lm := weft.LM(HAIKU, retries=9), journal=None, poll=0.001), weft.listening(events.append):
        results = weft.Predict("text -> out", lm=lm).batch(ROWS, on_error="return")
    sizes = [event.fields["requests"] for event in events if event.kind == "batch.submitted"]
    assert sizes[:4] == [12, 6, 3, 2]
    assert sum(not isinstance(result, weft.Err) for result in results) == 11  # half of one is none


def test_a_batch_is_found_by_its_keys_once_it_has_ended_and_by_its_size_before(server: ModelServer) -> None:
    server.change(job_steps=1)
    lm = weft.LM(HAIKU)

    def requests(name: str, count: int) -> dict[str, Any]:
        return {f"{name}-{number}": weft.Request((weft.Message.of("user", "Hi"),)) for number in range(count)}

    async def find(name: str, count: int) -> str | None:
        return await lm.find_batch(list(requests(name, count)))

    async def work() -> None:
        assert await find("a", 2) is None
        a, b = await lm.submit_batch(requests("a", 2)), await lm.submit_batch(requests("b", 2))
        assert await find("a", 2) == b  # which of them it is cannot be seen yet
        assert await find("a", 3) is None
        for batch in (a, b):
            while (await lm.read_batch(batch)).status == "running":
                pass
        assert [await find("a", 2), await find("b", 2), await find("c", 2)] == [a, b, None]

    asyncio.run(work())
