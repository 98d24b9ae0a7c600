"""A script that runs a program in a batch block, prints what came of it, and is killed where it is told to be."""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from bureau import Bureau, Steps

import weft
from weft.lm.cache import CACHE


def main(order: dict[str, Any]) -> None:
    steps = count(1)

    def tell(step: object) -> None:
        if next(steps) == order.get("kill_at_step") or step == order.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    lm = Bureau(folder=Path(order["folder"]), cache=order["cache"], looks=1, finds=order["finds"], tell=tell)
    rows = [{"text": f"row {number}"} for number in range(order["rows"])]
    if "kill_after" in order:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends a process without another word
        signal.setitimer(signal.ITIMER_REAL, order["kill_after"])
    with (
        weft.context(lm=lm),
        weft.listening(tell),
        weft.track_usage() as ledger,
        weft.batch(lm, journal=order["journal"], max_requests=7, linger=0.01, poll=0.001),
    ):
        outs = [result.out for result in Steps().batch(rows, concurrency=order["concurrency"])]
    signal.setitimer(signal.ITIMER_REAL, 0)
    CACHE.flush()
    print(json.dumps({"outs": outs, "calls": ledger.total.calls, "cost": ledger.total.cost, "steps": next(steps)}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
