"""Real texts of many kinds, and a real vocabulary to count them with."""

from __future__ import annotations

import argparse
import inspect
import json
import statistics
import typing
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_CHUNK = 1500

_SENTENCES = {
    "chinese": "请用一句话概括这段文字，并说明作者的主要观点。数据库连接失败时，程序会自动重试三次。",
    "japanese": "この文章を一文で要約してください。接続に失敗した場合は三回まで再試行します。",
    "korean": "이 글을 한 문장으로 요약하세요. 연결이 실패하면 세 번까지 다시 시도합니다.",
    "russian": "Кратко изложите этот текст. Если соединение не удалось, программа повторит попытку.",
    "arabic": "لخص هذا النص في جملة واحدة واشرح رأي الكاتب. إذا فشل الاتصال يعيد البرنامج المحاولة.",
    "hindi": "इस लेख का सार एक वाक्य में लिखिए। संपर्क टूटने पर कार्यक्रम फिर कोशिश करता है।",
    "french": "Résumez ce texte en une phrase, puis expliquez l'idée. La réunion a été reportée à mardi.",
    "emoji": "🎉🚀 Great release! 👍👍 Thanks to everyone 🙏❤️ See you at the party 🥳🍕 on Friday 📅 😀😃😄",
}


@lru_cache(maxsize=1)
def texts() -> dict[str, list[str]]:
    """Return texts by kind: prose, code, JSON, tables of numbers, and sentences in many languages."""
    prose = "\n".join(path.read_text(encoding="utf-8") for path in sorted(_ROOT.glob("docs/**/*.md")))
    code = "\n".join(inspect.getsource(module) for module in (argparse, json.decoder, statistics, typing))
    data = json.dumps([_place(number) for number in range(480)], indent=1)
    numbers = "\n".join(
        f"{n * 7919 % 10007}\t{n * n / 37:.4f}\t2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(900)
    )
    found = {"prose": prose, "code": code, "json": data, "numbers": numbers}
    chunks = {kind: _chunks(text) for kind, text in found.items()}
    return {**chunks, **{kind: _rotations(text) for kind, text in _SENTENCES.items()}}


def true_tokens(text: str, vocabulary: str = "o200k_base") -> int:
    """Return how many tokens a text has in a vocabulary that is in use."""
    return len(_encoding(vocabulary).encode_ordinary(text))


@lru_cache(maxsize=4)
def _encoding(vocabulary: str) -> Any:
    with warnings.catch_warnings():  # it reads its files in a way that some Pythons deprecate
        warnings.simplefilter("ignore", DeprecationWarning)
        import bpe_openai
    return bpe_openai.get_encoding(vocabulary)


def _place(number: int) -> dict[str, Any]:
    name = ["Aachen", "Bergen", "Córdoba", "Dublin", "Évora", "Faro", "Gdańsk", "Haarlem"][number % 8]
    return {"name": name, "open": number % 3 == 0, "score": number / 7, "tags": [name[:2], "port"], "id": number}


def _chunks(text: str) -> list[str]:
    return [text[start : start + _CHUNK] for start in range(0, min(len(text), 60 * _CHUNK), _CHUNK)]


def _rotations(text: str) -> list[str]:
    """Return longer and shorter texts of the same language."""
    return [(text[shift:] + text[:shift]) * (1 + shift % 5) for shift in range(0, len(text), max(1, len(text) // 12))]
