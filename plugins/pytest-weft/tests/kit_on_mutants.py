"""Runs a kit class on a correct plugin and on mutants of it, in one pytest run inside this process."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import importlib_metadata

import pytest_weft
import weft
from weft.registry import isolated_registry

# pytester forgets after each run what the run imported, and the next one imports it anew: as other classes, of which
# the kernel's registry then makes instances that are none. So all that is imported late is imported here, and also
# importlib_metadata, which replaces the standard library's finder of distributions for good when it is imported.
LATE = (hypothesis, importlib_metadata)
FACADES = [[getattr(module, name) for name in module.__all__] for module in (weft, pytest_weft)]
BUILT_IN = [
    *(weft.LM(ref) for ref in ("embedded/incontext", "scripted/x")),
    *(weft.Adapter(ref) for ref in ("auto", "chat", "json")),
    weft.RM("memory"),
    weft.Embedder("hashing"),
    weft.CacheStore("memory"),
]

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

QUICKLY = ("-q", "-p", "no:cacheprovider")
_FILE = """
import {mutants} as mutants
from pytest_weft import {kit} as Kit

def conformance(cls):
    def make(self, **options):
        factory = getattr(cls, "factory", cls)
        return factory(*mutants.ARGUMENTS, **{{**self.options, **options}})

    return type(f"Test{{cls.__name__}}", (Kit,), {{**mutants.MANNERS, "make": make, "__module__": __name__}})

for cls in (mutants.Correct, *mutants.CAUGHT_BY):
    globals()[f"Test{{cls.__name__}}"] = conformance(cls)
    if mutants.REGISTER:
        from weft.registry import register
        register(mutants.REGISTER, cls.__name__.lower(), cls)
"""


def failed_checks(pytester: pytest.Pytester, kit: str, mutants: str, select: str = "") -> Mapping[str, set[str]]:
    """Return the checks that failed, by the name of the plugin's class; `select` is pytest's ``-k``."""
    pytester.syspathinsert(str(Path(__file__).parent))
    pytester.makepyfile(**{f"test_{mutants}": _FILE.format(mutants=mutants, kit=kit)})
    with isolated_registry():
        return failures(run_inline(pytester, select))


def run_inline(pytester: pytest.Pytester, select: str) -> pytest.HookRecorder:
    """Run the files that pytester made, with failed advice as a failure; `select` is pytest's ``-k``."""
    options = (*QUICKLY, "--tb=no", "-W", "error::pytest_weft.ConformanceWarning", "-k", select)
    return pytester.inline_run(*options)  # pyright: ignore[reportUnknownMemberType]


def failures(run: pytest.HookRecorder) -> Mapping[str, set[str]]:
    """Return the failed checks of a run by class; a class that had none is missing."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report in run.getfailures():
        assert report.nodeid.count("::") == 2, report.longreprtext
        _, cls, check = report.nodeid.split("::")
        found[cls.removeprefix("Test")].add(check.partition("[")[0])
    return dict(found)


def expected(caught_by: Mapping[type, str]) -> Mapping[str, set[str]]:
    """Return a table of mutants in the form of `failures`."""
    return {cls.__name__: {check} for cls, check in caught_by.items()}


def checks(kit: type) -> set[str]:
    """Return the names of a kit class's checks, packaging aside."""
    from pytest_weft.packaging import PackagingChecks

    return {name for name in dir(kit) if name.startswith("test_") and not hasattr(PackagingChecks, name)}
