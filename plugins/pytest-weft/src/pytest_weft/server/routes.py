"""Which endpoint or resource answers a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .contract import Endpoint, Resource


Found = tuple["Endpoint | Resource", "Mapping[str, str]"]
"""Who answers, and the variable parts of the path."""


class Routes:
    """A table of paths; ``{name}`` in one stands for a part without a slash, ``{name+}`` for a part with any."""

    def __init__(self) -> None:
        self._fixed: dict[tuple[str, str], Endpoint | Resource] = {}
        self._variable: list[tuple[str, re.Pattern[str], Endpoint | Resource]] = []

    def add(self, method: str, path: str, handler: Endpoint | Resource) -> None:
        """Let a handler answer a path, unless an earlier one does."""
        if "{" not in path:
            self._fixed.setdefault((method, path), handler)
            return
        pattern = re.sub(r"\\{(\w+)(\\\+)?\\}", _group, re.escape(path))
        self._variable.append((method, re.compile(pattern), handler))

    def find(self, method: str, path: str) -> Found | None:
        """Return who answers, and the variable parts of the path."""
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed, {}
        for wanted, pattern, handler in self._variable:
            if wanted == method and (match := pattern.fullmatch(path)):
                return handler, match.groupdict()
        return None


def _group(match: re.Match[str]) -> str:
    return f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"
