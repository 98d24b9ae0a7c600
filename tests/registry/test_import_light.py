from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import weft.registry


def loaded_after(code: str) -> set[str]:
    code = f"{code}\nimport sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import weft.registry",
        "import weft.registry.contract",
        "from weft.registry import Ref, register, isolated_registry\nwith isolated_registry(): pass",
    ],
)
def test_nobody_pays_for_plugins_before_a_name_is_resolved(code: str) -> None:
    assert loaded_after(code).isdisjoint({"pluggy", "importlib_metadata", "importlib.metadata", "pydantic", "asyncio"})


def test_in_process_providers_need_neither_pluggy_nor_metadata() -> None:
    code = (
        "from weft.registry import Contract, register\n"
        "class LM(Contract): kind, required = 'lm', ()\n"
        "class Mine(LM):\n    def __init__(self, name): pass\n"
        "register('lm', 'mine', Mine)\n"
        "assert isinstance(LM('mine/x'), Mine)"
    )
    assert loaded_after(code).isdisjoint({"pluggy", "importlib_metadata"})


def test_every_name_offered_is_there_and_sorted() -> None:
    assert weft.registry.__all__ == sorted(weft.registry.__all__)
    for name in weft.registry.__all__:
        found = getattr(weft.registry, name)
        assert callable(found)
        assert not isinstance(found, ModuleType)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = weft.registry.nothing
