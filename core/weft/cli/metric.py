"""The metric of ``--metric``: one by name, or a function of the user's own."""

from __future__ import annotations

import sys
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..evaluate import exact_match
from ..spelling import hint

if TYPE_CHECKING:
    from collections.abc import Callable

METRICS: dict[str, Callable[..., Any]] = {"exact-match": exact_match}


def metric_named(name: str) -> Callable[..., Any]:
    """Return the metric; ``module:function`` is looked for in the current folder too.

    Raises:
        OptionError: there is no such metric, or its module cannot be imported.
    """
    if name in METRICS:
        return METRICS[name]
    module, colon, path = name.partition(":")
    if not colon:
        raise OptionError(f"There is no metric {name!r}.{hint(name, METRICS)} Your own is named module:function.")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = reduce(getattr, path.split("."), import_module(module))
    except Exception as error:  # the module is the user's code and may raise anything
        raise OptionError(f"The metric {name!r} cannot be imported: {type(error).__name__}: {error}.") from error
    if not callable(found):
        raise OptionError(f"The metric {name!r} is {found!r}, which cannot be called.")
    return found
