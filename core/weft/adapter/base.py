"""The Adapter contract: `render` writes a prompt, `parse` reads an answer; both are pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from ..errors import PluginContractError, TruncatedAnswer
from ..registry.contract import Contract
from ..spelling import spelled
from .feedback import marked_parts, with_parts
from .reading import plain_texts, read_fields, without_last

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..data.checks import Feedback
    from ..errors import ParseError
    from ..lm.base import LM
    from ..lm.capabilities import Capabilities
    from ..lm.messages import Message
    from ..lm.records import Completion, Request, Response
    from ..signature import Signature
    from .placeholders import Style
    from .streaming import StreamParser

T = TypeVar("T")


class Prompt:
    """What stays the same from call to call: the signature with its instructions in force, and the demos.

    Attributes:
        signature: the signature, edited as the state says.
        demos: worked examples: mappings from field names to values.
        texts: other texts of the prompt by name, for adapters that have a place for them.
    """

    __slots__ = ("_memo", "demos", "signature", "texts")

    @spelled
    def __init__(
        self,
        signature: type[Signature],
        demos: Sequence[Mapping[str, Any]] = (),
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.signature = signature
        self.demos = tuple(demos)
        self.texts: Mapping[str, str] = {} if texts is None else texts
        self._memo: dict[Any, Any] = {}

    def memo(self, key: Any, build: Callable[[], T]) -> T:
        """Return what `build` gives, built once for this prompt: adapters keep their constant messages here."""
        memo = self._memo
        if key not in memo:
            memo[key] = build()
        return memo[key]


class Ask(Protocol):
    """Makes calls on the books of a predictor: its ledger, budgets, settings and trace.

    Attributes:
        lm: the model that gave the answer that is being read.
    """

    lm: LM

    async def __call__(self, request: Request, lm: LM | None = None) -> Response:
        """Return what `lm` answers, by default the same model."""
        ...


class Adapter(Contract):
    """How prompts are written and answers read; ``Adapter("json")`` returns the installed one of that name."""

    kind: ClassVar[str] = "adapter"
    required: ClassVar[tuple[str, ...]] = ("render", "parse")
    placeholder_style: Style = "{name}"
    """How placeholders are written where a prompt is exported without inputs."""

    if TYPE_CHECKING:  # the contract itself takes a name and options, which the metaclass resolves

        def __init__(self, *args: Any, **options: Any) -> None: ...

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        """Return the request for one call.

        Args:
            prompt: signature and demos; keep what can be kept with ``prompt.memo``.
            inputs: validated values of the input fields.
            capabilities: what the model can do.
        """
        raise PluginContractError(f"{type(self).__name__} has no render.")

    def with_feedback(self, request: Request, feedback: Feedback) -> Request:
        """Return a request that `render` made, with what was wrong with an earlier answer.

        Here it is written at the end of the last turn, in sections as inputs are; adapters with another form override
        it.
        """
        return with_parts(request, marked_parts(feedback))

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        """Return the output fields' values, typed, in declared order.

        Raises:
            ParseError: a field is missing or does not fit its type.
        """
        raise PluginContractError(f"{type(self).__name__} has no parse.")

    def saved(self) -> dict[str, Any] | None:
        """Return what files keep of this adapter, its ``ref`` and options; None: only its own code can build it."""
        return None

    async def aparse(self, signature: type[Signature], completion: Completion, ask: Ask) -> dict[str, Any]:
        """Return the output fields' values as `parse` does, with further calls of models if need be.

        Args:
            signature: what is asked for.
            completion: the answer to read.
            ask: makes a call; by default there is none.

        Raises:
            ParseError: a field is missing or does not fit its type.
        """
        return self.parse(signature, completion)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        """Return what reads one answer while it comes; by default everything comes at its end."""
        from .streaming import WholeAnswer

        return WholeAnswer(self, signature)

    def exchange(
        self,
        signature: type[Signature],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        capabilities: Capabilities,
    ) -> tuple[Message, ...]:
        """Return a past call as the turns that it was: the user's with the inputs, the assistant's with the outputs.

        By default both are marked sections, which every adapter reads. There may be fewer fields than the signature
        has, and others, and a side without fields is no turn.

        Args:
            signature: whose conversation it is.
            inputs: what the call was given.
            outputs: what it answered.
            capabilities: what the model can do.
        """
        from .past import exchange_in_sections

        return exchange_in_sections(inputs, outputs)

    def repair(self, prompt: Prompt, error: ParseError, capabilities: Capabilities) -> Request | None:
        """Return the request that asks again for the fields of `prompt` that could not be read, or None for none.

        It holds an excerpt of the answer, the problem and these fields, in this adapter's form; never the inputs, demos
        or history, so that its size does not depend on them. The answer is read by `parse`, for these fields alone.

        Args:
            prompt: the signature whose outputs are wanted.
            error: what could not be read and why.
            capabilities: what the model can do.
        """
        if isinstance(error, TruncatedAnswer) or not error.raw.strip():
            return None
        from .repair import repair_inputs, repair_signature

        asked = Prompt(repair_signature(prompt.signature, error))
        return self.render(asked, repair_inputs(prompt.signature, error), capabilities)


def typed_fields(
    signature: type[Signature], found: Mapping[str, Any], completion: Completion, *, whole: bool = True
) -> dict[str, Any]:
    """Return the values of all output fields out of the raw ones that were `found`; what every adapter ends with.

    Where they are not all there, or do not fit, the answer is read in every other form that models use.

    Args:
        signature: what is asked for.
        found: texts or JSON values by field, read by the adapter's own form.
        completion: the answer.
        whole: whether the form shows that the answer has its end; it counts where the answer reached its length limit.

    Raises:
        TruncatedAnswer: the answer was cut off at its length limit.
        ParseError: a field is missing or does not fit its type.
    """
    is_cut = not whole and completion.finish_reason == "length"
    if not is_cut and (texts := plain_texts(signature, found)) is not None:
        return texts
    reading = read_fields(signature, found)
    if not is_cut and not reading.problems and reading.given == len(reading.values):
        return reading.values
    from .recovery import recovered

    return recovered(signature, completion, found, without_last(reading, found) if is_cut else reading)
