"""The embedded model: it follows demonstrations, rules and forms, and nothing else."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from weft.data.similarity import NgramIndex
from weft.errors import ContextWindowExceeded, OptionError
from weft.lm.incontext import InContextLM
from weft.lm.messages import Message
from weft.lm.records import Request, Response

DATA = Path(os.environ.get("WEFT_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data") / "banking77"

OUTPUTS = """Outputs:
- `reasoning` (str)
- `category` (str): must be one of: card_arrival; card_linking; exchange_rate"""
FORM = """Answer in exactly this form:

[[ ## reasoning ## ]]
{reasoning}

[[ ## category ## ]]
{category}

[[ ## completed ## ]]"""
SYSTEM = f"Classify the customer's message.\n\nInputs:\n- `text` (str): what the customer wrote\n\n{OUTPUTS}\n\n{FORM}"
SHORT = SYSTEM.replace("- `reasoning` (str)\n", "").replace("[[ ## reasoning ## ]]\n{reasoning}\n\n", "")
DEMOS = [
    ("my new card has not come yet", "card_arrival"),
    ("how do I put my old card into the app", "card_linking"),
    ("what do you charge when I swap euros", "exchange_rate"),
]


def chat(text: str) -> str:
    return f"[[ ## text ## ]]\n{text}"


def labelled(label: str) -> str:
    return f"[[ ## category ## ]]\n{label}\n\n[[ ## completed ## ]]"


def prompt(system: str, question: str, *demos: tuple[str, str], **parameters: Any) -> Request:
    messages = [Message.of("system", system)] if system else []
    for asked, answered in demos:
        messages += [Message.of("user", asked), Message.of("assistant", answered)]
    return Request(messages=(*messages, Message.of("user", question)), **parameters)


def ask(request: Request, **options: Any) -> Response:
    return asyncio.run(InContextLM("incontext", **options).generate(request))


def chat_demos() -> list[tuple[str, str]]:
    return [(chat(text), labelled(label)) for text, label in DEMOS]


class TestDemonstrations:
    def test_the_most_similar_one_is_answered_in_its_own_form(self) -> None:
        found = ask(prompt(SHORT, chat("has my card come"), *chat_demos()))
        assert found.text == labelled("card_arrival")

    def test_several_near_ones_outvote_the_nearest(self) -> None:
        demos = [
            ("the parcel is late again", "delivery"),
            ("the parcel is late today", "delivery"),
            ("parcel is late once more, my refund", "refund"),
            ("how to pay", "payment"),
            ("change my name", "account"),
        ]
        assert ask(prompt("", "the parcel is late", *demos)).text == "delivery"

    def test_free_text_before_the_same_label_does_not_split_the_vote(self) -> None:
        def reasoned(why: str, label: str) -> str:
            return f"[[ ## reasoning ## ]]\n{why}\n\n{labelled(label)}"

        demos = [
            (chat("the card has still not come"), reasoned("It is late.", "card_arrival")),
            (chat("when will the card come"), reasoned("They wait for it.", "card_arrival")),
            (chat("when the card is in the app, will it work"), reasoned("They have it.", "card_linking")),
            (chat("rates"), reasoned("Money.", "exchange_rate")),
        ]
        assert ask(prompt(SYSTEM, chat("when will the card come"), *demos)).text == demos[1][1]

    def test_a_field_that_the_form_has_and_the_demonstrations_lack_is_filled_in(self) -> None:
        text = ask(prompt(SYSTEM, chat("has my card come"), *chat_demos())).text
        assert text == f"[[ ## reasoning ## ]]\nhas my card come\n\n{labelled('card_arrival')}"

    def test_a_choice_that_none_shows_can_still_win(self) -> None:
        text = ask(prompt(SHORT, chat("exchange rate please"), *chat_demos()[:2])).text
        assert text == labelled("exchange_rate")

    def test_their_form_is_kept_where_it_is_not_the_one_asked_for(self) -> None:
        demos = [(chat(text), f"-> {label}") for text, label in DEMOS]
        assert ask(prompt(SHORT, chat("has my card come"), *demos)).text == "-> card_arrival"

    def test_the_question_alone_decides_not_the_order(self) -> None:
        for order in (chat_demos(), chat_demos()[::-1]):
            assert ask(prompt(SHORT, chat("put a card into the app"), *order)).text == labelled("card_linking")

    @pytest.mark.parametrize("wrap", ["<label>{}</label>", "Label: {}", '{{"label": "{}"}}', "**Label**\n{}"])
    def test_other_ways_to_mark_fields(self, wrap: str) -> None:
        demos = [(f"Text: {text}", wrap.format(label)) for text, label in DEMOS]
        assert ask(prompt("Label the text.", "Text: swap euros", *demos)).text == wrap.format("exchange_rate")


class TestWithoutDemonstrations:
    def test_the_name_of_a_choice_is_evidence(self) -> None:
        assert ask(prompt(SHORT, chat("linking a card"))).text == labelled("card_linking")

    def test_a_rule_that_mentions_a_choice_is_evidence(self) -> None:
        rule = "- use card_arrival when the customer asks where the parcel is"
        question = chat("where is the parcel")
        assert ask(prompt(f"{rule}\n\n{SHORT}", question)).text == labelled("card_arrival")
        other = rule.replace("card_arrival", "exchange_rate")
        assert ask(prompt(f"{other}\n\n{SHORT}", question)).text == labelled("exchange_rate")

    def test_every_placeholder_is_filled(self) -> None:
        text = ask(prompt(SYSTEM, chat("Hi. I would like linking my other card."))).text
        assert text == f"[[ ## reasoning ## ]]\nI would like linking my other card.\n\n{labelled('card_linking')}"

    def test_numbers_and_truth_values_get_literals(self) -> None:
        system = (
            "- `age` (int)\n- `ok` (bool)\n- `tags` (list[str])\n\nUse this format:\n\nage={age} ok={ok} tags={tags}"
        )
        assert ask(prompt(system, "Ann turned 41 today")).text == 'age=41 ok=false tags=["Ann turned 41 today"]'
        assert ask(prompt(system, "Ann")).text.startswith("age=0 ok=false")

    def test_bounds_and_schemas_in_a_line_are_kept(self) -> None:
        item = {
            "type": "array",
            "items": {"$ref": "#/$defs/Item"},
            "$defs": {"Item": {"type": "integer", "minimum": 2}},
        }
        system = (
            "- `stars` (int): must be a whole number, at least 1, at most 5\n"
            "- `title` (str): at most 6 long\n"
            f"- `items` (list[Item]): must be JSON for the schema {json.dumps(item)}\n\n"
            "Use this format:\n\n{stars}/{title}/{items}"
        )
        assert ask(prompt(system, "Wonderful since 1999")).text == "1/Wonder/[1999]"

    def test_a_json_form_gives_json(self) -> None:
        form = 'Answer with a JSON object in exactly this form:\n\n{"reasoning": {reasoning}, "category": {category}}'
        text = ask(prompt(f"{OUTPUTS}\n\n{form}", chat('the "exchange" rate'))).text
        assert json.loads(text) == {"reasoning": 'the "exchange" rate', "category": "exchange_rate"}

    def test_choices_in_one_user_turn_are_enough(self) -> None:
        question = "Answer with one of:\n- refund\n- delivery\n\nWhen will the delivery come?"
        assert ask(prompt("", question)).text == "delivery"

    def test_nothing_but_a_question_gets_a_sentence(self) -> None:
        assert ask(prompt("", "Hi. The weather in Lisbon is lovely.")).text == "The weather in Lisbon is lovely."
        assert ask(prompt("", "")).text == ""


class TestResponseSchema:
    def test_enum_and_demonstrations_combine(self) -> None:
        schema = {
            "type": "object",
            "properties": {"category": {"enum": ["card_arrival", "card_linking", "exchange_rate"]}},
            "required": ["category"],
        }
        demos = [(chat(text), json.dumps({"category": label})) for text, label in DEMOS]
        found = ask(prompt("Classify.", chat("has my card come"), *demos, response_schema=schema))
        assert json.loads(found.text) == {"category": "card_arrival"}
        found = ask(prompt("Classify.", chat("exchange rate?"), response_schema=schema))
        assert json.loads(found.text) == {"category": "exchange_rate"}

    def test_demonstrations_in_another_form_still_teach_typed_values(self) -> None:
        schema = {"type": "object", "properties": {"stars": {"type": "integer"}}, "required": ["stars"]}
        demos = [("lovely food", "stars: 5"), ("awful service", "stars: 1")]
        assert json.loads(ask(prompt("", "awful waiters", *demos, response_schema=schema)).text) == {"stars": 1}

    def test_nested_schemas_are_filled_validly(self) -> None:
        schema = {
            "$defs": {
                "Node": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "maxLength": 5},
                        "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                    },
                    "required": ["name", "children"],
                },
                "Color": {"enum": ["red", "blue"], "type": "string"},
            },
            "type": "object",
            "properties": {
                "root": {"$ref": "#/$defs/Node"},
                "color": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Color"}]},
                "score": {"type": "number", "minimum": 0.5, "maximum": 1},
                "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}]},
                "when": {"type": "string", "format": "date"},
                "kind": {"const": "node"},
                "gone": {"type": "null"},
            },
        }
        found = json.loads(ask(prompt("", "something blue", response_schema=schema)).text)
        assert found["color"] == "blue"
        assert 0.5 <= found["score"] <= 1
        assert found["pair"] == [0, False]
        assert (found["when"], found["kind"], found["gone"]) == ("2000-01-01", "node", None)
        node = found["root"]
        while node["children"]:
            assert node["name"] == "somet"
            node = node["children"][0]

    def test_a_schema_that_is_no_object(self) -> None:
        assert json.loads(ask(prompt("", "7 apples", response_schema={"type": "integer"})).text) == 7


class TestSampling:
    QUESTION = "the card in the app, or when I swap euros"

    def answers(self, **parameters: Any) -> list[str]:
        request = prompt(SHORT, chat(self.QUESTION), *chat_demos(), **parameters)
        return [completion.text for completion in ask(request).completions]

    @pytest.mark.parametrize("temperature", [None, 0.0])
    def test_without_temperature_all_answers_are_the_best(self, temperature: float | None) -> None:
        assert len(set(self.answers(temperature=temperature, n=5))) == 1
        assert self.answers(temperature=temperature, seed=1) == self.answers(temperature=temperature, seed=2)

    def test_with_temperature_answers_differ_and_repeat(self) -> None:
        found = self.answers(temperature=2.0, n=40)
        assert len(found) == 40
        assert len(set(found)) > 1
        assert found == self.answers(temperature=2.0, n=40)

    def test_seed_and_rollout_make_other_streams(self) -> None:
        streams = [
            self.answers(temperature=2.0, n=20, seed=seed, rollout_id=rollout)
            for seed, rollout in ((None, None), (1, None), (2, None), (1, 1), (1, 2))
        ]
        assert len({tuple(stream) for stream in streams}) == 5

    def test_a_low_temperature_or_top_p_keeps_to_the_best(self) -> None:
        best = self.answers()
        assert set(self.answers(temperature=0.01, n=20)) == set(best)
        assert set(self.answers(temperature=2.0, top_p=0.01, n=20)) == set(best)


class TestLimits:
    def test_the_context_window_counts_prompt_and_answer(self) -> None:
        request = prompt("", "one two, three")  # a comma is a token, a space is none
        assert ask(request, context_window=4).usage.input_tokens == 4
        with pytest.raises(ContextWindowExceeded, match=r"4 tokens of the prompt .*window of 3 tokens") as caught:
            ask(request, context_window=3)
        assert (caught.value.provider, caught.value.model) == ("embedded", "incontext")
        with pytest.raises(ContextWindowExceeded, match="2 of the answer"):
            ask(request.replace(max_tokens=2), context_window=5)

    def test_max_tokens_cuts_the_answer(self) -> None:
        found = ask(prompt("", "a lovely, long sentence", max_tokens=3))
        assert (found.text, found.completions[0].finish_reason) == ("a lovely,", "length")
        assert found.usage.output_tokens == 3
        whole = ask(prompt("", "a lovely, long sentence", max_tokens=5))
        assert whole.completions[0].finish_reason == "stop"

    def test_stop_texts_end_the_answer(self) -> None:
        found = ask(prompt("", "a lovely, long sentence", stop=("sentence", ",")))
        assert (found.text, found.completions[0].finish_reason) == ("a lovely", "stop")

    def test_usage_counts_every_completion_and_costs_nothing(self) -> None:
        usage = ask(prompt("", "one two three", n=3)).usage
        assert (usage.input_tokens, usage.output_tokens, usage.calls, usage.cost) == (3, 9, 1, 0.0)

    def test_what_it_says_of_itself(self) -> None:
        lm = InContextLM("incontext", context_window=4096, temperature=0.7)
        assert lm.ref == "embedded/incontext"
        assert lm.capabilities.context_window == 4096
        assert lm.capabilities.response_schema
        assert lm.capabilities.prices is not None
        assert lm.capabilities.prices.cost(1000, 1000) == 0.0
        assert lm.describe() == {"ref": "embedded/incontext", "temperature": 0.7, "context_window": 4096}
        assert lm.count_tokens(prompt("", "one two, three")) == 4

    @pytest.mark.parametrize("window", [0, -1, 2.5, True, "8k"])
    def test_a_senseless_window_is_refused(self, window: Any) -> None:
        with pytest.raises(OptionError, match="context_window"):
            InContextLM("incontext", context_window=window)


@pytest.mark.skipif(not DATA.is_dir(), reason="banking77 is not at hand")
def test_near_demonstrations_make_it_good_at_banking77() -> None:
    def rows(name: str) -> list[tuple[str, str]]:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            return [(row["text"], row["category"]) for row in csv.DictReader(file)]

    train, test = rows("train.csv"), random.Random(1).sample(rows("test.csv"), 60)
    choices = "; ".join(sorted({category for _, category in train}))
    system = SHORT.replace("card_arrival; card_linking; exchange_rate", choices)
    index = NgramIndex(text for text, _ in train)

    def right(demos: int) -> int:
        count = 0
        for text, category in test:
            near = [train[position] for position, _ in reversed(index.nearest(text, demos))]
            shown = [(chat(asked), labelled(answered)) for asked, answered in near]
            count += ask(prompt(system, chat(text), *shown)).text == labelled(category)
        return count

    assert right(8) >= 48
    assert right(0) >= 15
