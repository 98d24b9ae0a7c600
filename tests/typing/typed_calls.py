"""What a type checker knows of weft; checked by pyright, and importable, so that what is claimed also runs.

Each ignore below must be needed: a wrong field name that stops being an error turns this file red.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_type

import weft


class Triage(weft.Signature):
    """Say how urgent the ticket is."""

    ticket: str = weft.InputField()
    urgency: int = weft.OutputField(ge=1, le=5)
    team: Literal["billing", "delivery"] = weft.OutputField()
    reasons: list[str] = weft.OutputField()


def fields_have_their_declared_types() -> None:
    predict = weft.Predict(Triage)
    assert_type(predict, weft.Predict[Triage])
    result = predict(ticket="Help!")
    assert_type(result.urgency, int)
    assert_type(result.team, Literal["billing", "delivery"])
    assert_type(result.reasons, list[str])
    _ = result.urgncy  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    assert_type(result.usage, weft.Usage)
    assert_type(result["urgency"], Any)
    assert_type(result.to_dict(), dict[str, Any])


async def async_calls_have_them_too() -> None:
    result = await weft.Predict(Triage).acall(ticket="Help!")
    assert_type(result.urgency, int)
    _ = result.urgncy  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]


def chain_of_thought_keeps_them() -> None:
    think = weft.ChainOfThought(Triage)
    assert_type(think, weft.ChainOfThought[Triage])
    assert_type(think(ticket="Help!").urgency, int)
    _ = think(ticket="Help!").urgncy  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]


def the_string_and_dict_forms_give_predictions() -> None:
    assert_type(weft.Predict("question -> answer"), weft.Predict[weft.Prediction])
    assert_type(weft.Predict("question -> answer")(question="?"), weft.Prediction)
    assert_type(weft.Predict({"q": weft.InputField()})(q="?"), weft.Prediction)
    assert_type(weft.ChainOfThought("question -> answer")(question="?"), weft.Prediction)
    assert_type(weft.Predict("question -> answer")(question="?").answer, Any)


def edits_are_signatures() -> None:
    assert_type(Triage.with_instructions("Else."), type[weft.Signature])
    assert_type(weft.Signature("a -> b"), type[weft.Signature])
    assert_type(weft.Predict(weft.Signature("a -> b")), weft.Predict[weft.Signature])
    assert_type(Triage.instructions, str)


@weft.predict
def label(ticket: str, *, strict: bool = False) -> Literal["billing", "delivery"]:
    """Say which team it is for."""
    raise NotImplementedError


async def a_decorated_function_keeps_its_type() -> None:
    assert_type(label("Help!"), Literal["billing", "delivery"])
    assert_type(await label.acall("Help!", strict=True), Literal["billing", "delivery"])
    label(3)  # pyright: ignore[reportArgumentType]
    label("Help!", strct=True)  # pyright: ignore[reportCallIssue]
    assert_type(label.batch([{"ticket": "Help!"}]), list[Any])


@weft.Tool
def search(query: str, limit: int = 3) -> list[str]:
    """Find documents."""
    return [query] * limit


async def fetch(url: str) -> bytes:
    """Fetch a page."""
    return url.encode()


async def tools_keep_the_types_of_their_functions() -> None:
    assert_type(search("cats"), list[str])
    assert_type(await search.acall("cats", limit=2), list[str])
    search(3)  # pyright: ignore[reportArgumentType]
    search("cats", limt=2)  # pyright: ignore[reportCallIssue]
    assert_type(weft.Tool(fetch, timeout=5)("https://example.org"), bytes)
    assert_type(await weft.Tool(fetch).acall(url="https://example.org"), bytes)
    assert_type(search.changed(desc="Else.")("cats"), list[str])
    assert_type(await search.run('{"query": "cats"}'), weft.ToolResult)
    assert_type(await weft.ToolCalls().run([search, fetch]), tuple[weft.ToolResult, ...])
    served = weft.Tool(name="served", parameters={"type": "object"})
    assert_type(served.spec, weft.ToolSpec)
    weft.Tool(search, name=3)  # pyright: ignore[reportCallIssue, reportArgumentType]


def agents_keep_the_types_of_their_signatures() -> None:
    agent = weft.ReAct(Triage, tools=[search, fetch], max_steps=5, tool_calling="text")
    assert_type(agent, weft.ReAct[Triage])
    assert_type(agent(ticket="Help!").urgency, int)
    assert_type(weft.ReAct("question -> answer", [search])(question="?"), weft.Prediction)
    weft.ReAct(Triage, [3])  # pyright: ignore[reportCallIssue, reportArgumentType]
    weft.ReAct(Triage, [search], tool_calling="sometimes")  # pyright: ignore[reportCallIssue, reportArgumentType]


def settings_are_checked() -> None:
    weft.configure(lm="openai/gpt-5-mini", concurrency=3, max_errors=None)
    weft.configure(concurency=3)  # pyright: ignore[reportCallIssue]
    weft.configure(concurrency="three")  # pyright: ignore[reportArgumentType]
    with weft.context(cache="off"):
        pass
    weft.context(cahce="off")  # pyright: ignore[reportCallIssue]


def contracts_give_their_own_kind() -> None:
    lm = weft.LM("openai/gpt-5-mini", temperature=0.7)
    assert_type(lm, weft.LM)
    assert_type(lm("Hi"), weft.Response)
    assert_type(lm("Hi").text, str)
    assert_type(weft.RM("memory", texts=["a"]), weft.RM)
    assert_type(weft.RM("memory")("a", k=2), list[weft.Passage])
    assert_type(weft.Adapter("json"), weft.Adapter)


class Program(weft.Module):
    def __init__(self) -> None:
        self.triage = weft.Predict(Triage)

    def forward(self, ticket: str) -> int:
        return self.triage(ticket=ticket).urgency


def programs_keep_their_class() -> None:
    program = Program()
    assert_type(program.with_state(program.state), Program)
    assert_type(program.deepcopy(), Program)
    assert_type(program.reset_copy(), Program)
    assert_type(program.load("program.json"), Program)
    assert_type(program.triage(ticket="?").urgency, int)
    assert_type(program.state, weft.State)
    with program.using(lm="a/b", parameters={"seed": 1}):
        pass
    program.using(staet=program.state)  # pyright: ignore[reportCallIssue]
    program.batch([], concurrncy=3)  # pyright: ignore[reportCallIssue]


def reward(inputs: dict[str, Any], prediction: Triage) -> float:
    return float(prediction.urgency)


async def modules_around_others_keep_their_types() -> None:
    best = weft.BestOfN(weft.Predict(Triage), 3, reward, threshold=5)
    assert_type(best, weft.BestOfN[Triage])
    assert_type(best(ticket="Help!").team, Literal["billing", "delivery"])
    assert_type((await best.acall(ticket="Help!")).urgency, int)
    assert_type(best(ticket="Help!").rollouts, Sequence[weft.Rollout])
    assert_type(best(ticket="Help!").rollouts[0].score, float | None)
    refine = weft.Refine(weft.ChainOfThought(Triage), N=3, reward_fn=reward, feedback=lambda rollout: rollout.feedback)
    assert_type(refine, weft.Refine[Triage])
    assert_type(refine(ticket="Help!").urgency, int)
    assert_type(weft.BestOfN(label, 2, reward)(ticket="Help!"), str)
    assert_type(weft.BestOfN(weft.Predict("q -> a"), 2, reward)(q="?").reward, float | None)
    weft.BestOfN(weft.Predict(Triage), 3, reward, treshold=5)  # pyright: ignore[reportCallIssue]


async def modules_side_by_side_keep_their_types() -> None:
    pairs = [(weft.Predict(Triage), {"ticket": "Help!"})]
    assert_type(weft.Parallel()(pairs), list[Triage])
    assert_type(await weft.Parallel(concurrency=2).acall(pairs), list[Triage])
    assert_type(weft.Parallel(on_error="return")(pairs), list[Triage | weft.Err])
    weft.Parallel(on_error="ignore")  # pyright: ignore[reportCallIssue, reportArgumentType]


async def comparisons_and_votes_keep_their_types() -> None:
    attempts = [weft.Predict(Triage)(ticket="Help!")]
    compare = weft.MultiChainComparison(Triage, M=1)
    assert_type(compare, weft.MultiChainComparison[Triage])
    assert_type(compare(attempts, ticket="Help!").urgency, int)
    assert_type((await compare.acall(attempts, ticket="Help!")).urgency, int)
    assert_type(weft.MultiChainComparison("q -> a")([{"a": "1"}], q="?"), weft.Prediction)
    assert_type(weft.majority(attempts, "team").team, Literal["billing", "delivery"])
    assert_type(weft.majority([weft.Prediction(a=1)]), weft.Prediction)
    assert_type(weft.majority(weft.Predict("q -> a", n=3)(q="?")), weft.Prediction)
    assert_type(weft.KNN(2, [])(text="?"), list[weft.Example])


def prompts_go_in_and_out() -> None:
    assert_type(weft.Predict.from_prompt("{question}"), weft.Predict[weft.Prediction])
    assert_type(weft.Predict.from_prompt([("user", "{q}")], "q -> a", frozen=["demos"]), weft.Predict[weft.Prediction])
    triage = weft.Predict.from_prompt("{ticket}", Triage, slots="sections", read="json")
    assert_type(triage, weft.Predict[Triage])
    assert_type(triage.render(ticket="?"), weft.Request)
    assert_type(triage.export("openai"), dict[str, Any])
    assert_type(Program().export("markdown", ticket="?"), str)
    assert_type(Program().export(lambda requests: len(requests)), int)
    assert_type(triage.frozen, frozenset[str])
    assert_type(triage.tunable(), dict[str, Any])
    triage.frozen = ["instructions"]
    triage.export("opneai")  # pyright: ignore[reportCallIssue, reportArgumentType]
    weft.Predict.from_prompt("{q}", slots="section")  # pyright: ignore[reportArgumentType]


def scopes_say_what_they_give() -> None:
    with weft.trace() as steps, weft.track_usage() as ledger:
        assert_type(steps, list[weft.Step])
        assert_type(ledger.total, weft.Usage)


def data() -> None:
    example = weft.Example(a=1).with_inputs("a")
    assert_type(example, weft.Example)
    assert_type(example.inputs(), dict[str, Any])
    assert_type(example.a, Any)
    assert_type(example.copy(a=2), weft.Example)
    assert_type(weft.inspect_history(2), str)


def toolsets_give_tools() -> None:
    with weft.Tool.from_mcp("server", timeout=3) as tools:
        assert_type(tools, tuple[weft.Tool[..., Any], ...])
    assert_type(weft.Tool.from_mcp("server"), weft.Toolset)
    assert_type(weft.Toolset("mcp", servers=[]), weft.Toolset)


async def toolsets_are_opened_in_async_code() -> None:
    async with weft.Toolset("mcp", servers=[]) as tools:
        assert_type(await tools[0].acall(query="cats"), Any)
        assert_type(weft.ReAct("question -> answer", tools=tools), weft.ReAct[weft.Prediction])


class Look(weft.Signature):
    """Describe the picture."""

    photo: weft.Image = weft.InputField()
    pages: list[weft.Document] = weft.InputField()
    history: weft.History = weft.InputField(default=weft.History())
    reasoning: weft.Reasoning = weft.OutputField()
    code: weft.Code[Literal["python"]] = weft.OutputField()
    citations: weft.Citations = weft.OutputField()


def media_and_conversations() -> None:
    photo = weft.Image(b"", media_type="image/png", detail="low")
    assert_type(weft.Image.from_url("https://example.org/cat.png"), weft.Image)
    assert_type(weft.Audio.from_file("a.wav"), weft.Audio)
    assert_type(weft.Document("Snow is white.", title="Weather"), weft.Document)
    assert_type(photo.pixels, tuple[int, int] | None)
    _ = weft.Image(b"", detail="lowest")  # pyright: ignore[reportArgumentType]
    result = weft.Predict(Look)(photo=photo, pages=[])
    assert_type(result.reasoning, weft.Reasoning)
    assert_type(result.reasoning.upper(), str)
    assert_type(result.citations[0], weft.Citation)
    assert_type(result.citations[0].found, bool | None)
    assert_type(result.code.language, str)
    history = weft.History([{"role": "user", "content": "Hi"}]).with_turn({"photo": photo}, result)
    assert_type(history, weft.History)
    assert_type(history[0], weft.Turn | weft.Exchange)
    assert_type(history[:1], weft.History)
    assert_type(weft.Message.made_of("user", "Look:", photo).blocks, tuple[weft.Block, ...])


class Clip(weft.Media):
    """A type of one's own."""

    __slots__ = ()

    def tokens(self) -> int:
        return 1


def a_type_of_ones_own() -> None:
    assert_type(Clip.from_file("a.mp4"), Clip)
    assert_type(Clip(b"").wire("anthropic"), Mapping[str, Any] | None)


class Cite(weft.Signature):
    """Answer from the context."""

    context: weft.Passages = weft.InputField(default=weft.Passages())
    answer: str = weft.OutputField()


def passages() -> None:
    found = weft.Passages(["Cats purr.", {"text": "Dogs bark."}, weft.Passage("Owls hoot.", id="owls")])
    assert_type(found[0], weft.Passage)
    assert_type(found[:2], weft.Passages)
    assert_type([passage.id for passage in found], list[str])
    assert_type(weft.Predict(Cite)(context=found).answer, str)
    _ = weft.Passages([3])  # pyright: ignore[reportArgumentType]
