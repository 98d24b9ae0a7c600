"""Predict: one call of a model, from typed inputs to a typed prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ..adapter.apart import has_fields_apart, with_fields_apart
from ..adapter.base import Adapter, Prompt
from ..adapter.current import current_adapter
from ..adapter.media import rendered, typed_demos
from ..adapter.tool_calling import calls_natively, with_tools
from ..data.prediction import Prediction
from ..errors import InputError, StateError
from ..lm.current import as_lm, current_lm, some_model
from ..lm.parameters import check_parameters
from ..lm.rehearsal import current_rehearsal
from ..runtime.loop import run_sync
from ..signature.bind import bind
from ..signature.signature import Signature, ensure_signature
from ..spelling import hint, spelled
from .answering import Answering
from .checks import examine, prediction_checks
from .demos import chosen_demos, model_of
from .module import Module
from .options import checked_config, whole_number
from .rollouts import sampled
from .running import Running
from .runs import current_run
from .scope import binding
from .slot_attributes import SlotAttributes
from .state import PredictState, State
from .stepping import Answered, Call, stepped
from .streaming import incoming_answer
from .tool_slots import with_descriptions, without_own_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..adapter.taking_apart import Slots
    from ..lm.base import LM
    from ..lm.records import Delta, Request, Response
    from .checks import Check

R = TypeVar("R")
S = TypeVar("S", bound=Signature)

CALL_OPTIONS = ("adapter", "config", "lm")
"""What a call takes beside inputs."""
_STATE = ("demos", "instructions", "lm", "own", "texts")
_ATTRIBUTES = frozenset({*_STATE, "adapter", "checks", "config", "frozen", "max_backtracks", "repair_max", "signature"})


class Predict(SlotAttributes, Module, Generic[R]):
    """Asks a model for the outputs of a signature.

    Args:
        signature: a Signature class, or its string or dict form.
        lm: the model of this predictor; default: the settings' at the time of the call.
        adapter: the adapter of this predictor; default: the settings'.
        checks: functions of the prediction, sync or async, or pairs of one and what is wrong where it gives False. A
            function may also return what is wrong as a text, or raise an AssertionError. Where one does not hold, the
            model is asked again and told what was wrong.
        max_backtracks: how often at most; default: the setting.
        repair_max: how often a call may ask again for fields that cannot be read; default: the settings'.
        frozen: slots that optimizers leave alone: ``instructions``, ``demos``, ``fields`` or ``fields.NAME``, ``texts``
            or ``texts.NAME``, ``tools`` or ``tools.NAME``, ``lm``, or ``all``.
        config: parameters of every call, such as ``temperature`` and ``n``.

    Raises:
        SignatureError: `signature` is none.
        OptionError: an unknown parameter, or a check that is none.

    A call takes the signature's inputs by name, and beside them ``lm``, ``adapter`` and ``config`` (a dict of
    parameters, and ``repair_max``) for that call alone, unless the signature has inputs of those names.

    Example:
        >>> import weft
        >>> qa = weft.Predict("question -> answer")
        >>> lm = weft.LM("scripted/x", answers=[{"answer": "4"}])
        >>> qa(question="2+2?", lm=lm).answer
        '4'
    """

    @overload
    def __init__(
        self: Predict[S],
        signature: type[S],
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        checks: Sequence[Check] = ...,
        max_backtracks: int | None = ...,
        repair_max: int | None = ...,
        frozen: Iterable[str] = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: Predict[Prediction],
        signature: str | Mapping[str, Any],
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        checks: Sequence[Check] = ...,
        max_backtracks: int | None = ...,
        repair_max: int | None = ...,
        frozen: Iterable[str] = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self,
        signature: Any,
        *,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        checks: Sequence[Check] = (),
        max_backtracks: int | None = None,
        repair_max: int | None = None,
        frozen: Iterable[str] = (),
        **config: Any,
    ) -> None:
        self.signature = ensure_signature(signature)
        self.adapter = adapter
        self.checks = prediction_checks(checks)
        self.max_backtracks = _checked_most("max_backtracks", max_backtracks)
        self.repair_max = _checked_most("repair_max", repair_max)
        self.config = checked_config(config)
        self.own = PredictState()
        self.lm = lm
        self.frozen = frozen

    @overload
    @classmethod
    def from_prompt(
        cls, messages: Any, signature: type[S], *, slots: Slots = ..., frozen: Iterable[str] = ..., **options: Any
    ) -> Predict[S]: ...
    @overload
    @classmethod
    def from_prompt(
        cls,
        messages: Any,
        signature: str | Mapping[str, Any] | None = ...,
        *,
        slots: Slots = ...,
        frozen: Iterable[str] = ...,
        **options: Any,
    ) -> Predict[Prediction]: ...
    @classmethod
    def from_prompt(
        cls,
        messages: Any,
        signature: Any = None,
        *,
        slots: Slots = "instructions",
        frozen: Iterable[str] = (),
        **options: Any,
    ) -> Predict[Any]:
        """Return a predictor that sends an existing prompt, taken apart into slots that optimizers may change.

        What is in no slot stays as it is. `export` gives the prompt back, byte for byte.

        Args:
            messages: a list of messages in OpenAI's form, `Message` records or pairs of a role and a text; or the text
                of one user turn. ``{name}`` stands for the input of that name, ``{{`` and ``}}`` for braces.
            signature: as for `Predict`; default: the placeholders are inputs, and the output is ``answer``, a text.
            slots: ``instructions``: the text of the system turn, or of the first turn, until the paragraph of its first
                placeholder. ``sections``: the same until its first heading, and each section under a heading as a text
                of its name. Or a mapping of ``instructions`` and names of texts to the very texts in the prompt.
            frozen: slots that optimizers leave alone, as for `Predict`; those that the prompt does not show always are.
            options: ``read``, ``write`` and ``style``, as for `TemplateAdapter`, but ``read`` is ``text`` by default
                where there is one output, else ``json``; and what `Predict` takes.

        Turns of user and assistant right before the last user turn that are of its form become demonstrations.

        Raises:
            OptionError: the messages, braces, slots or options are wrong, or placeholders and inputs do not match.
            SignatureError: `signature` is none.

        Example:
            >>> import weft
            >>> ask = weft.Predict.from_prompt([("system", "Be brief."), ("user", "Q: {question}")])
            >>> ask.instructions
            'Be brief.'
            >>> ask.export("openai")["messages"][1]
            {'role': 'user', 'content': 'Q: {question}'}
        """
        from .from_prompt import predictor_from  # only imported prompts need it

        return predictor_from(cls, messages, signature, slots, frozen, options)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _ATTRIBUTES and type(self) is Predict:  # a subclass may have attributes of its own
            raise StateError(f"Predict has no attribute {name!r}.{hint(name, _ATTRIBUTES)}")
        super().__setattr__(name, value)

    @spelled
    def with_state(self, state: State | PredictState) -> Predict[R]:
        """Return a predictor of the same signature with another state."""
        return super().with_state(State({"self": state}) if isinstance(state, PredictState) else state)

    def __call__(self, /, *args: Any, **inputs: Any) -> R:
        """Ask the model; blocking.

        Raises:
            InputError: an unknown, missing or mistyped input, before any call.
            LMError: the call failed.
            ParseError: the answer does not hold the outputs, nor do the re-asks for them.
            CheckFailed: an answer does not pass the predictor's checks, and the model is not asked again.
        """
        return run_sync(self.acall(*args, **inputs))

    async def acall(self, /, *args: Any, **inputs: Any) -> R:
        """Ask the model; see `__call__`."""
        if args:
            names = ", ".join(self.signature.input_fields)
            raise InputError(f"Inputs are given by name ({names}), not by position.")
        call = self._prepared(inputs)
        if not self.checks:
            return await self._asked(call)
        prediction: Any = None
        with Running(self, silent=True) as running:
            for attempt in running.attempts():
                with attempt:
                    prediction = await self._asked(call)
                    await examine(self.checks, prediction)
                    prediction = running.finished(prediction)
        return prediction

    def _prepared(self, inputs: dict[str, Any]) -> Call:
        """Return what a call takes: the model, the adapter, the request the checked inputs and how many repairs."""
        own_lm, own_adapter, config = self._call_options(inputs)
        repair_max = config.pop("repair_max", self.repair_max)
        values = bind(self.signature, inputs, CALL_OPTIONS)
        scope = binding.get()
        state = scope.states.get(self, self.own)
        lm = scope.lm or own_lm or model_of(state) or current_lm()
        chosen = current_adapter(self.adapter if own_adapter is None else own_adapter)
        adapter = self._around(chosen, lm, (lm.parameters, self.config, config, scope.parameters))
        shown = with_descriptions(self.signature, values, state.tools)
        request = rendered(adapter, self._prompt(state, values), shown, lm.capabilities)
        if self.config or config:
            request = _with(lm, request, {**self.config, **config})
        if scope.parameters:
            request = sampled(lm, request, scope.parameters)
        if scope.feedback and (feedback := scope.feedback.get(self)) is not None:
            request = adapter.with_feedback(request, feedback)
        return Call(lm, adapter, request, without_own_tools(self.signature, values), repair_max)

    def _around(self, adapter: Adapter, lm: LM, given: Sequence[Mapping[str, Any] | None]) -> Adapter:
        """Return the adapter for one call, with what is done around it for fields that need it.

        Args:
            adapter: the adapter chosen.
            lm: who is asked.
            given: the parameters, the nearest last.
        """
        if has_fields_apart(self.signature):
            parameters = {name: value for one in given for name, value in (one or {}).items()}
            calls = calls_natively(self.signature, lm)
            adapter = with_fields_apart(adapter, self.signature, lm, parameters, calls_natively=calls)
        return with_tools(adapter, self.signature, lm)

    async def _asked(self, call: Call) -> R:
        run = current_run()
        prediction: Any = (await self._answered(call)).prediction if run is None else await stepped(run, self, call)
        return prediction  # statically it is seen as the signature, see Signature

    async def _answered(self, call: Call) -> Answered:
        """Ask the model and read its answer."""
        if current_rehearsal() is not None:
            response = await call.lm.complete(call.request)
            rows = _stand_ins(self.signature, response)
            return Answered(Prediction.answered(rows, response.usage, self.signature), response)
        incoming = incoming_answer(call.adapter, self.signature)
        if incoming is None:
            return await self._read(call, None)
        with incoming:
            answered = await self._read(call, incoming)
            incoming.settle(answered.prediction)
        return answered

    async def _read(self, call: Call, sink: Callable[[Delta], None] | None) -> Answered:
        response = await call.lm.complete(call.request, sink)
        answering = Answering(call.lm, call.adapter, call.request, response, self._signature_in_force, call.repair_max)
        rows = await answering.rows(self.signature)
        return Answered(Prediction.answered(rows, answering.usage, self.signature), response, answering.repairs)

    def _call_options(self, inputs: dict[str, Any]) -> tuple[LM | None, Adapter | str | None, dict[str, Any]]:
        """Take ``lm``, ``adapter`` and ``config`` out of a call's keywords, where they are no inputs."""
        lm: LM | None = None
        adapter: Adapter | str | None = None
        config: dict[str, Any] = {}
        if "lm" in inputs and "lm" not in self.signature.input_fields:
            lm = as_lm(inputs.pop("lm"))
        if "adapter" in inputs and "adapter" not in self.signature.input_fields:
            adapter = inputs.pop("adapter")
        if "config" in inputs and "config" not in self.signature.input_fields:
            config = checked_config(inputs.pop("config"))
        return lm, adapter, config

    def _prompt(self, state: PredictState, values: Mapping[str, Any]) -> Prompt:
        """Return the prompt of a state: made once, unless demos are chosen for each input."""
        prompt = self._prepared_prompt(state)
        if state.neighbours is None:
            return prompt
        demos = typed_demos(prompt.signature, chosen_demos(state, values))
        return Prompt(prompt.signature, demos, state.texts)

    def _prepared_prompt(self, state: PredictState) -> Prompt:
        prepared = state._prepared
        prompt = prepared.get(self.signature)
        if prompt is None:
            demos = typed_demos(self.signature, state.demos)
            prompt = prepared[self.signature] = Prompt(self._edited(state), demos, state.texts)
        return prompt

    def _signature_in_force(self) -> type[Signature]:
        return self._prepared_prompt(binding.get().states.get(self, self.own)).signature

    def _edited(self, state: PredictState) -> type[Signature]:
        signature = self.signature
        if state.instructions is not None:
            signature = signature.with_instructions(state.instructions)
        for name, desc in state.fields.items():
            signature = signature.with_updated_fields(name, desc=desc)
        return signature

    def render(self, /, **inputs: Any) -> Request:
        """Return the request a call with these inputs would send, made to fit the context window; nothing is sent.

        Where no model is set, it is that for a model of which nothing is known.

        Raises:
            InputError: an unknown, missing or mistyped input.
            ContextWindowExceeded: the prompt cannot be made to fit.
        """
        with some_model():
            call = self._prepared(inputs)
            return call.lm.fitted(call.request)

    async def arender(self, /, **inputs: Any) -> Request:
        """Return the request a call with these inputs would send; see `render`."""
        return self.render(**inputs)

    def _exported(self, form: Any, inputs: dict[str, Any]) -> Any:
        from .export import exported, unfilled

        request = self.render(**inputs) if inputs else unfilled(self)
        found = exported(form, {"self": request})
        return found["self"] if form == "openai" else found

    def __repr__(self) -> str:
        return f"Predict({self.signature.spec!r}, demos={len(self.own.demos)})"


def _stand_ins(signature: type[Signature], response: Response) -> list[dict[str, Any]]:
    from .stand_ins import stand_ins  # only rehearsals need it

    return [stand_ins(signature, completion.text) for completion in response.completions]


def _checked_most(name: str, most: int | None) -> int | None:
    return None if most is None else whole_number("Predict", name, most, 0)


def _with(lm: LM, request: Request, parameters: Mapping[str, Any]) -> Request:
    return request.replace(**check_parameters(lm, parameters))
