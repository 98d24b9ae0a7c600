"""Writing prompts."""

from __future__ import annotations

from typing import Any

import weft

from ..levels import advisory
from .cases import TWO, TWO_VALUES, signature
from .subject import AdapterSubject, text_of

_INPUTS = {"question": "Wo ist der 2. Bahnhof?\nEs eilt – sehr! 東京", "context": "line one\nline two " + "long " * 200}


def _demos() -> tuple[dict[str, Any], ...]:
    return tuple({"question": f"demo question {n}", **TWO_VALUES, "score": 70 + n} for n in (1, 2, 3))


def _two_inputs() -> type[weft.Signature]:
    fields: dict[str, Any] = {"question": weft.InputField(), "context": weft.InputField(), "answer": weft.OutputField()}
    return weft.Signature(fields)  # pyright: ignore[reportReturnType, reportCallIssue]


class RenderChecks(AdapterSubject):
    """A prompt says everything, in order, and rendering has no other effect."""

    def test_inputs_are_in_the_prompt(self) -> None:
        """Every input's whole text stands in the prompt, as it is."""
        text = text_of(self.rendered(_two_inputs(), _INPUTS))
        for name, value in _INPUTS.items():
            assert value in text, f"the input {name!r} does not stand in the prompt"

    def test_instructions_are_in_the_prompt(self) -> None:
        """The instructions of the signature stand in the prompt."""
        form = signature(**TWO).with_instructions("Weigh the tone of the message.")
        assert "Weigh the tone of the message." in text_of(self.rendered(form, {"question": "x"}))

    @advisory
    def test_descriptions_are_in_the_prompt(self) -> None:
        """The descriptions of the fields stand in the prompt."""
        text = text_of(self.rendered(signature(**TWO), {"question": "x"}))
        for description in ("what is asked", "the reason wanted", "the score wanted"):
            assert description in text, f"the description {description!r} does not stand in the prompt"

    def test_demos_stand_in_order_before_the_input(self) -> None:
        """Demonstrations stand in the order given, and the input after them."""
        text = text_of(self.rendered(signature(**TWO), {"question": "the real question"}, _demos()))
        wanted = [*(demo["question"] for demo in _demos()), "the real question"]
        places = [text.find(part) for part in wanted]
        assert min(places) >= 0, f"of {wanted}, {wanted[places.index(min(places))]!r} does not stand in the prompt"
        assert places == sorted(places), f"{wanted} stand in another order"

    def test_demo_answers_are_in_the_prompt(self) -> None:
        """What a demonstration answers stands in the prompt, for every output field."""
        text = text_of(self.rendered(signature(**TWO), {"question": "x"}, _demos()))
        for demo in _demos():
            assert str(demo["score"]) in text, f"the demonstration's score {demo['score']} does not stand in the prompt"

    @advisory
    def test_demos_and_inputs_may_give_way(self) -> None:
        """Both turns of a demonstration may be dropped together, and an input that says so may be cut; see `Part`."""
        fields: dict[str, Any] = {"question": weft.InputField(trim="end"), "answer": weft.OutputField()}
        form: Any = weft.Signature(fields)  # pyright: ignore[reportCallIssue]
        demos = ({"question": "one?", "answer": "yes"}, {"question": "two?", "answer": "no"})
        parts = [part for turn in self.rendered(form, {"question": "x" * 500}, demos).messages for part in turn.parts]
        names = [part.name for part in parts if part.shrink == "drop"]
        assert len(set(names)) == len(demos), f"of {len(demos)} demonstrations, these may be dropped: {names}"
        assert any(part.shrink == "trim" for part in parts), "no part may be trimmed, but the field says trim='end'"

    def test_incomplete_demo_is_rendered(self) -> None:
        """A demonstration that lacks a field, as data often do, is rendered with what it has."""
        text = text_of(self.rendered(signature(**TWO), {"question": "x"}, ({"question": "half a demo", "score": 3},)))
        assert "half a demo" in text

    def test_feedback_is_in_the_prompt(self) -> None:
        """What was wrong with an earlier answer, and the answer, stand in the prompt beside the input."""
        adapter: weft.Adapter = self.make()
        request = self.rendered(signature(**TWO), {"question": "the real question"})
        feedback = weft.Feedback("The reason is too short.", {"reason": "no reason at all", "score": 71})
        text = text_of(adapter.with_feedback(request, feedback))
        for part in ("the real question", "The reason is too short.", "no reason at all", "71"):
            assert part in text, f"with feedback, {part!r} does not stand in the prompt"

    def test_render_is_repeatable(self) -> None:
        """The same prompt and inputs give the same request, from one object as from another."""
        adapter: weft.Adapter = self.make()
        prompt = weft.Prompt(signature(**TWO), _demos())
        keys = [adapter.render(prompt, {"question": "x"}, weft.Capabilities()).key() for _ in range(2)]
        keys.append(self.rendered(signature(**TWO), {"question": "x"}, _demos()).key())
        assert keys[0] == keys[1] == keys[2], "rendering the same again gives another request"

    def test_render_changes_nothing(self) -> None:
        """Inputs and demonstrations are as they were after rendering."""
        inputs: dict[str, Any] = {"question": "x"}
        demos = _demos()
        self.rendered(signature(**TWO), inputs, demos)
        assert inputs == {"question": "x"}, f"rendering changed the inputs to {inputs}"
        assert demos == _demos(), "rendering changed the demonstrations"
