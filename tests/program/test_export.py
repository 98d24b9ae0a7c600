"""Prompts handed out to those who don't use weft."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import EstimateError, InputError, OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Request

SCHEMA_LM = weft.LM("scripted/able", response_schema=True)


class Chain(weft.Module):
    def __init__(self) -> None:
        self.plan = weft.Predict("question -> steps: list[str]")
        self.write = weft.ChainOfThought("question, step -> text", temperature=0.5)

    def forward(self, question: str) -> Any:
        return [self.write(question=question, step=step).text for step in self.plan(question=question).steps]


def test_without_inputs_they_are_placeholders_and_braces_are_doubled() -> None:
    ask = weft.Predict("question, sizes: list[int] -> answer: int")
    ask.demos = [{"question": "{?}", "sizes": [1], "answer": 2}]
    body = ask.export("openai")
    assert list(body) == ["messages"]
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "user"]
    assert "[[ ## answer ## ]]\n{{answer}}" in body["messages"][0]["content"]
    assert body["messages"][1]["content"] == "[[ ## question ## ]]\n{{?}}\n\n[[ ## sizes ## ]]\n[1]"
    assert body["messages"][3]["content"] == "[[ ## question ## ]]\n{question}\n\n[[ ## sizes ## ]]\n{sizes}"


@pytest.mark.parametrize("adapter", ["auto", "chat", "json", "xml", "compact", "two-step"])
@pytest.mark.parametrize("lm", [SCHEMA_LM, None])
def test_an_export_filled_in_is_what_is_sent(adapter: str, lm: weft.LM | None) -> None:
    with weft.context(adapter=adapter, lm=lm):
        ask = weft.Predict("question, context -> answer: list[int]", temperature=0.5)
        ask.demos = [{"question": "{a}", "context": "b", "answer": [1]}]
        values = {"question": "{context} {{}}", "context": "x"}
        template, sent = ask.export("openai"), ask.export("openai", **values)
    filled = [{**message, "content": message["content"].format(**values)} for message in template["messages"]]
    assert {**template, "messages": filled} == sent
    assert sent["temperature"] == 0.5
    assert json.loads(json.dumps(sent)) == sent


def test_an_exported_prompt_can_be_imported_again() -> None:
    solve = weft.ChainOfThought("question -> answer: int")
    messages = solve.export("openai")["predict"]["messages"]
    again = weft.Predict.from_prompt(messages, "question -> reasoning, answer: int", read="chat")
    assert again.render(question="2+2?").messages[0].text == solve.predict.render(question="2+2?").messages[0].text
    assert again.export("openai")["messages"] == messages
    lm = weft.LM("scripted/x", answers=[{"reasoning": "Two pairs.", "answer": 4}])
    assert again(question="2+2?", lm=lm).answer == 4


def test_all_that_is_sent_is_exported() -> None:
    ask = weft.Predict("question -> answer: int", stop=["END"], n=2, seed=7, max_tokens=9, top_p=0.5)
    with weft.context(lm=SCHEMA_LM):
        body = ask.export("openai", question="2+2?")
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["answer"]
    assert {name: body[name] for name in ("stop", "n", "seed", "max_tokens", "top_p")} == {
        "stop": ["END"],
        "n": 2,
        "seed": 7,
        "max_tokens": 9,
        "top_p": 0.5,
    }


def test_tools_are_exported() -> None:
    tool = weft.ToolSpec("look_up", "Looks up.", {"type": "object", "properties": {}})

    class Calls(weft.ChatAdapter):
        def render(self, *arguments: Any) -> Request:
            return super().render(*arguments).replace(tools=(tool,), tool_choice="look_up")

    ask = weft.Predict("question -> answer", adapter=Calls())
    body = ask.export("openai")
    function = {"name": "look_up", "description": "Looks up.", "parameters": {"type": "object", "properties": {}}}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "look_up"}}


def test_a_program_of_several_steps_exports_them_by_path() -> None:
    bodies = Chain().export("openai")
    assert list(bodies) == ["plan", "write.predict"]
    assert bodies["write.predict"]["temperature"] == 0.5
    filled = Chain().export("openai", question="How?")
    assert list(filled)[:2] == ["plan", "write.predict"]
    assert filled["plan"]["messages"][-1]["content"] == "[[ ## question ## ]]\nHow?"


def test_a_program_of_several_steps_is_rendered_call_by_call() -> None:
    class Twice(weft.Module):
        def __init__(self) -> None:
            self.draft = weft.Predict("question -> answer")

        def forward(self, question: str) -> Any:
            return self.draft(question=self.draft(question=question).answer)

    steps = Twice().render(question="How?")
    assert [(step.path, step.is_known) for step in steps] == [("draft", True), ("draft", False)]
    assert steps[0].request.messages[-1].text == "[[ ## question ## ]]\nHow?"
    assert list(Twice().export("openai", question="How?")) == ["draft", "draft (2)"]


def test_a_program_that_needs_real_answers_says_so() -> None:
    class Picky(weft.Module):
        def __init__(self) -> None:
            self.pick = weft.Predict("question -> answer")

        def forward(self, question: str) -> Any:
            return {"yes": 1}[self.pick(question=question).answer]

    with pytest.raises(EstimateError, match="Picky cannot go on with a stand-in for the answer of 'pick'"):
        Picky().render(question="?")
    with pytest.raises(InputError, match="has no input 'qestion'"):
        Picky().render(qestion="?")
    assert list(Picky().export("openai")) == ["pick"]


async def arendered() -> tuple[Any, Any]:
    return await weft.Predict("q -> a").arender(q="1"), await weft.ChainOfThought("q -> a").arender(q="1")


def test_rendering_works_where_a_loop_runs() -> None:
    import asyncio

    one, (step,) = asyncio.run(arendered())
    assert one.messages[1].text == step.request.messages[1].text == "[[ ## q ## ]]\n1"


def test_markdown_shows_every_character() -> None:
    ask = weft.Predict.from_prompt([("system", "Use ```` fences.\n"), ("user", "{question}")], temperature=0.5)
    assert ask.export("markdown") == (
        "## Prompt\n\n**system**\n\n`````text\nUse ```` fences.\n\n`````\n\n**user**\n\n```text\n{question}\n```\n\n"
        '**Sent with it**\n\n```json\n{\n  "temperature": 0.5\n}\n```\n'
    )
    assert "## `plan`" in Chain().export("markdown")
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns = [("user", "x"), {"role": "assistant", "content": None, "tool_calls": [call]}]
    assert (
        weft.Predict.from_prompt(turns).export("markdown").endswith("**assistant**\n\nCalls `f`:\n\n```json\n{}\n```\n")
    )


def test_a_function_makes_another_form_of_it() -> None:
    def roles(requests: Mapping[str, Request]) -> dict[str, list[str]]:
        return {path: [message.role for message in request.messages] for path, request in requests.items()}

    assert Chain().export(roles) == {"plan": ["system", "user"], "write.predict": ["system", "user"]}
    assert weft.Predict("q -> a").export(roles, q="1") == {"self": ["system", "user"]}


def test_the_state_in_force_is_exported() -> None:
    ask = weft.Predict("question -> answer")
    with ask.using(ask.state.set("self.instructions", "Be brief.")):
        assert ask.export("openai")["messages"][0]["content"].startswith("Be brief.\n\n")
    assert ask.export("openai")["messages"][0]["content"].startswith("Given `question`")


def test_what_cannot_be_exported_is_refused() -> None:
    ask = weft.Predict("question -> answer")
    with pytest.raises(OptionError, match=r"form of an export is .*, not 'opneai'\. Did you mean 'openai'"):
        ask.export("opneai")  # type: ignore[call-overload]
    near = ask.with_state(ask.state.set("self.demos", [{"question": "a", "answer": "b"}]).set("self.neighbours", 1))
    with pytest.raises(OptionError, match="chosen for each input"):
        near.export("openai")
    assert len(near.export("openai", question="?")["messages"]) == 4

    class Shouting(weft.ChatAdapter):
        def render(self, prompt: weft.Prompt, inputs: Any, capabilities: weft.Capabilities) -> Request:
            return super().render(prompt, {name: value.upper() for name, value in inputs.items()}, capabilities)

    with pytest.raises(OptionError, match="Shouting does not write the input 'question' as it is"):
        weft.Predict("question -> answer", adapter=Shouting()).export("openai")


def test_agents_are_exported_with_their_tools_and_no_steps() -> None:
    def search(words: str) -> str:
        """Search the notes for {words}."""
        return words

    agent = weft.ReAct("question -> answer", tools=[search])
    agent = agent.with_state(agent.state.set("react.tools.search.desc", "Look it up."))
    bodies = agent.export("openai")
    assert list(bodies) == [path for path, _ in agent.named_predictors()]
    first = next(iter(bodies.values()))
    texts = "\n".join(message["content"] for message in first["messages"])
    assert "Look it up." in texts
    assert "{question}" in texts
    form = weft.Signature("question, tools: list[Tool] -> answer", types={"Tool": weft.Tool})
    with pytest.raises(OptionError, match="tools of StringSignature come with each call"):
        weft.Predict(form).export("openai")
