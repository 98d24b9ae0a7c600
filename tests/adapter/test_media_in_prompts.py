"""Media stand in prompts in place and in order, whatever the adapter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ConfigDict

import weft
from pytest_weft.samples import pdf, png
from weft.adapter import typed_fields
from weft.errors import LMInvalidRequestError, SignatureError, StateError
from weft.signature import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RED, BLUE = weft.Image(png(4, 4)), weft.Image(png(5, 5))
NAMES = {RED: "RED", BLUE: "BLUE"}
FORM = "photo: Image, others: list[Image], question -> answer, count: int"
GIVEN = {"photo": RED, "others": [BLUE, RED], "question": "What?"}
LM = weft.LM("scripted/x", answers=lambda request: {"answer": "A cat.", "count": 3})


def shown(message: weft.Message) -> str:
    """Return a turn with the names of images where they stand."""
    return "".join(block.text if block.media is None else f"<{NAMES[block.media]}>" for block in message.blocks)


class Tags(weft.Adapter):
    """An adapter of somebody else, which knows nothing of media."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        texts = [json.dumps(text_of(value)) if name == "question" else text_of(value) for name, value in inputs.items()]
        return weft.Request((weft.Message.of("user", "; ".join(texts), "input"),))

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        return typed_fields(signature, json.loads(completion.text), completion)


@pytest.mark.parametrize(
    ("adapter", "question"),
    [
        ("chat", "[[ ## photo ## ]]<RED>[[ ## others ## ]]\n[<BLUE>, <RED>]\n\n[[ ## question ## ]]\nWhat?"),
        ("json", "[[ ## photo ## ]]<RED>[[ ## others ## ]]\n[<BLUE>, <RED>]\n\n[[ ## question ## ]]\nWhat?"),
        ("compact", "[[ ## photo ## ]]<RED>[[ ## others ## ]]\n[<BLUE>, <RED>]\n\n[[ ## question ## ]]\nWhat?"),
        ("auto", "[[ ## photo ## ]]<RED>[[ ## others ## ]]\n[<BLUE>, <RED>]\n\n[[ ## question ## ]]\nWhat?"),
        ("two-step", "[[ ## photo ## ]]<RED>[[ ## others ## ]]\n[<BLUE>, <RED>]\n\n[[ ## question ## ]]\nWhat?"),
        ("xml", "<photo><RED></photo>\n\n<others>\n[<BLUE>, <RED>]\n</others>\n\n<question>\nWhat?\n</question>"),
        (
            weft.TemplateAdapter(messages=[("user", "In {photo} and {others}: {question}")]),
            "In<RED>and [<BLUE>, <RED>]: What?",
        ),
        (Tags(), '<RED>; [<BLUE>, <RED>]; "What?"'),
    ],
)
def test_media_stand_in_place_and_in_order(adapter: Any, question: str) -> None:
    predict = weft.Predict(FORM, lm=LM, adapter=adapter)
    request = predict.render(**GIVEN)
    assert shown(request.messages[-1]).replace(", <", ", <").replace("[ <", "[<") == question.replace(", <", ",<")
    assert "media" not in request.messages[-1].text.replace("/", "")


@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "compact", "two-step"])
@pytest.mark.parametrize("kept", [RED, RED.shown(), RED.data_uri])
def test_media_in_demos_are_turns_before(adapter: str, kept: Any) -> None:
    """They may be plain data, as rows of a file are."""
    predict = weft.Predict(FORM, lm=LM, adapter=adapter)
    predict.demos = [{"photo": kept, "others": [], "question": "?", "answer": "A dog.", "count": 1}]
    for _ in range(2):  # the second time the turns are the ones that were kept
        _, demo, answer, question = predict.render(**GIVEN).messages
        assert demo.media == (RED,)
        assert answer.media == ()
        assert question.media == (RED, BLUE, RED)
    assert predict(**GIVEN).answer == "A cat."


def test_demos_chosen_for_an_input_hold_media_too() -> None:
    predict = weft.Predict("photo: Image, question -> answer", lm=LM)
    demos = [{"photo": RED.shown(), "question": word, "answer": word} for word in ("cats", "dogs")]
    state = weft.PredictState(demos=tuple(map(weft.Example, demos)), neighbours=1)
    with weft.context(lm=LM):
        request = predict.with_state(state).render(photo=BLUE, question="dogs?")
    assert [message.media for message in request.messages] == [(), (RED,), (), (BLUE,)]
    assert "dogs" in request.messages[1].text


def test_a_demo_that_holds_no_image_is_refused() -> None:
    predict = weft.Predict("photo: Image, question -> answer", lm=LM)
    predict.demos = [{"photo": "cat.png", "question": "?", "answer": "!"}]
    with pytest.raises(StateError, match=r"A demo has 'cat.png' for 'photo', which is no Image"):
        predict.render(photo=RED, question="?")


def test_demos_in_a_system_turn_leave_it_where_they_hold_media() -> None:
    """The form with a tool writes demos into the system turn, which is text."""
    lm = weft.LM("scripted/x", tools=True)
    predict = weft.Predict(FORM, lm=lm, adapter="auto")
    predict.demos = [
        {"photo": RED, "others": [], "question": "?", "answer": "A dog.", "count": 1},
        {"question": "!", "answer": "A cat.", "count": 1},
    ]
    system, demo, question = predict.render(**GIVEN).messages
    assert (system.role, demo.role, question.role) == ("system", "user", "user")
    assert (system.media, demo.media) == ((), (RED,))
    assert "Example 2" in system.text
    assert "Example 1" in demo.text


class Page(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    title: str
    picture: weft.Image | None = None


def test_media_inside_models_unions_and_mappings_are_found() -> None:
    form = weft.Signature(
        "page: Page, maybe: Image | None, by_name: dict[str, Image], any: Any -> answer",
        types={"Page": Page, "Any": Any},
    )
    inputs = {"page": Page(title="x", picture=RED), "maybe": None, "by_name": {"a": BLUE}, "any": {"deep": (RED,)}}
    request = weft.Predict(form, lm=LM).render(**inputs)
    assert request.messages[-1].media == (RED, BLUE, RED)
    assert '{"title": "x", "picture":<RED>}' in shown(request.messages[-1])


def test_text_that_looks_like_media_stays_text() -> None:
    mark = "media0123456789abcdefx" + "0" * 32
    request = weft.Predict("photo: Image, question -> answer", lm=LM).render(photo=RED, question=mark)
    assert mark in request.messages[-1].text


def test_a_text_file_is_text_for_every_model() -> None:
    notes = weft.File(b"Snow is white.", name="notes.md")
    seen: list[weft.Request] = []
    lm = weft.LM("scripted/x", answers=lambda request: seen.append(request) or {"answer": "Yes."}, media=[])
    assert weft.Predict("notes: File -> answer", lm=lm)(notes=notes).answer == "Yes."
    assert "<document name='notes.md'>\nSnow is white.\n</document>" in seen[0].messages[-1].text


def test_a_long_document_can_be_trimmed_and_an_image_cannot() -> None:
    class Read(weft.Signature):
        page: weft.Document = weft.InputField(trim="end")
        photo: weft.Image = weft.InputField(trim="end")
        answer: str = weft.OutputField()

    lm = weft.LM("scripted/x", context_window=1000, max_output=100)
    request = weft.Predict(Read, lm=lm).render(page=weft.Document("word " * 2000), photo=RED)
    assert [part.name for part in request.fitting] == ["input page"]
    assert "characters left out" in request.messages[-1].text
    assert request.messages[-1].media == (RED,)


def test_a_model_without_eyes_is_not_asked() -> None:
    lm = weft.LM("scripted/x", answers=["A cat."], media=["audio/*"])
    predict = weft.Predict("photo: Image -> answer", lm=lm)
    with (
        weft.track_usage() as ledger,
        pytest.raises(LMInvalidRequestError, match=r"scripted/x cannot be given image/png.*input photo"),
    ):
        predict(photo=RED)
    assert ledger.total.calls == 0
    with pytest.raises(LMInvalidRequestError, match="cannot be given image/png"):
        weft.LM("embedded/incontext")([weft.Message.made_of("user", "What is this?", RED)])


def test_a_system_turn_holds_no_media() -> None:
    with pytest.raises(LMInvalidRequestError, match="A system turn holds text and nothing else"):
        LM([weft.Message.made_of("system", RED)])


@pytest.mark.parametrize("form", ["q -> photo: Image", "q -> photos: list[Image]", "q -> photo: Image | None"])
def test_no_output_can_be_media(form: str) -> None:
    with pytest.raises(SignatureError, match="is an output, and Image cannot be read out of an answer"):
        weft.Signature(form)


def test_a_saved_program_keeps_its_media(tmp_path: Path) -> None:
    predict = weft.Predict("photo: Image, page: File -> answer", lm=LM)
    predict.demos = [{"photo": RED, "page": weft.File(pdf(), name="a.pdf"), "answer": "A cat."}]
    predict.save(tmp_path / "program.json")
    again = weft.Predict("photo: Image, page: File -> answer", lm=LM)
    again.load(tmp_path / "program.json")
    assert again.demos == predict.demos
    assert again.render(photo=BLUE, page=weft.File(b"", name="b.txt")) == predict.render(
        photo=BLUE, page=weft.File(b"", name="b.txt")
    )


def test_the_cache_tells_images_apart_by_content() -> None:
    lm = weft.LM("scripted/x", answers=["one", "two"], cache="on", latency=0.001)
    predict = weft.Predict("photo: Image -> answer", lm=lm)
    answers = [predict(photo=weft.Image(png(size, size))).answer for size in (4, 5, 4)]
    assert answers == ["one", "two", "one"]


def test_people_are_shown_labels_and_no_content() -> None:
    predict = weft.Predict(FORM, lm=LM)
    predict(**GIVEN)
    assert f"[[ ## photo ## ]]\n\n[{RED.label}]" in weft.inspect_history()
    assert RED.base64[:40] not in weft.inspect_history()
    assert RED.base64[:40] not in repr(predict.render(**GIVEN))


def test_an_exported_prompt_holds_media() -> None:
    exported = weft.Predict("photo: Image, question -> answer", lm=LM).export("openai", photo=RED, question="?")
    assert exported["messages"][1]["content"] == [
        {"type": "text", "text": "[[ ## photo ## ]]"},
        {"type": "image_url", "image_url": {"url": RED.data_uri}},
        {"type": "text", "text": "[[ ## question ## ]]\n?"},
    ]
