"""``@predict``: a typed Python function whose body is a model."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, get_type_hints

from ..errors import SignatureError
from ..signature import InputField, OutputField, Signature
from .module import Module
from .predict import Predict

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


class PredictFunction(Module, Generic[P, R]):
    """A function that a model answers; a module like any other, with its predictor in ``predict``."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.predict = Predict(_signature_of(function))
        self._parameters = inspect.signature(function)
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__

    if TYPE_CHECKING:

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        async def acall(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    async def aforward(self, *args: Any, **kwargs: Any) -> R:
        positional = dict(zip(self._parameters.parameters, args, strict=False))
        prediction = await self.predict.acall(*args[len(positional) :], **positional, **kwargs)
        return cast("R", prediction["result"])


def predict(function: Callable[P, R]) -> PredictFunction[P, R]:
    """Turn a function into a module: parameters are inputs, the docstring instructions, the return type the output.

    Raises:
        SignatureError: no return type, no docstring, or ``*args``.

    Example:
        >>> import weft
        >>> @weft.predict
        ... def double(number: int) -> int:
        ...     '''Double the number.'''
        ...     ...
        >>> with weft.context(lm=weft.LM("scripted/x", answers=[{"result": 8}])):
        ...     double(4)
        8
    """
    return PredictFunction(function)


def _signature_of(function: Callable[..., Any]) -> type[Signature]:
    name = function.__name__
    if not function.__doc__:
        raise SignatureError(f"{name} needs a docstring: it is what the model is told to do.")
    try:
        types = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise SignatureError(f"Unknown type {error.name!r} in {name}; its types must be at module level.") from error
    if "return" not in types or types["return"] is type(None):
        raise SignatureError(f"{name} needs a return type: it is what the model answers with.")
    if inspect.iscoroutinefunction(function):
        raise SignatureError(f"{name} must be a plain `def`; it can be awaited all the same, as `{name}.acall(…)`.")
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise SignatureError(f"{name} cannot take *{parameter.name}: every input has a name.")
        if parameter.name == "result":
            raise SignatureError(f"{name} cannot take 'result': that is the name of its output.")
        default = {} if parameter.default is parameter.empty else {"default": parameter.default}
        fields[parameter.name] = (types.get(parameter.name, str), InputField(**default))
    fields["result"] = (types["return"], OutputField())
    return Signature(fields, inspect.cleandoc(function.__doc__), name=name)
