"""Existing prompts: taken apart into slots, and given back byte for byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import OptionError, SignatureError, StateError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["question", "context", "größe", "demos", "instructions", "inputs"]
TEXTS = st.text(st.one_of(st.sampled_from("{}\n #`a\u2028\r"), st.characters(exclude_categories=["Cs"])), max_size=30)
SLOT = weft.LM("scripted/x", answers=lambda request: "yes")
REVIEW = [
    {"role": "system", "content": "You sort reviews.\n\nUse {{curly}} braces.\n\nThe shop is {shop}."},
    {"role": "user", "content": "Review: so so"},
    {"role": "assistant", "content": "neutral"},
    {"role": "user", "content": "Review: it broke"},
    {"role": "assistant", "content": "bad"},
    {"role": "user", "content": "Review: {review}"},
]
SECTIONS = """You are a clerk.

# Tone of voice

Be kind.
Be brief.

# Question

None here.

## Data

Today is {day}.

```text
# no heading
```

# 7

Numbers are words.
"""


def escaped(text: str, style: str) -> str:
    return text.replace("{", "{{").replace("}", "}}") if style == "{name}" else text.replace("{", "(")


@st.composite
def contents(draw: st.DrawFn, style: str) -> str:
    pieces = draw(st.lists(st.one_of(TEXTS.map(lambda text: escaped(text, style)), st.sampled_from(NAMES)), max_size=6))
    return "".join(style.replace("name", piece) if piece in NAMES else piece for piece in pieces)


@st.composite
def prompts(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    style = draw(st.sampled_from(["{name}", "{{name}}", "{{ name }}"]))
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"a": {"b": 1}}'}}
    text = contents(style)
    turns = st.one_of(
        st.builds(lambda role, content: [{"role": role, "content": content}], st.sampled_from(ROLES), text),
        st.builds(
            lambda said, answer: [
                {"role": "assistant", "content": said or None, "tool_calls": [call]},
                {"role": "tool", "content": answer, "tool_call_id": "c1"},
            ],
            text,
            text,
        ),
    )
    return style, [turn for group in draw(st.lists(turns, min_size=1, max_size=6)) for turn in group]


ROLES = ["system", "user", "assistant"]


@given(prompts())
def test_the_export_of_an_imported_prompt_is_the_prompt(prompt: tuple[str, list[dict[str, Any]]]) -> None:
    style, messages = prompt
    predict = weft.Predict.from_prompt(messages, style=style)
    exported = predict.export("openai")
    assert exported == {"messages": messages}
    assert json.dumps(exported["messages"]) == json.dumps(messages)
    again = weft.Predict.from_prompt(exported["messages"], style=style)
    assert again.state == predict.state


@given(st.lists(st.tuples(st.sampled_from(ROLES), contents("{name}")), min_size=1, max_size=5), st.data())
def test_rendering_is_substitution_once(turns: list[tuple[str, str]], data: st.DataObject) -> None:
    predict = weft.Predict.from_prompt(turns)
    values = {name: data.draw(TEXTS) for name in predict.signature.input_fields}
    sent = [(message.role, message.text) for message in predict.render(**values).messages]
    assert sent == [(role, content.format(**values)) for role, content in turns]


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(st.tuples(TEXTS, TEXTS), max_size=3), st.sampled_from([0, 1]))
def test_turns_of_the_questions_form_are_demonstrations(
    literals: list[str], shots: list[tuple[str, str]], system: int
) -> None:
    form = "{question}".join(escaped(text, "{name}") for text in (literals[0], literals[-1]))
    turns = [("system", "Be brief.")] * system
    for question, answer in shots:
        turns += [("user", escaped(form.format(question=question), "{name}")), ("assistant", escaped(answer, "{name}"))]
    turns.append(("user", form))
    predict = weft.Predict.from_prompt(turns)
    assert predict.export("openai")["messages"] == [{"role": role, "content": text} for role, text in turns]
    kept = [(demo["question"], demo["answer"]) for demo in predict.demos]
    assert kept == shots[len(shots) - len(kept) :]
    assert (
        len(kept) == len(shots) or shots[len(shots) - len(kept) - 1][1] != shots[len(shots) - len(kept) - 1][1].strip()
    )


def test_a_prompt_is_taken_apart() -> None:
    sort = weft.Predict.from_prompt(REVIEW, "shop, review -> mood: Literal['good', 'bad', 'neutral']")
    assert sort.instructions == "You sort reviews.\n\nUse {curly} braces."
    assert [demo.to_dict() for demo in sort.demos] == [
        {"review": "so so", "mood": "neutral"},
        {"review": "it broke", "mood": "bad"},
    ]
    assert list(sort.tunable()) == ["self.instructions", "self.demos"]
    lm = weft.LM("scripted/sorter", answers=["good"])
    assert sort(shop="{shop}", review="I love {it}", lm=lm).mood == "good"
    sent = sort.render(shop="{shop}", review="I love {it}").messages
    assert sent[0].text.endswith("The shop is {shop}.")
    assert sent[-1].text == "Review: I love {it}"


def test_one_text_is_a_user_turn_and_its_placeholders_are_inputs() -> None:
    ask = weft.Predict.from_prompt("Answer in one word.\n\n{context}\n\nQ: {question} ({context})")
    assert list(ask.signature.input_fields) == ["context", "question"]
    assert list(ask.signature.output_fields) == ["answer"]
    assert ask.instructions == "Answer in one word."
    assert ask(context="None.", question="Is it?", lm=SLOT).answer == "yes"


def test_weft_messages_are_taken_too() -> None:
    messages = weft.Predict("question -> answer").render(question="{question}", lm=SLOT).messages
    text = messages[0].text.replace("{answer}", "{{answer}}")
    again = weft.Predict.from_prompt([weft.Message.of("system", text), messages[1]], read="chat")
    assert again.render(question="Why?").messages[1].text == "[[ ## question ## ]]\nWhy?"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("self.instructions", "Sort {these}\n\nreviews."),
        ("self.demos", [{"shop": "x", "review": "fine", "answer": "good"}]),
    ],
)
def test_an_export_shows_a_changed_slot_and_nothing_else(address: str, text: Any) -> None:
    sort = weft.Predict.from_prompt(REVIEW)
    before = sort.export("openai")["messages"]
    after = sort.with_state(sort.state.set(address, text)).export("openai")["messages"]
    if address == "self.instructions":
        assert after[0]["content"] == "Sort {{these}}\n\nreviews.\n\nThe shop is {shop}."
        assert after[1:] == before[1:]
    else:
        shown = [{"role": "user", "content": "Review: fine"}, {"role": "assistant", "content": "good"}]
        assert after == [before[0], *shown, before[-1]]
    assert sort.export("openai")["messages"] == before == REVIEW


def test_sections_are_texts_of_their_own() -> None:
    messages = [("system", SECTIONS), ("user", "{question}")]
    ask = weft.Predict.from_prompt(messages, slots="sections")
    assert ask.instructions == "You are a clerk."
    assert ask.texts == {
        "tone_of_voice": "Be kind.\nBe brief.",
        "question_2": "None here.",
        "section_7": "Numbers are words.",
    }
    assert "self.texts.tone_of_voice" in ask.tunable()
    assert ask.state.get_slot("self.texts.tone_of_voice") == "Be kind.\nBe brief."
    curt = ask.with_state(ask.state.set("self.texts.tone_of_voice", "Be {curt}."))
    assert curt.export("openai")["messages"][0]["content"] == SECTIONS.replace("Be kind.\nBe brief.", "Be {{curt}}.")
    assert ask.export("openai")["messages"][0]["content"] == SECTIONS
    assert ask.state.diff(curt.state) == {"self.texts.tone_of_voice": ("Be kind.\nBe brief.", "Be {curt}.")}


def test_the_section_called_instructions_is_that_slot() -> None:
    ask = weft.Predict.from_prompt("# Instructions\nBe brief.\n# Input\n{question}", slots="sections")
    assert (ask.instructions, ask.texts) == ("Be brief.", {})


def test_a_prompt_may_say_itself_where_the_instructions_stand() -> None:
    turns = [("system", "Be brief."), ("user", "{instructions}\n\n{inputs}\n\n{form}")]
    ask = weft.Predict.from_prompt(turns, weft.Signature("question -> answer", "Answer."), read="json")
    assert ask.tunable() == {"self.instructions": "Answer.", "self.demos": ()}
    assert [message.text for message in ask.render(question="?").messages] == [
        "Be brief.",
        "Answer.\n\n[[ ## question ## ]]\n?\n\n" + weft.JSONAdapter().form(ask.signature),
    ]
    with pytest.raises(OptionError, match="A slot cannot be called 'instructions'"):
        weft.Predict.from_prompt(turns, "question -> answer", slots={"instructions": "Be brief."})


def test_slots_can_be_given_as_the_texts_that_they_have() -> None:
    content = 'You are {{kind}} to {name}. Answer as JSON: {{"a": 1}}.'
    ask = weft.Predict.from_prompt(
        [("system", content), ("user", "{question}")], slots={"manner": "{{kind}}", "shape": '{{"a": 1}}'}
    )
    assert ask.texts == {"manner": "{kind}", "shape": '{"a": 1}'}
    assert ask.frozen == {"fields", "instructions"}
    assert ask.export("openai")["messages"][0]["content"] == content
    ask.texts = {**ask.texts, "manner": "rude"}
    assert ask.render(name="Bo", question="?").messages[0].text == 'You are rude to Bo. Answer as JSON: {"a": 1}.'


MISTAKES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "brace": ('{"a": {question}}', {}, r"has a brace alone; .* choose the style '\{\{name\}\}'"),
    "open": ("{question", {}, "has a brace alone"),
    "expression": ("{question!r}", {}, r"has \{question!r\} where a name is needed"),
    "empty": ("{}", {}, r"has \{\} where a name is needed"),
    "filter": ("{{ question | upper }}", {"style": "{{ name }}"}, "where a name is needed"),
    "block": ("{% if x %}{{x}}", {"style": "{{name}}"}, "only placeholders are filled in"),
    "unclosed": ("{{question", {"style": "{{name}}"}, "without }}"),
    "mixed": ("{{ question }}", {"style": "{{name}}"}, "write all placeholders of a prompt in one style"),
    "style": ("{question}", {"style": "jinja"}, "style must be one of"),
    "no field": ("{mial}", {"signature": "mail -> answer"}, "Did you mean 'mail'"),
    "not placed": ("{mail}", {"signature": "mail, name -> answer"}, "does not show the input 'name'"),
    "output": ("{answer}", {}, "which is what the output is called"),
    "no messages": ([], {}, "messages must be a list"),
    "a body": ({"messages": [{"role": "user", "content": "x"}]}, {}, "messages must be a list"),
    "role": ([("developer", "x")], {}, "not 'developer'; write 'system'"),
    "name": ([{"role": "user", "content": "x", "name": "Bo"}], {}, "has 'name', which weft does not send"),
    "parts": ([{"role": "user", "content": [{"type": "text", "text": "x"}]}], {}, "must be a text"),
    "no content": ([{"role": "assistant", "content": None}], {}, "must be a text, not None"),
    "silent call": (
        [{"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}],
        {},
        "A call of a tool in a message is",
    ),
    "nameless tool": ([{"role": "tool", "content": "4"}], {}, "needs 'tool_call_id'"),
    "adapter": ("{q}", {"adapter": "chat"}, "A prompt is its own adapter"),
    "option": ("{q}", {"tempreture": 1}, "Did you mean 'temperature'"),
    "read": ("{q}", {"read": "yaml"}, "read must be one of"),
    "two outputs": ("{q}", {"signature": "q -> a, b", "read": "text"}, "holds one output"),
    "slots": ("{q}", {"slots": "section"}, "Did you mean 'sections'"),
    "no sections": ("Be brief.\n\n{q}", {"slots": "sections"}, "has no sections"),
    "slot not there": ("Be brief. {q}", {"slots": {"tone": "Be kind."}}, "is not in the prompt: 'Be kind.'"),
    "slot twice": ("No no {q}", {"slots": {"tone": "o"}}, "is more than once in the prompt"),
    "slot over a placeholder": ("Be {q}!", {"slots": {"tone": "{q}!"}}, "must be a stretch of text without"),
    "slot in a placeholder": ("Be {q}!", {"slots": {"tone": "q"}}, "must be a stretch of text without"),
    "slot in a brace": ("Be {{x}} {q}", {"slots": {"tone": "{x"}}, "must be a stretch of text without"),
    "slot of an input": ("Be {q}", {"slots": {"q": "Be"}}, "A slot cannot be called 'q'"),
    "slot of weft's": ("Be {q}", {"slots": {"form": "Be"}}, "A slot cannot be called 'form'"),
    "slot empty": ("Be {q}", {"slots": {"tone": ""}}, "is given as the text that it has"),
    "frozen": ("Be {q}", {"frozen": ["text.tone"]}, "frozen names the slot 'text.tone'"),
}


@pytest.mark.parametrize(("messages", "options", "problem"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_at_once(messages: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        weft.Predict.from_prompt(messages, **options)


def test_a_signature_is_one() -> None:
    with pytest.raises(SignatureError):
        weft.Predict.from_prompt("{q}", "q")


def test_what_a_style_cannot_write_is_refused() -> None:
    ask = weft.Predict.from_prompt("Be brief.\n\n{{question}}", style="{{name}}")
    ask.instructions = "Write {{name}}."
    assert ask.render(question="?").messages[0].text == "Write {{name}}.\n\n?"
    with pytest.raises(OptionError, match="has braces that would be a placeholder"):
        ask.export("openai")


def test_ambiguous_turns_are_no_demonstrations() -> None:
    turns = [("user", "a b c"), ("assistant", "x"), ("user", "{one} {two}")]
    assert weft.Predict.from_prompt(turns).demos == ()
    turns = [("user", "a: b"), ("assistant", "x"), ("user", "{one}: {two}")]
    assert weft.Predict.from_prompt(turns).demos[0]["two"] == "b"
    turns = [("user", "a: b"), ("assistant", "x"), ("user", "{one}: {one}")]
    assert weft.Predict.from_prompt(turns).demos == ()
    turns = [("user", "1.50"), ("assistant", "x"), ("user", "{number}")]
    assert weft.Predict.from_prompt(turns, "number: float -> answer").demos == ()


def test_several_outputs_are_read_as_json() -> None:
    turns = [("user", "Tom"), ("assistant", '{{"name": "Tom", "age": 3}}'), ("user", "{text}")]
    person = weft.Predict.from_prompt(turns, "text -> name, age: int")
    assert person.demos[0].to_dict() == {"text": "Tom", "name": "Tom", "age": 3}
    lm = weft.LM("scripted/x", answers=['{"name": "Ann", "age": 4}'])
    assert person(text="Ann is 4", lm=lm).to_dict() == {"name": "Ann", "age": 4}


def test_state_is_saved_and_loaded(tmp_path: Path) -> None:
    def program() -> Any:
        return weft.Predict.from_prompt([("system", SECTIONS), ("user", "{question}")], slots="sections")

    tuned = program()
    tuned.texts = {**tuned.texts, "tone_of_voice": "Be curt."}
    tuned.instructions = "You are a judge."
    tuned.save(tmp_path / "program.json")
    loaded = program().load(tmp_path / "program.json")
    assert loaded.export("openai") == tuned.export("openai")
    assert loaded.state == tuned.state
    with pytest.raises(StateError, match=r"texts\.tone_of_voice, which the prompt has no place for"):
        weft.Predict("day, question -> answer").load(tmp_path / "program.json")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda slots: slots["texts"].pop("section_7"), "lacks self.texts.section_7"),
        (lambda slots: slots["texts"].update(tone=""), "no place for"),
        (lambda slots: slots["texts"].update(section_7=7), "must be an object of texts"),
        (lambda slots: slots.update(texts=[]), "must be an object of texts"),
    ],
)
def test_a_file_with_other_texts_is_refused(tmp_path: Path, change: Any, problem: str) -> None:
    ask = weft.Predict.from_prompt([("system", SECTIONS), ("user", "{question}")], slots="sections")
    ask.save(tmp_path / "program.json")
    content = json.loads((tmp_path / "program.json").read_text(encoding="utf-8"))
    change(content["predictors"]["self"])
    (tmp_path / "program.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StateError, match=problem):
        ask.load(tmp_path / "program.json")


@pytest.mark.parametrize("texts", [{"question": "x"}, {"form": "x"}, {"a b": "x"}, {"tone": 3}, "tone"])
def test_texts_have_names_of_their_own(texts: Any) -> None:
    ask = weft.Predict.from_prompt("{question}")
    with pytest.raises(StateError):
        ask.texts = texts


def test_a_text_is_a_slot_like_others() -> None:
    state = weft.Predict.from_prompt("Be brief. {question}", slots={"tone": "brief", "desc": "Be"}).state
    assert state.slots() == ["self.instructions", "self.demos", "self.texts.tone", "self.texts.desc"]
    assert state.set("self.texts.desc", "Stay").get_slot("self.texts.desc") == "Stay"
    with pytest.raises(StateError, match="holds a text, not None"):
        state.set("self.texts.tone", None)
    with pytest.raises(StateError, match=r"Did you mean 'self\.texts\.tone'"):
        state.set("self.texts.ton", "kind")


BODIES = st.lists(st.sampled_from(["Be brief.", "{{x}}", "{day}", "- one", "```\n# no\n```", "é  "]), max_size=3)
SECTION = st.tuples(st.sampled_from(["# Tone", "## Form", "# Tone", "# {day}", "### 1."]), BODIES)


@given(BODIES, st.lists(SECTION, min_size=1, max_size=4), TEXTS, st.data())
def test_a_changed_text_is_all_that_an_export_shows(
    opening: list[str], sections: list[tuple[str, list[str]]], text: str, data: st.DataObject
) -> None:
    content = "\n\n".join([*opening, *(f"{heading}\n" + "\n\n".join(body) for heading, body in sections)])
    messages = [{"role": "system", "content": content}, {"role": "user", "content": "{question}"}]
    ask = weft.Predict.from_prompt(messages, slots="sections")
    assert ask.export("openai")["messages"] == messages
    slots = [f"self.texts.{name}" for name in ask.texts] + ["self.instructions"] * ("instructions" not in ask.frozen)
    if slots:
        address = data.draw(st.sampled_from(slots))
        changed = ask.with_state(ask.state.set(address, "\x00" + text)).export("openai")["messages"]
        start = changed[0]["content"].index("\x00")
        assert changed[0]["content"][:start] == content[:start]
        tail = changed[0]["content"][start:].removeprefix(escaped("\x00" + text, "{name}"))
        assert content.endswith(tail)
        assert content[start : len(content) - len(tail)] == escaped(ask.tunable()[address], "{name}")
        assert changed[1] == messages[1]
