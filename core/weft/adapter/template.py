"""``template``: the user's own messages, with placeholders for inputs, instructions, fields and demonstrations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..lm.chat_form import chat_message
from ..lm.messages import Message
from ..lm.records import Request
from ..signature.describe import text_of
from ..signature.markers import write_sections
from .base import Adapter, Prompt
from .filling import Filling
from .freeforms import reading_of
from .placeholders import checked_style
from .sections import demo_part
from .templates import messages_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import ParseError
    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion
    from ..signature import Signature
    from .placeholders import Style
    from .streaming import StreamParser


class TemplateAdapter(Adapter):
    """Sends your own messages.

    Args:
        messages: the turns: dicts with ``role`` and ``content``, `Message` records, or pairs of a role and a text.
            ``{name}`` stands for the input or the text of that name, ``{inputs}`` for all inputs in sections;
            ``{instructions}``, ``{fields}``, ``{form}`` and ``{demos}`` for what the signature and the state say.
            ``{{`` and ``}}`` are braces. An input of such a name wins.
        read: how answers are read: ``chat``, ``json``, ``xml``, ``text`` (the whole answer is the only output), or a
            function of the answer's text that returns the outputs by name, and returns None or raises ValueError
            where it cannot.
        write: with a function for `read`, what writes an answer for demonstrations: a function of the outputs by name;
            default: JSON.
        style: how placeholders are written: ``{name}``, ``{{name}}`` or ``{{ name }}``. Between double braces there is
            nothing to escape: all other braces are text.

    Raises:
        OptionError: the messages or `read` are of another form. When a prompt is written: a placeholder is neither an
            input nor one of those above, or an input is not shown.

    Where there is no ``{demos}``, demonstrations stand before the last user turn, as that turn and its answer.
    """

    def __init__(
        self,
        *,
        messages: Any = (),
        read: str | Callable[[str], Mapping[str, Any]] = "chat",
        write: Callable[[Mapping[str, Any]], str] | None = None,
        style: Style = "{name}",
    ) -> None:
        self.placeholder_style = checked_style(style)
        self._messages, self._read = messages_of(messages), read
        self._turns = turns_of(self._messages, self.placeholder_style)
        self._reading = reading_of(read, write)
        users = [place for place, turn in enumerate(self._turns) if turn.role == "user"]
        self._question = users[-1] if users else len(self._turns) - 1

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        turns = prompt.memo(self, lambda: self._prepared(prompt))
        texts = {name: text_of(value) for name, value in inputs.items()}
        messages = [turn if isinstance(turn, Message) else turn(texts) for turn in turns]
        return self._reading.held(Request(tuple(messages)), prompt.signature, capabilities)

    def saved(self) -> dict[str, Any] | None:
        """Return what files keep of this adapter; None where a function reads the answers, which is code."""
        if not isinstance(self._read, str):
            return None
        messages = [chat_message(message) for message in self._messages]
        return {"ref": "template", "messages": messages, "read": self._read, "style": self.placeholder_style}

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        return self._reading.parse(signature, completion)

    def exchange(
        self,
        signature: type[Signature],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        capabilities: Capabilities,
    ) -> tuple[Message, ...]:
        """Return a past call as the last user turn of the template would have asked, if it shows just those inputs."""
        asked, turn = self._reading.exchange(signature, inputs, {}, capabilities), self._turns[self._question]
        if inputs and set(inputs) == {*turn.placeholders}:
            filling = Filling(Prompt(signature), self._reading.form(signature), [])
            texts = {name: text_of(value) for name, value in inputs.items()}
            asked = (Message("user", filling.message(turn, texts).parts),)
        return (*asked, *self._reading.exchange(signature, {}, outputs, capabilities))

    def repair(self, prompt: Prompt, error: ParseError, capabilities: Capabilities) -> Request | None:
        """Return the re-ask that the form of the answers has; these messages are for the whole task."""
        return self._reading.repair(prompt, error, capabilities)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return self._reading.stream_parser(signature)

    def _prepared(self, prompt: Prompt) -> list[Message | Callable[[Mapping[str, str]], Message]]:
        """Return the turns: finished, or what finishes them with the texts of the inputs."""
        signature = prompt.signature
        demos = [self._demo(signature, demo) for demo in prompt.demos]
        filling = Filling(prompt, self._reading.form(signature), [f"{text}\n\n{answer}" for _, text, answer in demos])
        filling.check([name for turn in self._turns for name in turn.placeholders])
        turns: list[Message | Callable[[Mapping[str, str]], Message]] = []
        for place, turn in enumerate(self._turns):
            if place == self._question and not filling.shows_demos(self._turns):
                for number, (inputs, _, answer) in enumerate(demos, 1):
                    turns.append(Message("user", (demo_part(filling.message(turn, inputs).text, number),)))
                    turns.append(Message("assistant", (demo_part(answer, number),)))
            if filling.is_constant(turn):
                message = filling.message(turn, {})
                turns += [message] if message.parts else []  # a turn of nothing but {demos} may be empty
            else:
                turns.append(partial(filling.message, turn))
        return turns

    def _demo(self, signature: type[Signature], demo: Mapping[str, Any]) -> tuple[dict[str, str], str, str]:
        """Return a demonstration's inputs, the same in sections, and its answer."""
        inputs = {name: text_of(demo[name]) for name in signature.input_fields if name in demo}
        outputs = {name: demo[name] for name in signature.output_fields if name in demo}
        return inputs, write_sections(inputs.items()), self._reading.write(signature, outputs)
