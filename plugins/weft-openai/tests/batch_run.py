"""A script that runs a program in a batch block over a real connection, and is killed where it is told to be."""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import count

import weft


class Steps(weft.Module):
    """Three steps, each of which needs the answer of the one before."""

    def __init__(self) -> None:
        self.steps = [weft.Predict("text -> out") for _ in range(3)]

    async def aforward(self, text: str) -> str:
        for step in self.steps:
            text = (await step.acall(text=text)).out
        return text


def main(url: str, journal: str, kill_at: int) -> None:
    events = count(1)

    def tell(event: weft.Event) -> None:
        if next(events) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    lm = weft.LM("openai/test-model", base_url=url, api_key="sk-canary-0123456789", cache="off")
    rows = [{"text": f"row {number}"} for number in range(20)]
    with weft.context(lm=lm), weft.listening(tell), weft.batch(lm, journal=journal, max_requests=7, poll=0.001):
        print(json.dumps(Steps().batch(rows)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
