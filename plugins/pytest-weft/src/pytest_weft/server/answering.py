"""Which answer a request gets, how it is cut, and what it costs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from .faults import Fault
from .problems import problem_of
from .records import Answer, AnswerLike, Answers, Given, Received, Usage, pieces_of
from .schema import instance_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


GREETING = Answer("Hello from the test server.")


class AnswerSource:
    """Gives the answers of the settings, one request after the other."""

    def __init__(self, answer: Answers) -> None:
        if not (answer is None or isinstance(answer, (str, Answer)) or callable(answer) or len(answer)):
            raise ValueError("The list of answers is empty. Give it one at least, or None for something that fits.")
        self._answer = answer
        self._position = 0

    def take(self, received: Received) -> list[Answer]:
        """Return the `n` answers of a request.

        Raises:
            Problem: a function gave a fault.
            ValueError: a function gave a list of another length, or a fault that is no error.
        """
        answer = self._answer
        if answer is None:
            return [_fitting(received)] * received.n
        if isinstance(answer, (str, Answer)):
            return [_as_answer(answer)] * received.n
        if callable(answer):
            return _given(answer(received), received.n)
        start = self._position
        self._position = start + received.n
        return [_as_answer(answer[(start + index) % len(answer)]) for index in range(received.n)]


def _fitting(received: Received) -> Answer:
    return GREETING if received.schema is None else Answer(json.dumps(instance_of(received.schema)))


def _given(answer: Given, n: int) -> list[Answer]:
    if isinstance(answer, Fault):
        raise problem_of(answer) or ValueError(f"An answer function may give faults that are errors, not {answer!r}.")
    if isinstance(answer, (str, Answer)):
        return [_as_answer(answer)] * n
    if len(answer) != n:
        raise ValueError(f"The answer function gave {len(answer)} answers where the client asked for {n}.")
    return [_as_answer(each) for each in answer]


def _as_answer(answer: AnswerLike) -> Answer:
    return Answer(answer) if isinstance(answer, str) else answer


def as_sent(answer: Answer, received: Received, fault: Fault | None) -> Answer:
    """Return what is left of an answer after stop texts, `max_tokens`, and faults that shorten it."""
    for stop in received.stop:
        if stop in answer.text:
            answer = replace(answer, text=answer.text.partition(stop)[0], stopped_by=stop)
    if received.max_tokens is not None:
        answer = _shortened(answer, received.max_tokens)
    if fault is not None and fault.kind == "truncated":
        return _shortened(answer, len(pieces_of(answer.text)) // 2)
    if fault is not None and fault.kind == "content_filter":
        return Answer(finish="content_filter")
    return answer


def _shortened(answer: Answer, length: int) -> Answer:
    if len(answer.text.split()) <= length:
        return answer
    return replace(answer, text="".join(pieces_of(answer.text)[:length]), finish="length")


class Counter:
    """Counts tokens, and remembers which beginnings of prompts are in the provider's cache."""

    def __init__(self) -> None:
        self._prefixes: set[str] = set()

    def usage(self, received: Received, answers: Sequence[Answer], count: Callable[[str], int]) -> Usage:
        """Return the tokens of a call: what the first answer states, else texts, thoughts and tool calls counted."""
        if answers and answers[0].usage is not None:
            return answers[0].usage
        reasoning = sum([count(answer.reasoning) for answer in answers if answer.reasoning])
        completion = sum([count(answer.text) for answer in answers]) + reasoning
        for answer in answers:
            completion += sum([count(f"{call.name} {json.dumps(dict(call.arguments))}") for call in answer.tool_calls])
        usage = Usage(prompt_tokens(received, count), completion, reasoning=reasoning)
        return replace(usage, **self._cached(received.prefix, count)) if received.prefix else usage

    def _cached(self, prefix: str, count: Callable[[str], int]) -> dict[str, int]:
        is_known = prefix in self._prefixes
        self._prefixes.add(prefix)
        return {"cached" if is_known else "cache_written": count(prefix)}


def prompt_tokens(received: Received, count: Callable[[str], int]) -> int:
    """Return the tokens of all messages; roles and tools cost nothing."""
    return sum([count(text) for _, text in received.messages])
