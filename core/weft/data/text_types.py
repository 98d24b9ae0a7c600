"""Texts of a kind: what a model thought, and code."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, get_args, get_origin

from .answer_parts import AnswerPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

    from .answer_parts import Abilities, Answered

_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)
Language = TypeVar("Language")
_NO_EFFORT = (None, "none", 0)


class TextType(str):
    """Base of types of texts: a prompt asks for the text as it is, and `read` makes the value of what comes."""

    __slots__ = ()
    expected: ClassVar[str] = ""
    """What a prompt says of it, such as ``must be JSON``; empty: nothing."""

    @classmethod
    def read(cls, text: str) -> TextType:
        """Return the value of a text.

        Raises:
            ValueError: it is none.
        """
        return cls(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls.read, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "description": cls.expected} if cls.expected else {"type": "string"}


class Reasoning(AnswerPart, TextType):
    """What a model thought before it answered: a text, as an output.

    It is the provider's own account where the response has one. Where the model is made to reason, by
    ``reasoning_effort``, it is not asked for in the answer, and is empty if the provider does not tell. Otherwise it is
    an output like any other.
    """

    __slots__ = ()

    @classmethod
    def comes_apart(cls, capabilities: Abilities, parameters: Mapping[str, Any]) -> bool:
        """Return whether the model reasons by itself in this call."""
        return capabilities.reasoning and parameters.get("reasoning_effort") not in _NO_EFFORT

    @classmethod
    def taken(cls, completion: Answered) -> Reasoning | None:
        """Return what the response tells of the model's thoughts."""
        return cls(completion.reasoning) if completion.reasoning else None


class Code(TextType, Generic[Language]):
    """Code: a text without the fences around it; ``Code["python"]`` says in which language.

    Type checkers take ``Code[Literal["python"]]``, which is the same. Of an answer with several fenced blocks all are
    taken, with a blank line between them, and the text around is not.

    Attributes:
        language: the language, or an empty text.

    Example:
        >>> Code["python"].read("Here it is:\\n```python\\nprint(1)\\n```")
        'print(1)'
    """

    __slots__ = ()
    language: ClassVar[str] = ""
    takes_values: ClassVar[bool] = True
    """Whether values and not types stand in the brackets, for signatures that are text."""
    expected: ClassVar[str] = "must be code alone, as it is"

    def __reduce__(self) -> Any:
        return _coded, (self.language, str(self))

    def __class_getitem__(cls, language: Any) -> type[Code[Any]]:
        if isinstance(language, TypeVar):  # of a class that is generic itself
            return cls
        return _code_in(*(get_args(language) if get_origin(language) is Literal else (language,)))

    @classmethod
    def read(cls, text: str) -> Code[Any]:
        """Return the code in a text."""
        blocks = [match[3].rstrip("\n") for match in _FENCED.finditer(text)]
        return cls("\n\n".join(blocks) if blocks else text.strip("\n"))


@lru_cache(maxsize=128)
def _code_in(language: str) -> type[Code[Any]]:
    if not isinstance(language, str) or not language:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"Code takes the name of a language, such as Code['python'], not {language!r}.")
    said = f"must be {language} code alone, as it is"
    return type(f"Code[{language!r}]", (Code,), {"__slots__": (), "language": language, "expected": said})


def _coded(language: str, text: str) -> Code[Any]:
    return (Code[language] if language else Code)(text)  # type: ignore[misc,valid-type] # made at run time
