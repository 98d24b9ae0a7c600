"""Module: a step written in plain Python, sync or async, and called either way."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from ..adapter.tool_fields import own_tools
from ..errors import InputError, OptionError, StateError
from ..runtime import offload
from ..runtime.loop import enter_loop, run_sync
from ..spelling import hint, keyword_names, spelled
from .running import Running
from .scope import bound
from .shows_prompts import ShowsPrompts
from .state import PredictState, State
from .tree import rebuilt, walk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ..data.checks import Feedback
    from ..lm.base import LM
    from .estimate import ProgramEstimate
    from .predict import Predict
    from .stream_events import FieldChunk, StatusEvent

M = TypeVar("M", bound="Module")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class _Called(Protocol[R_co]):
    """A module whose answers have a type."""

    async def acall(self, /, *args: Any, **inputs: Any) -> R_co: ...


class Module(ShowsPrompts):
    """A step of a program; subclasses define ``forward`` or ``async aforward``.

    Either way the module is called as ``module(...)`` or ``await module.acall(...)``. A sync ``forward`` called
    from async code runs in a worker thread.

    Example:
        >>> class Shout(Module):
        ...     def forward(self, text: str) -> str:
        ...         return text.upper()
        >>> Shout()(text="hi")
        'HI'
    """

    _weft_inputs: ClassVar[frozenset[str] | None] = None
    """The names that ``forward`` takes, or None if it takes any."""
    max_backtracks: int | None = None
    """How often a step in this module is asked again for checks that it fails; None leaves it to the settings."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        taken = [_names_of(method) for name in ("forward", "aforward") if (method := getattr(cls, name, None))]
        cls._weft_inputs = None if not taken or None in taken else frozenset[str]().union(*filter(None, taken))

    def __call__(self, /, *args: Any, **inputs: Any) -> Any:
        """Run the module; blocking.

        Raises:
            InputError: an input that ``forward`` does not take.
        """
        forward = getattr(self, "forward", None)
        if forward is None or iscoroutinefunction(forward):
            return run_sync(self.acall(*args, **inputs))
        self._check_names(inputs)
        result: Any = None
        with Running(self) as running:
            for attempt in running.attempts():
                with attempt:
                    result = running.finished(forward(*args, **inputs))
        return result

    async def acall(self, /, *args: Any, **inputs: Any) -> Any:
        """Run the module.

        Raises:
            InputError: an input that ``forward`` does not take.
            OptionError: it defines neither ``forward`` nor ``aforward``.
        """
        self._check_names(inputs)
        result: Any = None
        with Running(self) as running:
            await enter_loop()
            for attempt in running.attempts():
                async with attempt:
                    result = running.finished(await self._forwarded(*args, **inputs))
        return result

    async def _forwarded(self, *args: Any, **inputs: Any) -> Any:
        if (aforward := getattr(self, "aforward", None)) is not None:
            return await aforward(*args, **inputs)
        if (forward := getattr(self, "forward", None)) is not None:
            return await offload.call(forward, *args, **inputs)
        raise OptionError(f"{type(self).__name__} must define forward or aforward.")

    def _check_names(self, inputs: Mapping[str, Any]) -> None:
        taken = self._weft_inputs
        if taken is not None and not taken.issuperset(inputs):
            unknown = next(name for name in inputs if name not in taken)
            raise InputError(f"{type(self).__name__} has no input {unknown!r}.{hint(unknown, taken)}")

    def named_predictors(self) -> list[tuple[str, Predict[Any]]]:
        """Return every predictor with its path, in the order of definition; a bare predictor is ``self``."""
        from .predict import Predict

        if isinstance(self, Predict):
            return [("self", self)]
        return [(path, module) for path, module in walk(self) if isinstance(module, Predict)]

    def predictors(self) -> list[Predict[Any]]:
        """Return every predictor."""
        return [predictor for _, predictor in self.named_predictors()]

    def named_sub_modules(self) -> list[tuple[str, Module]]:
        """Return this module, as ``self``, and every module below it with its path."""
        return [("self", self), *walk(self)]

    @property
    def state(self) -> State:
        """All that can be tuned, as data; see `State`."""
        return State({path: predictor.own for path, predictor in self.named_predictors()})

    @spelled
    def with_state(self: M, state: State) -> M:
        """Return a program of the same code with another state; nothing is copied but the modules' shells.

        Raises:
            StateError: the state is of another program.
        """
        states = {id(predictor): slots for predictor, slots in self._assigned(state).items()}

        def change(new: Module, old: Module) -> None:
            if id(old) in states:  # by identity: a module may be a dataclass, which has no hash
                new.__dict__["own"] = states[id(old)]

        return rebuilt(self, change)

    @spelled
    def using(
        self,
        state: State | None = None,
        *,
        lm: LM | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        feedback: Mapping[str, Feedback] | None = None,
    ) -> AbstractContextManager[None]:
        """Run this program with another state, model or sampling, or with feedback, while a ``with`` block lasts.

        It holds in this task or thread and what weft starts from it, so many can run at once.

        Args:
            state: bound instead of the program's own.
            lm: wins over every predictor's own model.
            parameters: sampling wishes for every call; a model that does not take one is called without it.
            feedback: by path, what predictors are told with every request, such as what was wrong in an earlier run.

        Raises:
            StateError: the state is of another program, or the feedback is for a predictor that there is not.
            OptionError: an unknown parameter, or a value that it cannot have.
        """
        from ..lm.current import as_lm
        from ..lm.parameters import checked_parameters

        states: Mapping[Predict[Any], PredictState] = {} if state is None else self._assigned(state)
        sampling = checked_parameters("using", parameters) if parameters else {}
        told = {self._known(path, dict(self.named_predictors())): one for path, one in (feedback or {}).items()}
        return bound(states, None if lm is None else as_lm(lm), sampling, told)

    def _known(self, path: str, predictors: Mapping[str, Predict[Any]]) -> Predict[Any]:
        if path not in predictors:
            raise StateError(f"{type(self).__name__} has no predictor {path!r}.{hint(path, predictors)}")
        return predictors[path]

    def _assigned(self, state: State) -> Mapping[Predict[Any], PredictState]:
        predictors = dict(self.named_predictors())
        for path in state:
            self._known(path, predictors)
        missing = [path for path in predictors if path not in state]
        if missing:
            raise StateError(f"The state lacks the predictor {missing[0]!r} of {type(self).__name__}.")
        for path, slots in state.items():
            _check_names_in(path, slots, predictors[path])
        return {predictors[path]: slots for path, slots in state.items()}

    @spelled
    def set_lm(self, lm: LM | str | None) -> None:
        """Set the model of every predictor in this program, in place; None: the settings' model."""
        from ..lm.current import as_lm

        chosen = None if lm is None else as_lm(lm)
        for predictor in self.predictors():
            predictor.lm = chosen

    def get_lm(self) -> LM | None:
        """Return the model that all predictors share, or None where they use the settings'.

        Raises:
            StateError: they have different models.
        """
        lms = {id(predictor.lm): predictor.lm for predictor in self.predictors()}
        if len(lms) > 1:
            raise StateError(f"The predictors of {type(self).__name__} use {len(lms)} different models.")
        return next(iter(lms.values()), None)

    def deepcopy(self: M) -> M:
        """Return an independent program: the same code, its own state."""
        return self.with_state(self.state)

    def reset_copy(self: M) -> M:
        """Return an independent program without demos; instructions stay."""
        emptied = {path: slots.changed(demos=(), neighbours=None) for path, slots in self.state.items()}
        return self.with_state(State(emptied))

    @spelled
    def save(self, path: str | Path) -> None:
        """Write the state as JSON: readable, diffable, without keys or history."""
        from .storage import save_state

        save_state(self, path)

    @spelled
    def load(self: M, path: str | Path) -> M:
        """Read a state that `save` wrote into this program, in place, and return the program.

        Raises:
            StateError: the file is no saved state, or one of another program; then nothing is changed.
        """
        from .storage import load_state

        for predictor, slots in self._assigned(load_state(self, path)).items():
            predictor.own = slots
        return self

    @spelled
    def batch(
        self, examples: Iterable[Mapping[str, Any]], *, concurrency: int | None = None, on_error: str = "raise"
    ) -> list[Any]:
        """Run the program on many inputs at once and return the results in order; blocking.

        Args:
            examples: examples with declared inputs, or plain dicts of inputs.
            concurrency: how many run at once; default: the setting.
            on_error: ``raise`` the first failure, in order, after all have run; or ``return`` an `Err` in its place.
        """
        return run_sync(self.abatch(examples, concurrency=concurrency, on_error=on_error))

    @spelled
    async def abatch(
        self, examples: Iterable[Mapping[str, Any]], *, concurrency: int | None = None, on_error: str = "raise"
    ) -> list[Any]:
        """Run the program on many inputs at once; see `batch`."""
        from .batch import run_batch

        return await run_batch(self, examples, concurrency, on_error)

    def astream(self: _Called[R], /, *args: Any, **inputs: Any) -> AsyncGenerator[FieldChunk | StatusEvent | R, None]:
        """Run the module and yield what happens: `FieldChunk`, `StatusEvent`, and at the end what the module returns.

        Calls, retries, usage and cache are those of `acall`, and errors are raised where the events are read. Leaving
        the iteration cancels the run; use ``contextlib.aclosing`` where that must not wait. The settings and scopes of
        the place where `astream` is called hold, wherever the events are read.

        Example:
            >>> import asyncio, weft
            >>> async def main():
            ...     qa = weft.Predict("question -> answer", lm=weft.LM("scripted/x", answers=[{"answer": "4"}]))
            ...     async for event in qa.astream(question="2+2?"):
            ...         if isinstance(event, weft.FieldChunk):
            ...             print(event.field, event.text)
            >>> asyncio.run(main())
            answer 4
        """
        from ..runtime.handing import pieces_of
        from .streaming import streamed

        return pieces_of(streamed(lambda: self.acall(*args, **inputs)))

    def stream(self: _Called[R], /, *args: Any, **inputs: Any) -> Generator[FieldChunk | StatusEvent | R, None, None]:
        """Run the module and yield what happens, for blocking code; see `astream`."""
        from ..runtime.handing import blocking
        from .streaming import streamed

        return blocking(streamed(lambda: self.acall(*args, **inputs)))

    def tunable(self) -> dict[str, Any]:
        """Return the slots that optimizers may change, by address, with the values in force; frozen ones are left out.

        Example:
            >>> import weft
            >>> weft.Predict("question -> answer", frozen=["demos", "fields"]).tunable()
            {'self.instructions': 'Given `question`, give `answer`.'}
        """
        from .freezing import tunable_slots

        return tunable_slots(self)

    def estimate(self, /, **inputs: Any) -> ProgramEstimate:
        """Return what a run with these inputs takes in tokens and dollars, without calling a model; blocking.

        The program runs, and stand-ins of the declared types answer its predictors: what depends on answers is a guess,
        and is marked so. Its own code runs as well, tools and retrievers included.

        Args:
            inputs: the program's inputs; and ``lm``, unless it is one of them: estimate with this model instead.

        Raises:
            InputError: an unknown, missing or mistyped input.
            ContextWindowExceeded: the first prompt cannot be made to fit.

        Example:
            >>> import weft
            >>> qa = weft.Predict("question -> answer", lm="embedded/incontext")
            >>> qa.estimate(question="Who is it?").most.calls
            1
        """
        return run_sync(self.aestimate(**inputs))

    async def aestimate(self, /, **inputs: Any) -> ProgramEstimate:
        """Return what a run takes; see `estimate`."""
        from .estimate import estimated

        return await estimated(self, inputs)

    def __repr__(self) -> str:
        lines = [f"  {path} = {predictor!r}" for path, predictor in self.named_predictors()]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def _names_of(method: Any) -> frozenset[str] | None:
    code = getattr(method, "__code__", None)
    return None if code is None or hasattr(method, "__wrapped__") else keyword_names(code)


def _check_names_in(path: str, slots: PredictState, predictor: Predict[Any]) -> None:
    for name in slots.fields:
        if name not in (known := predictor.signature.fields):
            raise StateError(f"The state describes {path}.fields.{name}, which is no field.{hint(name, known)}")
    for name in slots.tools:
        if (own := own_tools(predictor.signature)) is not None and name not in own:
            raise StateError(f"The state describes {path}.tools.{name}, which is no tool of its own.{hint(name, own)}")
    known = predictor.own.texts
    for name in slots.texts:
        if name not in known:
            raise StateError(
                f"The state has {path}.texts.{name}, which the prompt has no place for.{hint(name, known)}"
            )
    for name in known:
        if name not in slots.texts:
            raise StateError(f"The state lacks {path}.texts.{name}, a text of the prompt.")
