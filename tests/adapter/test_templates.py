"""The user's own messages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import OptionError, ParseError, PluginContractError
from weft.lm.records import Completion

if TYPE_CHECKING:
    from collections.abc import Mapping

LM = weft.LM("scripted/x")
DEMO = {"question": "1+1?", "context": "Sums.", "answer": "2"}


def request(messages: Any, signature: Any = "question, context -> answer", *, demos: Any = (), **options: Any) -> Any:
    predict = weft.Predict(
        signature, lm=options.pop("lm", LM), adapter=weft.TemplateAdapter(messages=messages, **options)
    )
    predict.demos = list(demos)
    return predict.render(question="2+2?", context="Sums\n\nand so on.")


def texts(messages: Any, *arguments: Any, **options: Any) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in request(messages, *arguments, **options).messages]


def test_inputs_stand_where_the_placeholders_are() -> None:
    messages = [
        {"role": "system", "content": "Be brief. Use {{braces}}.\n\n\n{context}"},
        ("user", "Q: {question}\n\n{context}!"),
    ]
    assert texts(messages) == [
        ("system", "Be brief. Use {braces}.\n\n\nSums\n\nand so on."),
        ("user", "Q: 2+2?\n\nSums\n\nand so on.!"),
    ]
    assert [part.kind for part in request(messages).messages[1].parts] == ["input", "input"]


def test_what_the_signature_says_has_placeholders_of_its_own() -> None:
    signature = weft.Signature("question, context -> answer: int").with_instructions("Add up.")
    (message,) = request([("user", "{instructions}\n\n{fields}\n\nForm: {form}\n\n{inputs}")], signature).messages
    assert message.text.startswith("Add up.\n\nInputs:\n- `question` (str)")
    assert "Form: Answer in exactly this form:\n\n[[ ## answer ## ]]" in message.text
    assert message.text.endswith("[[ ## question ## ]]\n2+2?\n\n[[ ## context ## ]]\nSums\n\nand so on.")
    assert [part.kind for part in message.parts] == ["instructions", "fields", "text", "input", "input"]


def test_demonstrations_stand_before_the_last_user_turn_in_its_form() -> None:
    messages = [("system", "Add."), ("user", "Ready?"), ("assistant", "Yes."), ("user", "{context} {question}")]
    found = request(messages, demos=[DEMO], read="text").messages
    assert [message.role for message in found] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [message.text for message in found[3:5]] == ["Sums. 1+1?", "2"]
    assert {(part.name, part.shrink) for message in found[3:5] for part in message.parts} == {("demo 1", "drop")}


def test_demonstrations_stand_where_the_template_puts_them() -> None:
    messages = [("system", "Examples:\n\n{demos}\n\nEnd."), ("user", "{inputs}")]
    found = request(messages, demos=[DEMO, DEMO]).messages
    shown = "[[ ## question ## ]]\n1+1?\n\n[[ ## context ## ]]\nSums.\n\n[[ ## answer ## ]]\n2\n\n[[ ## completed ## ]]"
    assert found[0].text == f"Examples:\n\n{shown}\n\n{shown}\n\nEnd."
    assert [part.name for part in found[0].parts] == ["", "demo 1", "demo 2", ""]
    assert len(found) == 2
    assert texts(messages)[0] == ("system", "Examples:\n\nEnd.")
    assert len(texts([("system", "{demos}"), ("user", "{inputs}")])) == 1


def test_an_input_that_may_be_cut_is_cut_where_it_stands_alone() -> None:
    signature = {"question": weft.InputField(), "context": weft.InputField(trim="end"), "answer": weft.OutputField()}
    (message,) = request([("user", "{question}\n\n{context}")], signature).messages
    assert [(part.name, part.shrink) for part in message.parts] == [
        ("input question", "keep"),
        ("input context", "trim"),
    ]


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([("user", "{qestion} {context}")], r"has \{qestion\}, which is neither an input .* Did you mean 'question'"),
        ([("user", "{question}")], r"does not show the input 'context'; write \{context\} or \{inputs\}"),
        ([("user", "{question} {context} {form}")], r"has \{form\}, which is neither"),
        ([("user", "{question!r}")], "where a name is needed"),
        ([("user", '{"a": {question}}')], "has a brace alone; .* style '{{name}}'"),
        ([("user", "{question")], "has a brace alone"),
        ([("user", "}")], "has a brace alone"),
        (
            [("users", "{inputs}")],
            "role of a message must be one of 'system', 'user', 'assistant', 'tool', not 'users'",
        ),
        ([("user", 3)], "content of a message of a template must be a text, not 3"),
        ([{"role": "user"}], "is {'role': …, 'content': …} or a pair of both"),
        (["{inputs}"], "or a pair of both, not '{inputs}'"),
        ([], r"messages must be a list such as .*, not \[\]"),
        ("{inputs}", "messages must be a list"),
    ],
)
def test_mistakes_in_a_template_are_told_before_a_call(messages: Any, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        request(messages, read=lambda text: {"answer": text})


def test_an_input_wins_over_a_placeholder_of_its_name() -> None:
    predict = weft.Predict("form -> a", lm=LM, adapter=weft.TemplateAdapter(messages=[("user", "Fill in: {form}")]))
    assert predict.render(form="A 38").messages[0].text == "Fill in: A 38"


def read(way: Any, text: str, signature: str = "q -> a: int", **options: Any) -> dict[str, Any]:
    adapter = weft.TemplateAdapter(messages=[("user", "{inputs}")], read=way, **options)
    return adapter.parse(weft.Signature(signature), Completion(text))


def number_in(text: str) -> Any:
    found = re.search(r"#(?P<a>\d+)", text)
    return found and found.groupdict()


def test_the_way_an_answer_is_read_can_be_chosen() -> None:
    assert read("chat", "[[ ## a ## ]]\n4\n\n[[ ## completed ## ]]") == {"a": 4}
    assert read("json", '{"a": 4}') == {"a": 4}
    assert read("xml", "<a>4</a>") == {"a": 4}
    assert read("text", " 4\n") == {"a": 4}
    assert read(number_in, "It is #4.") == {"a": 4}


def test_what_a_function_cannot_read_is_a_parse_error() -> None:
    with pytest.raises(ParseError, match="cannot read the answer: Expecting value") as caught:
        read(json.loads, "four")
    assert caught.value.raw == "four"
    with pytest.raises(ParseError, match="finds no outputs"):
        read(number_in, "It is 4.")
    with pytest.raises(PluginContractError, match=r"must return a dict, not \[4\]"):
        read(json.loads, "[4]")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"read": "jsno"}, "read must be one of .* Did you mean 'json'"),
        ({"read": "json", "write": str}, "write goes with a function"),
        ({"raed": "json"}, "has no option 'raed'"),
    ],
)
def test_senseless_options_are_refused(options: Any, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        weft.TemplateAdapter(messages=[("user", "{inputs}")], **options)


def test_text_holds_one_output() -> None:
    with pytest.raises(OptionError, match="holds one output; StringSignature has a, b"):
        request([("user", "{inputs}")], "question, context -> a, b", read="text")


def test_a_function_may_come_with_what_writes_answers() -> None:
    def write(outputs: Mapping[str, Any]) -> str:
        return f"The answer is {outputs['answer']}."

    def last_word(text: str) -> dict[str, str]:
        return {"answer": text.rstrip(".").split()[-1]}

    found = request([("user", "{inputs}")], demos=[DEMO], read=last_word, write=write).messages
    assert found[1].text == "The answer is 2."
    found = request([("user", "{inputs}")], demos=[DEMO], read=last_word).messages
    assert found[1].text == '{"answer": "2"}'


def test_a_template_that_reads_json_holds_the_model_to_a_schema() -> None:
    lm = weft.LM("scripted/x", answers=[{"answer": "4"}], response_schema=True)
    messages = [("user", "{inputs}\n\n{form}")]
    assert request(messages, read="json", lm=lm).response_schema is not None
    assert request(messages, read="chat", lm=lm).response_schema is None


def test_a_repair_is_asked_for_in_the_form_of_the_answers() -> None:
    seen: list[str] = []

    def answers(asked: weft.Request) -> str:
        seen.append("\n".join(message.text for message in asked.messages))
        return '{"answer": "4", "sure": "very"}' if len(seen) == 1 else '{"sure": true}'

    lm = weft.LM("scripted/x", answers=answers)
    template = weft.TemplateAdapter(messages=[("user", "Q: {question}")], read="json")
    found = weft.Predict("question -> answer, sure: bool", lm=lm, adapter=template)(question="2+2?")
    assert (found.answer, found.sure) == ("4", True)
    assert "JSON object" in seen[1]
    assert "2+2?" not in seen[1]


@given(st.text(), st.text())
def test_a_message_is_its_template_with_the_values_in_it(question: str, context: str) -> None:
    literal = "A {0}\n\n{1}\n\n\nB {0} {{x}} {1}\n\n"
    template = literal.replace("{0}", "{question}").replace("{1}", "{context}")
    predict = weft.Predict("question, context -> a", lm=LM, adapter=weft.TemplateAdapter(messages=[("user", template)]))
    assert predict.render(question=question, context=context).messages[0].text == literal.format(question, context)
