"""What a model can do: what its preset and its name say, corrected by what the user says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from weft import Capabilities, Prices
from weft.errors import OptionError

from .models import PARAMETERS_OF_KIND, known
from .preset import PARAMETERS_OF_API, Api
from .templates import SCHEMA_FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .models import Model
    from .preset import Preset

PricesLike = Prices | Mapping[str, float]
"""What the option ``prices`` takes: `weft.Prices` or a mapping with their names."""


def chosen_api(preset: Preset, model: str, given: str | None) -> Api:
    """Return the API to call: the given one, the only one that the model answers, or the server's first.

    Raises:
        OptionError: the server does not have it.
    """
    if given is not None:
        return cast("Api", _one_of("api", given, preset.apis, preset))
    found = known(preset.models, model)
    return (found and found.api) or preset.apis[0]


def chosen_schema_form(preset: Preset, given: str | None) -> str | None:
    """Return how the server wants schemas; ``none``: not at all.

    Raises:
        OptionError: there is no such form.
    """
    if given is None:
        return preset.schema_form
    return None if _one_of("schema_form", given, (*SCHEMA_FORMS, "none"), preset) == "none" else given


def abilities(
    preset: Preset,
    model: str,
    api: Api,
    schema_form: str | None,
    *,
    context_window: int | None,
    max_output: int | None,
    prices: PricesLike | None,
) -> Capabilities:
    """Return what a model can do."""
    found = known(preset.models, model)
    parameters = preset.parameters & PARAMETERS_OF_API[api]
    if found is not None:
        parameters &= PARAMETERS_OF_KIND[found.kind]
    stated = Capabilities(
        response_schema=schema_form is not None and api != "completions",
        grammar=preset.grammar is not None,
        tools=preset.tools and api != "completions",
        n=preset.n and api != "responses" and not _reasons(found),
        reasoning="reasoning_effort" in parameters,
        parameters=parameters,
        extra=_extra(preset, api),
        context_window=found and found.context_window,
        max_output=found and found.max_output,
        prices=found.prices if found else preset.prices,
    )
    given = {"context_window": context_window, "max_output": max_output, "prices": prices_of(prices)}
    return replace(stated, **{name: value for name, value in given.items() if value is not None})


def _extra(preset: Preset, api: Api) -> frozenset[str]:
    if api == "responses":
        return preset.extra - {"frequency_penalty", "presence_penalty", "logit_bias", "verbosity"}
    forms = {"grammar": preset.grammar, "regex": preset.regex}
    return preset.extra | {name for name, form in forms.items() if form is not None}


def _reasons(model: Model | None) -> bool:
    return model is not None and model.kind in ("reasoning", "both")


def prices_of(given: PricesLike | None) -> Prices | None:
    """Return prices in the form that capabilities hold.

    Raises:
        OptionError: a name is none of a price's.
    """
    if given is None or isinstance(given, Prices):
        return given
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"prices must be weft.Prices(input=…, output=…) or a dict of these, not {given!r}.")
    return Prices(**cast("dict[str, Any]", dict(given)))


def _one_of(name: str, value: str, choices: Sequence[str], preset: Preset) -> str:
    if value not in choices:
        shown = ", ".join(map(repr, choices))
        raise OptionError(f"{name} for {preset.service.provider!r} must be one of {shown}, not {value!r}.")
    return value


assert set(get_args(Api)) == set(PARAMETERS_OF_API)
