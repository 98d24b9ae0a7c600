"""Equal seeds give equal results, whatever the order of answers, the number of workers and the process."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import pytest

from .subject import OptimizerSubject

_SEED = 7


class SeedChecks(OptimizerSubject):
    """Determinism."""

    def test_concurrency_does_not_matter(self) -> None:
        """The same seed gives the same state with 1 and with 32 runs at once, while answers come in any order."""
        alone, together = (self.key(seed=_SEED, concurrency=concurrency) for concurrency in (1, 32))
        assert alone == together, "concurrency=1 and concurrency=32 give different states"

    def test_seed_zero_is_a_seed(self) -> None:
        """``seed=0`` is a seed like any other and not "none given"."""
        assert self.made(seed=0).seed == 0, "the optimizer made something else of seed=0"
        assert self.key(seed=0) == self.key(seed=0), "seed=0 gives another state each time"

    def test_hash_seed_does_not_matter(self) -> None:
        """Another process, where sets have another order, finds the same state."""
        cls = type(self)
        if "<locals>" in cls.__qualname__:
            pytest.skip("a class inside a function cannot be imported by another process")
        hash_seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-m", "pytest_weft.optimizer.child", cls.__module__, inspect.getfile(cls)]
        done = subprocess.run(  # noqa: S603 - this very Python, with a module of this package
            [*command, cls.__qualname__, str(_SEED)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"compiling in another process fails:\n{done.stderr}"
        assert done.stdout.split()[-1] == self.key(seed=_SEED), "another PYTHONHASHSEED gives another state"
