"""The kit catches every mutant with precisely the check that is meant for it, and passes the correct plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import adapter_mutants
import cache_mutants
import embedder_mutants
import interpreter_mutants
import lm_mutants
import optimizer_mutants
import pytest
import rm_mutants
import toolset_mutants
from kit_on_mutants import checks, expected, failed_checks

import pytest_weft

if TYPE_CHECKING:
    from types import ModuleType

pytest_plugins = ["pytester"]

TABLES = [
    ("LMConformance", lm_mutants),
    ("RMConformance", rm_mutants),
    ("EmbedderConformance", embedder_mutants),
    ("AdapterConformance", adapter_mutants),
    ("OptimizerConformance", optimizer_mutants),
    ("InterpreterConformance", interpreter_mutants),
    ("CacheConformance", cache_mutants),
    ("ToolsetConformance", toolset_mutants),
]


@pytest.mark.parametrize(("kit", "mutants"), TABLES, ids=[kit for kit, _ in TABLES])
def test_each_mutant_fails_its_check_and_no_other(kit: str, mutants: ModuleType, pytester: pytest.Pytester) -> None:
    assert failed_checks(pytester, kit, mutants.__name__, mutants.SELECT) == expected(mutants.CAUGHT_BY)


@pytest.mark.parametrize(("kit", "mutants"), TABLES, ids=[kit for kit, _ in TABLES])
def test_each_check_has_a_mutant(kit: str, mutants: ModuleType) -> None:
    assert set(mutants.CAUGHT_BY.values()) == checks(getattr(pytest_weft, kit))
