"""``weft.batch``: a block whose calls go to the provider in batches."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import OptionError
from ..runtime.crew import crew_in_force, this_worker
from ..runtime.settings import context, settings
from ..spelling import spelled
from .batched import in_force
from .capabilities import Capabilities
from .current import as_lm

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from .base import LM
    from .gathering import Gathering

_JOURNALS = "batches"  # the folder below that of the cache


@spelled
@contextmanager
def batch(
    *lms: LM | str,
    journal: str | Path | None = "auto",
    max_requests: int | None = None,
    linger: float = 2.0,
    poll: float | tuple[float, float] = (5.0, 300.0),
    on_interrupt: Literal["leave", "cancel"] = "leave",
) -> Generator[None, None, None]:
    """Let calls of models wait for each other inside the block, and send them as the provider's batches.

    Programs run as always, thousands at once: whenever all that runs waits, what waits becomes a batch. Answers come
    within hours, usually at half the price. Calls of other models are made at once. The setting ``concurrency`` is
    raised inside, for `Evaluate`, `Module.batch` and optimizers.

    Args:
        lms: models or their references; none: all that are called, and each must take batches.
        journal: the folder in which batches are noted, so that a run that was killed can be started again without
            paying twice. ``auto``: one in the cache's folder, in which a run that ends well leaves nothing. None:
            nothing is noted.
        max_requests: most requests of a batch, and programs at once; default: what the models allow.
        linger: seconds without a new call after which what there is is sent, where weft cannot know what else runs.
        poll: seconds between two looks at a batch: a number, or one at first and one at most.
        on_interrupt: what becomes of batches under way when an exception ends the block: they are left, for the next
            run to take over, or cancelled.

    Raises:
        OptionError: a model takes no batches, or an option has no such value.
        JournalError: the journal's folder cannot be used.

    Example:
        >>> import weft
        >>> lm = weft.LM("scripted/x", answers=lambda request: {"answer": "4"}, batch=True)
        >>> sums = weft.Predict("question -> answer", lm=lm)
        >>> with weft.batch(lm, journal=None, poll=0.01):
        ...     results = sums.batch([{"question": "2+2?"}, {"question": "1+3?"}])
        >>> [result.answer for result in results]
        ['4', '4']
    """
    models = [_checked_model(lm) for lm in lms]
    most = min([model.capabilities.batch_requests for model in models], default=Capabilities().batch_requests)
    most = most if max_requests is None else min(most, _whole("max_requests", max_requests))
    if on_interrupt not in ("leave", "cancel"):
        raise OptionError(f"on_interrupt is 'leave' or 'cancel', not {on_interrupt!r}.")
    gathering = _gathering(models, journal, most, _positive("linger", linger), _intervals(poll))
    is_over = False
    try:
        with _put_in_force(gathering), context(concurrency=most):
            yield
        is_over = True
    finally:
        gathering.end(is_over=is_over, cancels=not is_over and on_interrupt == "cancel")


def _gathering(
    models: Sequence[LM], journal: str | Path | None, most: int, linger: float, poll: tuple[float, float]
) -> Gathering:
    from .batch_journal import Offers
    from .gathering import Gathering

    return Gathering(
        frozenset([model.cache_identity for model in models]) if models else None,
        Offers(_folder(journal), keeps=journal not in ("auto", None)),
        Offers(None, keeps=False),
        most=most,
        linger=linger,
        poll=poll,
    )


@contextmanager
def _put_in_force(gathering: Gathering) -> Generator[None, None, None]:
    """Let calls inside the block find the gathering and its crew; whoever opened the block is none of its workers."""
    tokens = (in_force.set((gathering, *in_force.get())), crew_in_force.set(gathering.crew), this_worker.set(None))
    try:
        yield
    finally:
        for variable, token in zip((in_force, crew_in_force, this_worker), tokens, strict=True):
            variable.reset(token)  # type: ignore[arg-type] # each has its own


def _checked_model(value: LM | str) -> LM:
    model = as_lm(value)
    if not model.batches:
        raise OptionError(f"{model.ref} takes no batches.")
    return model


def _positive(name: str, value: Any) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        raise OptionError(f"{name} must be a number above 0, not {value!r}.")
    return value


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise OptionError(f"{name} must be a whole number of at least 1, not {value!r}.")
    return value


def _intervals(poll: float | tuple[float, float]) -> tuple[float, float]:
    looks = poll if isinstance(poll, tuple) else (poll, poll)
    for seconds in looks:
        _positive("poll", seconds)
    if len(looks) != 2 or looks[0] > looks[1]:  # pyright: ignore[reportUnnecessaryComparison] - the user's
        raise OptionError(f"poll is the seconds between two looks, at first and at most, not {poll!r}.")
    return looks


def _folder(journal: str | Path | None) -> Path | None:
    if journal is None:
        return None
    if journal != "auto":
        return Path(journal).expanduser()
    place = settings.get("cache_dir")
    if place is None:
        return None
    from .cache_builtin import user_folder

    try:
        return (user_folder() if place == "auto" else Path(place).expanduser()) / _JOURNALS
    except RuntimeError:  # the user has no home, and so no cache either
        return None
