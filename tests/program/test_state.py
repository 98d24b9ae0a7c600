"""State: addressable slots, binding without copying, and files that hold nothing but data."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import weft
from weft.errors import OptionError, StateError

if TYPE_CHECKING:
    from pathlib import Path


class Item(BaseModel):
    name: str


class QA(weft.Signature):
    """Answer."""

    question: str = weft.InputField()
    item: Item | None = weft.InputField(default=None)
    answer: Literal["yes", "no"] = weft.OutputField()


class Program(weft.Module):
    def __init__(self) -> None:
        self.qa = weft.Predict(QA)
        self.steps = [weft.ChainOfThought("answer -> verdict")]

    def forward(self, question: str) -> Any:
        return self.qa(question=question)


def tuned() -> Program:
    program = Program()
    program.qa.demos = [weft.Example(question="Is it?", item=Item(name="x"), answer="yes")]
    program.qa.instructions = "Answer „briefly“."
    state = program.state.set("qa.fields.answer.desc", "yes or no").set("steps[0].predict.neighbours", 2)
    return program.with_state(state)


def test_slots_have_addresses() -> None:
    state = Program().state
    assert list(state) == ["qa", "steps[0].predict"]
    assert "qa.instructions" in state.slots()
    changed = state.set("steps[0].predict.instructions", "Think.").set("qa.fields.answer.desc", "yes or no")
    assert changed.get_slot("steps[0].predict.instructions") == "Think."
    assert changed.get_slot("qa.fields.answer.desc") == "yes or no"
    assert changed.get_slot("qa.instructions") is None
    assert "qa.fields.answer.desc" in changed.slots()
    assert state.get_slot("steps[0].predict.instructions") is None
    assert changed.diff(state) == {
        "qa.fields.answer.desc": ("yes or no", None),
        "steps[0].predict.instructions": ("Think.", None),
    }
    assert changed.set("qa.fields.answer.desc", None).set("steps[0].predict.instructions", None) == state


slot_values: dict[str, st.SearchStrategy[Any]] = {
    "qa.instructions": st.none() | st.text(),
    "qa.demos": st.lists(st.fixed_dictionaries({"question": st.text(), "answer": st.sampled_from(["yes", "no"])})),
    "qa.neighbours": st.none() | st.integers(1, 5),
    "qa.fields.answer.desc": st.text(),
    "steps[0].predict.lm": st.none() | st.fixed_dictionaries({"ref": st.just("a/b"), "seed": st.integers()}),
}
changes = st.lists(
    st.sampled_from(sorted(slot_values)).flatmap(lambda address: st.tuples(st.just(address), slot_values[address])),
    max_size=6,
)


def apply(edits: list[tuple[str, Any]]) -> weft.State:
    state = Program().state
    for address, value in edits:
        state = state.set(address, value)
    return state


@settings(max_examples=50)
@given(changes, changes)
def test_states_are_values(one: list[tuple[str, Any]], other: list[tuple[str, Any]]) -> None:
    a, b = apply(one), apply(other)
    assert (a == b) == (a.to_json() == b.to_json()) == (a.key == b.key) == (not a.diff(b))
    assert (hash(a) == hash(b)) or a != b
    for address, (mine, theirs) in a.diff(b).items():
        assert b.diff(a)[address] == (theirs, mine)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.set("qa.instructons", "x"), "no slot 'qa.instructons'. Did you mean 'qa.instructions'"),
        (lambda s: s.get_slot("aq.instructions"), "no slot 'aq.instructions'. Did you mean 'qa.instructions'"),
        (lambda s: s.set("qa.fields.answer", "x"), "no slot 'qa.fields.answer'"),
        (lambda s: s.set("qa", "x"), "no slot 'qa'"),
        (lambda s: s["aq"], "no predictor 'aq'. Did you mean 'qa'"),
        (lambda s: s.set("qa.instructions", 3), "'instructions' holds a text, not 3"),
        (lambda s: s.set("qa.fields.answer.desc", 3), "'fields' holds a text, not 3"),
        (lambda s: s.set("qa.neighbours", 0), "'neighbours' holds a whole number of at least 1, not 0"),
        (lambda s: s.set("qa.lm", "openai/x"), "'lm' holds a mapping with 'ref'"),
        (lambda s: s.set("qa.demos", {"question": "?"}), "Demos are a list"),
        (lambda s: s.set("qa.demos", [3]), "Demo 1 must be an Example or a dict"),
    ],
)
def test_wrong_slots_and_values_are_refused(change: Any, message: str) -> None:
    with pytest.raises(StateError, match=message):
        change(Program().state)
    with pytest.raises(OptionError, match="Did you mean 'instructions'"):
        weft.PredictState(instructons="x")  # type: ignore[call-arg]


def test_with_state_leaves_the_original_alone() -> None:
    program = Program()
    before = program.state
    other = program.with_state(before.set("qa.instructions", "Else."))
    assert other.qa.instructions == "Else."
    assert program.state == before
    assert program.qa is not other.qa
    assert program.qa.signature is other.qa.signature


def test_a_state_of_another_program_is_refused() -> None:
    program, state = Program(), Program().state
    renamed = weft.State({"aq": state["qa"], "steps[0].predict": state["steps[0].predict"]})
    for use in (program.with_state, program.using):
        with pytest.raises(StateError, match=r"Program has no predictor 'aq'. Did you mean 'qa'"):
            use(renamed)
        with pytest.raises(StateError, match=r"lacks the predictor 'steps\[0\]\.predict'"):
            use(weft.State({"qa": state["qa"]}))
        with pytest.raises(StateError, match=r"qa\.fields\.anser, which is no field. Did you mean 'answer'"):
            use(state.set("qa.fields.anser.desc", "x"))


def test_using_binds_per_task_without_touching_the_program() -> None:
    program = weft.Predict("question -> answer")

    def answer(request: weft.Request) -> str:
        return request.messages[0].text.split("\n")[0]

    async def ask(number: int) -> str:
        with program.using(program.state.set("self.instructions", f"State {number}.")):
            await asyncio.sleep(0)
            return (await program.acall(question="?")).answer

    async def main() -> list[str]:
        return list(await asyncio.gather(*[ask(number) for number in range(200)]))

    before = program.state
    with weft.context(lm=weft.LM("scripted/x", answers=answer, latency=0.001)):
        assert asyncio.run(main()) == [f"State {number}." for number in range(200)]
    assert program.state == before


def test_using_nests_and_ends() -> None:
    def described(request: weft.Request) -> str:
        return f"{request.messages[0].text.split('.')[0]} {request.temperature} {request.seed}"

    predict = weft.Predict(weft.Signature("q -> a", "S."))
    lm, forced = weft.LM("scripted/x", answers=described), weft.LM("scripted/y", answers=["forced"], cycle=True)
    with weft.context(lm=lm):
        with predict.using(predict.state.set("self.instructions", "T."), parameters={"temperature": 0.5}):
            with predict.using(parameters={"seed": 1}):
                assert predict(q="?").a == "T 0.5 1"
                with predict.using(lm=forced), predict.using(parameters={"seed": 2}):
                    assert predict(q="?", lm=lm).a == "forced"
            assert predict(q="?").a == "T 0.5 None"
        assert predict(q="?").a == "S None None"
    with pytest.raises(OptionError, match=r"using has no option 'temprature'. Did you mean 'temperature'"):
        predict.using(parameters={"temprature": 1})


def test_reset_copy_forgets_demos_and_keeps_instructions() -> None:
    program = tuned()
    reset = program.reset_copy()
    assert (reset.qa.demos, reset.qa.instructions) == ((), "Answer „briefly“.")
    assert reset.steps[0].predict.own.neighbours is None
    assert len(program.qa.demos) == 1


def test_save_and_load_round_trip(tmp_path: Path) -> None:
    program, path = tuned(), tmp_path / "program.json"
    program.qa.lm = weft.LM("embedded/incontext", temperature=0.5, context_window=1000)
    program.save(path)
    loaded = Program().load(path)
    assert loaded.state == program.state
    assert loaded.qa.demos[0].item == Item(name="x")  # typed again, as the signature says
    assert loaded.qa.lm is not None
    assert loaded.qa.lm.capabilities.context_window == 1000
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


@settings(max_examples=50)
@given(changes.map(apply))
def test_any_state_survives_a_file(state: weft.State) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.json"
        Program().with_state(state).save(path)
        assert Program().load(path).state == state


def test_a_file_is_readable_and_holds_no_secret_and_no_history(tmp_path: Path) -> None:
    class Secretive(weft.LM):
        def __init__(self, model: str, /, *, api_key: str, **parameters: Any) -> None:
            super().__init__(model, provider="secretive", **parameters)
            self.api_key = api_key

        async def generate(self, request: weft.Request) -> weft.Response:
            return weft.Response.of("[[ ## answer ## ]]\nyes")

    program = tuned()
    program.qa.lm = Secretive("x", api_key="sk-12345", temperature=0.5)
    program(question="What was my question?")
    path = tmp_path / "program.json"
    program.save(path)
    text = path.read_text(encoding="utf-8")
    assert "„briefly“" in text
    assert "sk-12345" not in text
    assert "What was my question?" not in text
    content = json.loads(text)
    assert (content["weft_state"], content["program"]) == (1, "Program")
    assert content["predictors"]["qa"]["lm"] == {"ref": "secretive/x", "temperature": 0.5}
    assert list(tmp_path.iterdir()) == [path]


def _edited(path: Path, edit: Any) -> None:
    tuned().save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


WRONG: list[tuple[Any, str]] = [
    (lambda c: c.pop("weft_state"), "is no saved weft state"),
    (lambda c: c.update(weft_state=99), "has state format 99; this weft reads format 1"),
    (lambda c: c.update(predictors=[]), "lists no predictors"),
    (lambda c: c["predictors"].update(aq={}), "for a predictor 'aq', which Program lacks. Did you mean 'qa'"),
    (lambda c: c["predictors"].pop("qa"), "has no state for the predictor 'qa'"),
    (lambda c: c["predictors"].update(qa=3), "the state of 'qa' must be an object"),
    (lambda c: c["predictors"]["qa"].update(instructons="x"), "'qa' has no slot 'instructons'. Did you mean 'instruct"),
    (lambda c: c["predictors"]["qa"].update(instructions=3), "'qa': The slot 'instructions' holds a text, not 3"),
    (lambda c: c["predictors"]["qa"].update(neighbours=0), "'qa': The slot 'neighbours' holds a whole number"),
    (lambda c: c["predictors"]["qa"].update(lm="x"), "'qa': The slot 'lm' holds a mapping with 'ref'"),
    (lambda c: c["predictors"]["qa"].update(demos=3), "'qa': Demos are a list"),
    (lambda c: c["predictors"]["qa"].update(demos=[3]), "'qa': Demo 1 must be an Example or a dict"),
    (
        lambda c: c["predictors"]["qa"].update(demos=[{"answer": "perhaps"}]),
        "a demo of 'qa' has 'perhaps' for 'answer'",
    ),
    (lambda c: c["predictors"]["qa"].update(fields={"anser": "x"}), "no field. Did you mean 'answer'"),
    (lambda c: c["predictors"]["qa"].update(fields=["x"]), "'qa' describes"),
    (lambda c: c["predictors"]["qa"].update(signature="a -> b"), "'qa' was saved for the signature 'a -> b', and now"),
]


@pytest.mark.parametrize(("edit", "message"), WRONG)
def test_every_way_a_file_can_be_wrong_is_one_sentence_and_changes_nothing(
    tmp_path: Path, edit: Any, message: str
) -> None:
    path, program = tmp_path / "program.json", Program()
    before = program.state
    _edited(path, edit)
    with pytest.raises(StateError) as caught:
        program.load(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert program.state == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as JSON"),
        (b"{", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "is no saved weft state"),
        (b'"text"', "is no saved weft state"),
        (b"\x80\x04K\x03.", "cannot be read as JSON"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "program.json"
    path.write_bytes(content)
    with pytest.raises(StateError, match=message):
        Program().load(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"There is no file '.*nothing\.json'"):
        Program().load(tmp_path / "nothing.json")
    with pytest.raises(StateError, match="cannot be read"):
        Program().load(tmp_path)
    with pytest.raises(StateError, match=r"cannot be written to '.*no.*x\.json': No such file"):
        Program().save(tmp_path / "no" / "x.json")


def test_a_field_may_change_its_type_if_the_demos_still_fit(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    before = weft.Predict("q -> a")
    before.demos = [{"q": "?", "a": "3"}]
    before.save(path)
    assert weft.Predict("q -> a: int").load(path).demos[0].a == 3
    with pytest.raises(StateError, match="has '3' for 'a'"):
        weft.Predict("q -> a: Literal['x']").load(path)


def test_saving_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "program.json"
    tuned().save(path)
    before = path.read_bytes()

    def crash(source: Any, target: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(StateError, match="No space left on device"):
        Program().save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_a_saved_file_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    Program().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
