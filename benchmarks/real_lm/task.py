"""What the tiny model learns: to name the sentiment or the topic of a sentence.

Which of the two is asked for, the instructions say, or the demonstrations show. Where neither does, the model goes by
the form of the sentence, so that it does either task half of the time: there is something to gain for an optimizer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import weft

if TYPE_CHECKING:
    from collections.abc import Sequence

Task = Literal["sentiment", "topic"]
TASKS: Sequence[Task] = ("sentiment", "topic")

_SENTIMENTS = {
    "positive": "great good lovely superb excellent delightful tasty wonderful brilliant charming pleasant perfect",
    "negative": "awful bad horrible poor terrible dreadful bland nasty dull rude unpleasant stale",
}
_TOPICS = {
    "food": "soup meal coffee pasta bread salad",
    "travel": "hotel room bed car train view",
    "media": "film book show music plot story",
    "service": "waiter staff host driver clerk guide",
}
_FORMS: Sequence[tuple[Task, str]] = (
    ("sentiment", "the {noun} was {adjective}"),
    ("topic", "we found the {noun} {adjective}"),
    ("sentiment", "the {noun} is {adjective} today"),
    ("topic", "a truly {adjective} {noun}"),
    ("sentiment", "i think the {noun} was {adjective}"),
    ("topic", "what a {adjective} {noun}"),
)
NAMING: dict[Task, Sequence[str]] = {
    "sentiment": (
        "Classify the sentiment of the text.",
        "Say if the text is positive or negative.",
        "How does the writer feel?",
        "Give the sentiment: positive or negative.",
        "Is the opinion good or bad?",
    ),
    "topic": (
        "Classify the topic of the text.",
        "Say what the text is about.",
        "Which area is discussed: food, travel, media or service?",
        "Give the topic of the text.",
        "What is the subject?",
    ),
}
VAGUE = ("Given `text`, give `label`.", "Answer.", "Do the task.", "Label the text.", "Give the label for the text.")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its label for either task, and the task that its form suggests."""

    text: str
    sentiment: str
    topic: str
    suggested: Task

    def example(self, task: Task) -> weft.Example:
        """Return the sentence with its label for `task`."""
        return weft.Example(text=self.text, label=getattr(self, task)).with_inputs("text")


def program() -> weft.Predict[weft.Prediction]:
    """Return the program that the model is trained for; its instructions name no task."""
    return weft.Predict("text -> label")


def sentences(*, held_out: bool) -> list[Sentence]:
    """Return the sentences of a fifth of the pairs of noun and adjective, which training never sees, or all others."""
    pairs = [
        (noun, adjective, topic, sentiment)
        for topic, nouns in _TOPICS.items()
        for noun in nouns.split()
        for sentiment, adjectives in _SENTIMENTS.items()
        for adjective in adjectives.split()
    ]
    random.Random(0).shuffle(pairs)
    fifth = len(pairs) // 5
    return [
        Sentence(form.format(noun=noun, adjective=adjective), sentiment, topic, suggested)
        for noun, adjective, topic, sentiment in (pairs[:fifth] if held_out else pairs[fifth:])
        for suggested, form in _FORMS
    ]
