"""Finding the modules inside a module, however they are nested in lists, tuples and dicts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .module import Module

M = TypeVar("M", bound="Module")

_CONTAINERS = (list, tuple, dict)


def walk(root: Module) -> Iterator[tuple[str, Module]]:
    """Yield (path, module) for every module below `root`, each once, in the order of definition.

    Paths read like Python: ``qa``, ``steps[0].qa``, ``by_name['x']``.
    """
    yield from _below(root, "", {id(root)})


def _below(value: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Module]]:
    for name, child in _children(value, path):
        is_module = _is_module(child)
        if not (is_module or _is_container(child)) or id(child) in seen:
            continue
        seen.add(id(child))
        if is_module:
            yield name, child
        yield from _below(child, name, seen)


def _children(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, child in cast("Mapping[Any, Any]", value).items():
            yield f"{path}[{key!r}]", child
    elif isinstance(value, list | tuple):
        for position, child in enumerate(cast("list[Any]", value)):
            yield f"{path}[{position}]", child
    else:
        for name, child in vars(cast("Module", value)).items():
            if not name.startswith("_weft"):
                yield f"{path}.{name}" if path else name, child


def _is_container(value: Any) -> bool:
    return isinstance(value, _CONTAINERS)


def _is_module(value: Any) -> bool:
    return isinstance(value, _module_class())


@cache
def _module_class() -> type[Module]:
    from .module import Module  # which imports this file

    return Module


def rebuilt(root: M, change: Callable[[Module, Module], None]) -> M:
    """Return the same tree of modules as new objects that share everything else with the old ones.

    Args:
        root: the outermost module.
        change: called with each (new, old) pair of modules.
    """
    return _Rebuilding(change).copied(root)


class _Rebuilding:
    """Copies modules and what holds them, each once, so that shared ones stay shared and circles close."""

    def __init__(self, change: Callable[[Module, Module], None]) -> None:
        self._change = change
        self._made: dict[int, Any] = {}

    def copied(self, value: Any) -> Any:
        if id(value) in self._made:
            return self._made[id(value)]
        if _is_module(value):
            return self._module(value)
        if not (_is_container(value) and _holds_module(value)):
            return value
        if isinstance(value, tuple):
            return self._tuple(cast("tuple[Any, ...]", value))
        return self._container(value)

    def _module(self, value: Module) -> Module:
        shell = self._made[id(value)] = copy.copy(value)
        for name, child in vars(value).items():
            if not name.startswith("_weft"):
                object.__setattr__(shell, name, self.copied(child))
        self._change(shell, value)
        return shell

    def _tuple(self, value: tuple[Any, ...]) -> Any:
        children = [self.copied(child) for child in value]
        named: Any = type(value)
        return named(*children) if hasattr(value, "_fields") else tuple(children)

    def _container(self, value: Any) -> Any:
        shell = self._made[id(value)] = copy.copy(value)  # of its own class
        keys: Iterable[Any] = cast("dict[Any, Any]", value) if isinstance(value, dict) else range(len(value))
        places = list(keys)
        for place in places:
            shell[place] = self.copied(value[place])
        return shell


def _holds_module(value: Any) -> bool:
    return any(True for _ in _below(value, "", {id(value)}))
