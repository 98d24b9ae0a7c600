"""What a provider wants back with a call of a tool, kept in the call's state together with the model it belongs to."""

from __future__ import annotations

import json
from typing import Any


def sealed(ref: str, value: Any) -> str:
    """Return a call's state that holds a value of JSON; empty where the value is.

    Example:
        >>> unsealed("acme/one", sealed("acme/one", "signature"))
        'signature'
    """
    return json.dumps({"model": ref, "value": value}) if value else ""


def unsealed(ref: str, state: str) -> Any:
    """Return the value of a state, or None where there is none or another model made it."""
    try:
        kept = json.loads(state) if state else None
        return kept["value"] if kept is not None and kept["model"] == ref else None
    except (ValueError, LookupError, TypeError):  # another plugin's state
        return None
