"""Checks are final: a plugin that cannot keep one says so with a strict xfail and a reason, for all to see."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_HOW = "Waive it with `{name} = waived({owner}.{name}, reason=…)`, or keep it."


def waived(check: Callable[..., None], reason: str) -> Callable[..., None]:
    """Return a copy of a check that is expected to fail; when it passes one day, the waiver itself fails.

    Args:
        check: a check of a kit class.
        reason: why the plugin cannot keep it.

    Example:
        from pytest_weft import LMConformance, waived

        class TestAcme(LMConformance):
            ref = "acme/tiny"
            test_stop_ends_the_answer = waived(LMConformance.test_stop_ends_the_answer, "acme has no stop texts")
    """
    assert isinstance(check, FunctionType)
    # A copy, since pytest keeps marks on the function: marking the kit's own would waive it for everyone.
    copy = FunctionType(check.__code__, check.__globals__, check.__name__, check.__defaults__, check.__closure__)
    copy.__dict__.update(check.__dict__)
    copy.__doc__, copy.__kwdefaults__, copy.__qualname__ = check.__doc__, check.__kwdefaults__, check.__qualname__
    return pytest.mark.xfail(strict=True, reason=reason)(copy)


def checks_of(cls: type) -> Mapping[str, Any]:
    """Return the kit's checks that a class inherits, by name."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if _is_of_the_kit(base.__module__):
            found.update({name: value for name, value in vars(base).items() if name.startswith("test_")})
    return found


def objections(cls: type) -> Iterator[str]:
    """Yield what is wrong with a conformance class: checks that it takes away or replaces."""
    for name, check in checks_of(cls).items():
        value = inspect.getattr_static(cls, name)
        if value is not check and not any(_is_strict(mark) for mark in _marks(value)):
            owner = next(base.__name__ for base in cls.__mro__ if _is_of_the_kit(base.__module__))
            yield (
                f"{cls.__name__} overrides the conformance check {name}, which is final. "
                f"{_HOW.format(name=name, owner=owner)}"
            )


def check_waiver(item: pytest.Item) -> None:
    """Refuse an xfail mark, on a check or around it, that is not strict or gives no reason.

    Raises:
        pytest.UsageError: there is one.
    """
    cls = getattr(item, "cls", None)
    if cls is None or getattr(item, "originalname", item.name) not in checks_of(cls):
        return
    for mark in item.iter_markers("xfail"):
        if not _is_strict(mark):
            raise pytest.UsageError(f"{item.nodeid}: a waiver must be xfail(strict=True, reason='…').")


def _is_of_the_kit(module: str) -> bool:
    return module.partition(".")[0] == "pytest_weft"


def _marks(value: Any) -> list[pytest.Mark]:
    marks = getattr(value, "pytestmark", [])
    return [mark for mark in marks if mark.name == "xfail"]


def _is_strict(mark: pytest.Mark) -> bool:
    return mark.kwargs.get("strict") is True and bool(str(mark.kwargs.get("reason", "")).strip())
