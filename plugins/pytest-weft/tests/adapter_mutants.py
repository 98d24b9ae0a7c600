"""An adapter that keeps the contract, adapters that break it in one way each, and the check that must say so."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import weft
from weft import Completion, FieldDelta, Message, Part, Prompt, Request
from weft.adapter.base import typed_fields
from weft.errors import ParseError, WeftError
from weft.signature.describe import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft import Capabilities, Signature
    from weft.adapter import StreamParser

_serial = itertools.count()


class Correct(weft.Adapter):
    """Lines of ``name=JSON``."""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        turns = [Message.of("system", self.rules(prompt.signature))]
        for number, demo in enumerate(prompt.demos):
            turns += [self.droppable(turn, f"demo {number}") for turn in self.demo(prompt.signature, demo)]
        trims = any(field.trim for field in prompt.signature.input_fields.values())
        question = Part("input", self.question(inputs), "inputs", "trim" if trims else "keep")
        return Request(messages=(*turns, Message("user", (question,))))

    def droppable(self, turn: Message, name: str) -> Message:
        return Message(turn.role, (Part("demo", turn.text, name, "drop"),))

    def rules(self, signature: type[Signature]) -> str:
        return "\n".join(
            [signature.instructions, *(f"{field.name}: {field.desc}" for field in signature.fields.values())]
        )

    def demo(self, signature: type[Signature], demo: Mapping[str, Any]) -> list[Message]:
        inputs = {name: demo[name] for name in signature.input_fields if name in demo}
        outputs = {name: demo[name] for name in signature.output_fields if name in demo}
        return [Message.of("user", self.question(inputs)), Message.of("assistant", self.answer(outputs))]

    def question(self, inputs: Mapping[str, Any]) -> str:
        return "\n".join(f"{name}: {text_of(value)}" for name, value in inputs.items())

    def answer(self, outputs: Mapping[str, Any]) -> str:
        return "\n".join(f"{name}={self.encoded(value)}" for name, value in outputs.items())

    def encoded(self, value: Any) -> str:
        return json.dumps(value if isinstance(value, str | bool) else text_of(value), ensure_ascii=False)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        return typed_fields(signature, self.found(completion.text), completion)

    def found(self, text: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for line in text.split("\n"):
            name, equals, value = line.partition("=")
            try:
                if equals:
                    found[name] = json.loads(value)
            except ValueError:
                continue
        return found


class TruthIsText(Correct):
    """Writes false as "wrong"."""

    def encoded(self, value: Any) -> str:
        return '"wrong"' if value is False else super().encoded(value)


class FourFieldsAtMost(Correct):
    def found(self, text: str) -> dict[str, Any]:
        return dict(list(super().found(text).items())[:4])


class Backwards(Correct):
    """Gives the fields in reverse."""

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        return dict(reversed(super().parse(signature, completion).items()))


class NoFractions(Correct):
    """Loses a character that none of the fixed cases has."""

    def found(self, text: str) -> dict[str, Any]:
        return super().found(
            "".join(character for character in text if character.isascii() or not character.isnumeric())
        )


class RaisesKeyError(Correct):
    """Raises what Python raises, where an answer is JSON but no object."""

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        if completion.text == "[1, 2]":
            raise KeyError("reason")
        return super().parse(signature, completion)


class LosesAnswer(Correct):
    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        try:
            return super().parse(signature, completion)
        except ParseError as error:
            raise ParseError(error.problem, raw="") from error


class ZeroForNonsense(Correct):
    """Takes 0 where a number cannot be read."""

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found = self.found(completion.text)
        if "good deal" in str(found.get("score")) and signature.output_fields["score"].type is int:
            found["score"] = 0
        return typed_fields(signature, found, completion)


class FillsCutAnswers(Correct):
    """Makes up what was cut off."""

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        made_up = {"reason": "", "score": 0} if completion.finish_reason == "length" else {}
        return typed_fields(signature, {**made_up, **self.found(completion.text)}, completion)


class RemembersOnePrompt(Correct):
    """Mixes up what runs at once: it reads an answer by the prompt that was rendered last."""

    last = ""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        self.last = str(inputs.get("question"))
        return super().render(prompt, inputs, capabilities)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found = super().parse(signature, completion)
        return found if self.last in ("", "Which number?") else {**found, "score": int(self.last[1:])}


class CutsInputs(Correct):
    """Shortens long inputs in silence."""

    def question(self, inputs: Mapping[str, Any]) -> str:
        return super().question({name: text_of(value)[:500] for name, value in inputs.items()})


class EscapesInputs(Correct):
    def question(self, inputs: Mapping[str, Any]) -> str:
        return json.dumps(inputs)


class NoInstructions(Correct):
    def rules(self, signature: type[Signature]) -> str:
        return super().rules(signature).removeprefix(signature.instructions)


class NoDescriptions(Correct):
    def rules(self, signature: type[Signature]) -> str:
        return signature.instructions


class DemosBackwards(Correct):
    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        return super().render(Prompt(prompt.signature, prompt.demos[::-1]), inputs, capabilities)


class InputFirst(Correct):
    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        messages = super().render(prompt, inputs, capabilities).messages
        return Request(messages=(messages[0], messages[-1], *messages[1:-1]))


class OneFieldDemos(Correct):
    """Shows only the first output of several demonstrations."""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        first = next(iter(prompt.signature.output_fields))
        dropped = set(prompt.signature.output_fields) - {first} if len(prompt.demos) > 1 else set[str]()
        demos = [{name: value for name, value in demo.items() if name not in dropped} for demo in prompt.demos]
        return super().render(Prompt(prompt.signature, demos), inputs, capabilities)


class WholeDemosOnly(Correct):
    def demo(self, signature: type[Signature], demo: Mapping[str, Any]) -> list[Message]:
        if any(name not in demo for name in signature.fields):
            raise WeftError("A demonstration lacks a field.")
        return super().demo(signature, demo)


class TellsNothing(Correct):
    """Leaves out what was wrong."""

    def with_feedback(self, request: Request, feedback: weft.Feedback) -> Request:
        return super().with_feedback(request, weft.Feedback("Wrong.", feedback.answer))


class NumbersPrompts(Correct):
    """Writes something new into every prompt."""

    def rules(self, signature: type[Signature]) -> str:
        return f"{super().rules(signature)}\nPrompt {next(_serial)}"


class KeepsEverything(Correct):
    """Lets no demonstration give way."""

    def droppable(self, turn: Message, name: str) -> Message:
        return turn


class WritesIntoInputs(Correct):
    def question(self, inputs: Mapping[str, Any]) -> str:
        text = super().question(inputs)
        if inputs.get("question") == "x":
            inputs["question"] = "x "  # type: ignore[index]
        return text


class WritesIntoDemos(Correct):
    def demo(self, signature: type[Signature], demo: Mapping[str, Any]) -> list[Message]:
        rendered = super().demo(signature, demo)
        if "reason" in demo:
            demo["used"] = True  # type: ignore[index]
        return rendered


class Lines:
    """A parser of streams that keeps the contract: what follows a ``=`` on a line that is complete is a field."""

    def __init__(self, adapter: Correct, signature: type[Signature]) -> None:
        self.adapter, self.signature = adapter, signature
        self.text = ""

    def feed(self, text: str) -> Sequence[FieldDelta]:
        *lines, self.text = (self.text + text).split("\n")
        return [delta for line in lines for delta in self.of_line(line)]

    def finish(self) -> Sequence[FieldDelta]:
        return self.of_line(self.text)

    def of_line(self, line: str) -> list[FieldDelta]:
        found = self.adapter.found(line)
        return [
            FieldDelta(name, text_of(value), last=True)
            for name, value in found.items()
            if name in self.signature.output_fields
        ]


class Streams(Correct):
    """Reads streams line by line; what it makes of a line is changed by the mutants below."""

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        parser = Lines(self, signature)
        parser.of_line = lambda line, read=parser.of_line: self.changed(line, read(line))  # type: ignore[method-assign]
        return parser

    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        return deltas


class StreamsTheForm(Streams):
    """Gives a text as it is written, quotes and all."""

    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        return [replace(delta, text=json.dumps(delta.text)) if delta.field == "before" else delta for delta in deltas]


class StreamsNoValues(Streams):
    """Gives a mark where a value is no text."""

    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        return [
            replace(delta, text="…" if line.startswith("answer=") and '"' not in line else delta.text)
            for delta in deltas
        ]


class EndsTwice(Streams):
    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        return [*deltas, *(replace(delta, text="") for delta in deltas)]


class StreamsEveryLine(Streams):
    """Gives fields that are none."""

    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        return [*deltas, FieldDelta("line", line, last=True)]


class SharesOneParser(Correct):
    """Has one parser for all streams."""

    parser: StreamParser | None = None

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        self.parser = self.parser or Lines(self, signature)
        return self.parser


class RaisesInStreams(Streams):
    def changed(self, line: str, deltas: list[FieldDelta]) -> list[FieldDelta]:
        if line.startswith("I am sorry"):
            raise ParseError("There is no field.", raw=line)
        return deltas


class TakesAnyOption(Correct):
    def __init__(self, **options: Any) -> None:
        super().__init__()


CAUGHT_BY: dict[type[weft.Adapter], str] = {
    TruthIsText: "test_answer_is_read_back",
    FourFieldsAtMost: "test_several_fields_are_read_back",
    Backwards: "test_fields_come_in_declared_order",
    NoFractions: "test_any_text_is_read_back",
    RaisesKeyError: "test_malformed_answer_is_a_parse_error",
    LosesAnswer: "test_parse_error_keeps_the_answer",
    ZeroForNonsense: "test_value_of_another_type_is_a_parse_error",
    FillsCutAnswers: "test_truncated_answer_is_a_parse_error",
    RemembersOnePrompt: "test_answers_come_back_through_predict",
    CutsInputs: "test_inputs_are_in_the_prompt",
    EscapesInputs: "test_inputs_are_in_the_prompt",
    NoInstructions: "test_instructions_are_in_the_prompt",
    NoDescriptions: "test_descriptions_are_in_the_prompt",
    DemosBackwards: "test_demos_stand_in_order_before_the_input",
    InputFirst: "test_demos_stand_in_order_before_the_input",
    OneFieldDemos: "test_demo_answers_are_in_the_prompt",
    WholeDemosOnly: "test_incomplete_demo_is_rendered",
    TellsNothing: "test_feedback_is_in_the_prompt",
    KeepsEverything: "test_demos_and_inputs_may_give_way",
    NumbersPrompts: "test_render_is_repeatable",
    WritesIntoInputs: "test_render_changes_nothing",
    WritesIntoDemos: "test_render_changes_nothing",
    StreamsTheForm: "test_streamed_text_adds_up",
    StreamsNoValues: "test_streamed_value_adds_up",
    EndsTwice: "test_streamed_fields_end_once",
    StreamsEveryLine: "test_streamed_fields_end_once",
    SharesOneParser: "test_streams_do_not_share_state",
    RaisesInStreams: "test_stream_of_malformed_answer_raises_nothing",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
