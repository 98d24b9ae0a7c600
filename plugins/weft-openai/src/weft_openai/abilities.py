"""What a model can do: what its preset and its name say, corrected by what the user says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast, get_args

from weft import Capabilities
from weft.errors import OptionError

from .models import PARAMETERS_OF_KIND, model_named
from .preset import PARAMETERS_OF_API, Api
from .templates import SCHEMA_FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weft_http import Stated

    from .models import Model
    from .preset import Preset


_DOCUMENTS = frozenset({"application/*"})


def known_facts(preset: Preset, model: str, stated: Stated) -> Model:
    """Return what is known of a model: what the user says, what the table says, what holds for the whole server."""
    facts = model_named(preset.models, model)
    return stated.over(facts if facts.prices is not None else replace(facts, prices=preset.prices))


def chosen_api(preset: Preset, facts: Model, given: str | None) -> Api:
    """Return the API to call: the given one, the only one that the model answers, or the server's first.

    Raises:
        OptionError: the server does not have it.
    """
    if given is not None:
        return cast("Api", _one_of("api", given, preset.apis, preset))
    return facts.api or preset.apis[0]


def chosen_schema_form(preset: Preset, given: str | None) -> str | None:
    """Return how the server wants schemas; ``none``: not at all.

    Raises:
        OptionError: there is no such form.
    """
    if given is None:
        return preset.schema_form
    return None if _one_of("schema_form", given, (*SCHEMA_FORMS, "none"), preset) == "none" else given


def abilities(preset: Preset, facts: Model, api: Api, schema_form: str | None) -> Capabilities:
    """Return what a model can do."""
    parameters = preset.parameters & PARAMETERS_OF_API[api] & PARAMETERS_OF_KIND[facts.kind]
    has_turns = api != "completions"
    return Capabilities(
        context_window=facts.context_window,
        max_output=facts.max_output,
        response_schema=schema_form is not None and has_turns,
        grammar=preset.grammar is not None,
        tools=preset.tools and has_turns,
        n=preset.n and api != "responses" and facts.kind not in ("reasoning", "both"),
        vision=has_turns and facts.sees,
        audio=has_turns and not facts.is_listed,
        media=_DOCUMENTS if has_turns and facts.sees else frozenset(),
        reasoning="reasoning_effort" in parameters,
        parameters=parameters,
        extra=_extra(preset, api),
        prices=facts.prices,
    )


def _extra(preset: Preset, api: Api) -> frozenset[str]:
    if api == "responses":
        return preset.extra - {"frequency_penalty", "presence_penalty", "logit_bias", "verbosity"}
    forms = {"grammar": preset.grammar, "regex": preset.regex}
    return preset.extra | {name for name, form in forms.items() if form is not None}


def _one_of(name: str, value: str, choices: Sequence[str], preset: Preset) -> str:
    if value not in choices:
        shown = ", ".join(map(repr, choices))
        raise OptionError(f"{name} for {preset.service.provider!r} must be one of {shown}, not {value!r}.")
    return value


assert set(get_args(Api)) == set(PARAMETERS_OF_API)
