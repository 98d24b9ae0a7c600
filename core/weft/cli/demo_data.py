"""A real data set that every machine has: the first sentences of docstrings in Python's own library, by module.

Nothing is downloaded and nothing is made up: the sentences were written by many hands for other ends, and telling
which module one comes from takes more than its words, since its own name is masked.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
import warnings
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..data.example import Example
from ..errors import DataError
from ..optimize.task import stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

MODULES = (
    "asyncio",
    "calendar",
    "configparser",
    "datetime",
    "decimal",
    "email",
    "http",
    "imaplib",
    "inspect",
    "logging",
    "mailbox",
    "math",
    "pathlib",
    "ssl",
    "statistics",
    "tarfile",
    "unittest",
)
INPUT, OUTPUT = "sentence", "module"
_MASK = "…"
_FEWEST_WORDS, _FEWEST_LENGTH, _MOST_LENGTH = 5, 30, 300
_LEAST_SHARE_OF_LETTERS = 0.8
_MOST_OF_A_MODULE, _FEWEST_OF_A_MODULE = 70, 20
_FEWEST_MODULES = 10
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)")


def stdlib_examples(seed: int) -> list[Example]:
    """Return examples of ``sentence -> module`` in an order that the seed decides, at most 70 of a module.

    Raises:
        DataError: this Python has too few docstrings, as with ``-OO``.
    """
    found = {name: _sentences(name) for name in MODULES}
    counts = Counter(sentence for sentences in found.values() for sentence in sentences)
    examples: list[Example] = []
    for name, sentences in found.items():
        own = [sentence for sentence in sentences if counts[sentence] == 1]
        stream(seed, "demo", purpose=name).shuffle(own)
        if len(own) >= _FEWEST_OF_A_MODULE:
            rows = ({INPUT: sentence, OUTPUT: name} for sentence in own[:_MOST_OF_A_MODULE])
            examples += [Example(row).with_inputs(INPUT) for row in rows]
    if len({example[OUTPUT] for example in examples}) < _FEWEST_MODULES:
        raise DataError("This Python's library has too few docstrings for the demo; run it without -OO.")
    stream(seed, "demo", purpose="order").shuffle(examples)
    return examples


def split(examples: list[Example], shares: Mapping[str, float]) -> dict[str, list[Example]]:
    """Divide examples by shares that add up to 1, each module's in the same proportion; the order stays."""
    chosen: dict[int, str] = {}
    for module in dict.fromkeys(example[OUTPUT] for example in examples):
        own = [position for position, example in enumerate(examples) if example[OUTPUT] == module]
        start, reached = 0, 0.0
        for name, share in shares.items():
            reached += share
            end = round(reached * len(own))
            chosen.update(dict.fromkeys(own[start:end], name))
            start = end
    return {name: [examples[at] for at in range(len(examples)) if chosen.get(at) == name] for name in shares}


def _sentences(name: str) -> list[str]:
    """Return the first sentences of a module's public docstrings, each once, with the module's name masked."""
    found: dict[str, None] = {}
    for module in _modules(name):
        for documented in _documented(module, name):
            sentence = _first_sentence(documented)
            if _is_prose(sentence):
                found[re.sub(rf"\b{name}\b", _MASK, sentence, flags=re.IGNORECASE)] = None
    return list(found)


def _is_prose(sentence: str) -> bool:
    """Whether it is a sentence: long enough, short enough, and not a line of code or grammar."""
    letters = sum(character.isalpha() or character == " " for character in sentence)
    return (
        len(sentence.split()) >= _FEWEST_WORDS
        and _FEWEST_LENGTH <= len(sentence) <= _MOST_LENGTH
        and sentence[0].isalpha()
        and letters >= _LEAST_SHARE_OF_LETTERS * len(sentence)
    )


def _modules(name: str) -> Iterator[ModuleType]:
    """Yield a module and the public modules below it, without those that this machine lacks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = _imported(name)
        if module is None:
            return
        yield module
        for below in sorted(pkgutil.iter_modules(getattr(module, "__path__", ())), key=lambda info: info.name):
            if not below.name.startswith("_") and (inner := _imported(f"{name}.{below.name}")) is not None:
                yield inner


def _imported(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except Exception:  # noqa: BLE001 - parts of the library only import on other systems, and say so in many ways
        return None


def _documented(module: ModuleType, name: str) -> Iterator[Any]:
    for _, value in _public(vars(module)):
        home = (getattr(value, "__module__", None) or "").partition(".")[0]
        if home not in (name, f"_{name}") or not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        yield value
        if inspect.isclass(value):
            yield from (_unwrapped(member) for _, member in _public(vars(value)))


def _public(names: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return sorted((item for item in names.items() if not item[0].startswith("_")), key=lambda item: item[0])


def _unwrapped(member: Any) -> Any:
    """Return the function behind a class method or static method; anything that is no method or property is nothing."""
    function = getattr(member, "__func__", member)
    return function if inspect.isroutine(function) or inspect.isdatadescriptor(function) else None


def _first_sentence(documented: Any) -> str:
    doc = getattr(documented, "__doc__", None) if documented is not None else None
    if not isinstance(doc, str):
        return ""
    text = " ".join(inspect.cleandoc(doc).split("\n\n")[0].split())
    found = _SENTENCE.match(text)
    return found[1] if found else text
