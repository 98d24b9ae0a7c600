"""The Adapter contract: `render` writes a prompt, `parse` reads an answer; both are pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..errors import ParseError, PluginContractError
from ..registry.contract import Contract
from ..signature.coerce import Unfit, coerce
from ..spelling import closest, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion, Request
    from ..signature import Signature

T = TypeVar("T")


class Prompt:
    """What stays the same from call to call: the signature with its instructions in force, and the demos.

    Attributes:
        signature: the signature, edited as the state says.
        demos: worked examples: mappings from field names to values.
    """

    __slots__ = ("_memo", "demos", "signature")

    @spelled
    def __init__(self, signature: type[Signature], demos: Sequence[Mapping[str, Any]] = ()) -> None:
        self.signature = signature
        self.demos = tuple(demos)
        self._memo: dict[Any, Any] = {}

    def memo(self, key: Any, build: Callable[[], T]) -> T:
        """Return what `build` gives, built once for this prompt: adapters keep their constant messages here."""
        memo = self._memo
        if key not in memo:
            memo[key] = build()
        return memo[key]


class Adapter(Contract):
    """How prompts are written and answers read; ``Adapter("json")`` returns the installed one of that name."""

    kind: ClassVar[str] = "adapter"
    required: ClassVar[tuple[str, ...]] = ("render", "parse")

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

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        """Return the output fields' values, typed, in declared order.

        Raises:
            ParseError: a field is missing or does not fit its type.
        """
        raise PluginContractError(f"{type(self).__name__} has no parse.")


def refuse_cut_off(completion: Completion, found: Mapping[str, Any], *, whole: bool) -> None:
    """Refuse an answer that ended at its length limit, unless the adapter sees that it is `whole` all the same.

    Raises:
        ParseError: its last field may lack its end, which nothing later could notice; it holds the fields before.
    """
    if completion.finish_reason == "length" and not whole:
        cut = next(reversed(list(found)), None)
        kept = {name: value for name, value in found.items() if name != cut}
        where = f" in the field {cut!r}" if cut is not None else ""
        raise ParseError(f"The answer was cut off at its length limit{where}.", raw=completion.text, fields=kept)


def typed_fields(signature: type[Signature], found: Mapping[str, Any], completion: Completion) -> dict[str, Any]:
    """Return the values of all output fields out of the raw ones that were `found`; what every adapter ends with.

    Raises:
        ParseError: a field is missing or does not fit its type; it holds the raw answer and what could be read.
    """
    values: dict[str, Any] = {}
    for name, field in signature.output_fields.items():
        if name in found:
            raw = found[name]
            if type(raw) is str and field.is_plain_text:
                values[name] = raw
                continue
            try:
                values[name] = coerce(field, raw)
            except Unfit as unfit:
                raise ParseError(f"The field {name!r} {unfit}", raw=completion.text, fields=values) from unfit
        elif not field.required:
            values[name] = field.default_value()
        elif field.optional:
            values[name] = None
        else:
            raise ParseError(_missing(name, found), raw=completion.text, fields=values)
    return values


def _missing(name: str, found: Mapping[str, Any]) -> str:
    near = closest(name, found)
    return f"The answer lacks the field {name!r}{f'; it has {near!r}' if near else ''}."
