"""What asking a provider how it is shows; `weft doctor` tells it."""

from __future__ import annotations

from ..runtime.frozen import frozen


@frozen
class ProbedModel:
    """A model that the provider offers.

    Attributes:
        name: the name to ask for it.
        context_window: tokens of prompt and answer together, or None where the provider does not say.
    """

    name: str
    context_window: int | None = None


@frozen
class Probe:
    """How a provider is.

    Attributes:
        address: where it was asked.
        version: of the server, where it says so.
        models: those that it offers.
        problems: what keeps the model from being used, or will surprise, each in one sentence; none: all is well.
    """

    address: str
    version: str = ""
    models: tuple[ProbedModel, ...] = ()
    problems: tuple[str, ...] = ()
