"""What all kit classes share: how the object under check is made, and that options are never ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from weft import LM, RM, Adapter, CacheStore, Embedder, Interpreter, Optimizer, Toolset, context
from weft.errors import OptionError

from .network import block_remote
from .packaging import PackagingChecks

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_CONTRACTS: Mapping[str, Any] = {
    "lm": LM,
    "rm": RM,
    "embedder": Embedder,
    "adapter": Adapter,
    "optimizer": Optimizer,
    "interpreter": Interpreter,
    "toolset": Toolset,
    "cache": CacheStore,
}


class Conformance(PackagingChecks):
    """The base of the kit classes.

    Attributes:
        ref: the reference that resolves to the object under check.
        options: keyword options that go with it.
    """

    options: ClassVar[Mapping[str, Any]] = {}

    def make(self, **options: Any) -> Any:
        """Return a new object to check, made with `options` on top of the class's own.

        Override it to check a class that no distribution offers by name.
        """
        return _CONTRACTS[self.kind](self.ref, **{**self.options, **options})

    @pytest.fixture(autouse=True)
    def _surroundings(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
        if not request.config.getoption("--weft-live"):
            block_remote(monkeypatch)
        with context(cache="off"):
            yield

    def test_unknown_option_is_refused(self) -> None:
        """An option that the plugin does not have is an OptionError that names it; nothing is ignored in silence."""
        with pytest.raises(OptionError) as caught:
            self.make(no_such_option_by_far=1)
        assert "no_such_option_by_far" in str(caught.value), "the OptionError must name the option"
