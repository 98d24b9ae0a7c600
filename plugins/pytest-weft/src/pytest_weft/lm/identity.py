"""What a model says of itself, and what it must not say."""

from __future__ import annotations

import json
from typing import Any

import pytest

import weft
from weft.errors import LMError

from .subject import LMSubject

_CANARY = "sk-canary-0123456789"


class IdentityChecks(LMSubject):
    """describe, repr, secrets and errors."""

    def test_description_gives_the_model_again(self) -> None:
        """`describe` is JSON with ``ref``; resolving it gives an LM with the same ref, defaults and capabilities."""
        lm = self.make()
        described: dict[str, Any] = json.loads(json.dumps(lm.describe()))
        assert described.get("ref") == lm.ref, f"describe() must hold ref={lm.ref!r}: {described}"
        again = weft.LM(described.pop("ref"), **described)
        assert type(again) is type(lm), f"{lm.ref!r} resolves to another class, {type(again).__name__}"
        for attribute in ("ref", "parameters", "capabilities"):
            ours, theirs = getattr(lm, attribute), getattr(again, attribute)
            assert theirs == ours, f"{attribute} is {ours!r}, but of the LM made from describe() {theirs!r}"
        assert again.describe() == lm.describe()

    def test_description_holds_no_secret(self) -> None:
        """`describe` ends up in saved programs, so it never holds a key."""
        described = self._with_secret().describe()
        assert _CANARY not in repr(described), f"describe() tells the value of {self.secret_option!r}"

    def test_repr_holds_no_secret(self) -> None:
        """`repr` ends up in logs, so it never holds a key."""
        assert _CANARY not in repr(self._with_secret()), f"repr() tells the value of {self.secret_option!r}"

    def test_failures_are_lm_errors(self) -> None:
        """A call that fails raises an LMError that says which provider and model."""
        with pytest.raises(LMError) as caught:
            self.provoke()
        name = type(caught.value).__name__
        assert caught.value.provider, f"the {name} does not say which provider failed: set provider="
        assert caught.value.model, f"the {name} does not say which model failed: set model="

    def _with_secret(self) -> weft.LM:
        if not self.secret_option:
            pytest.skip("secret_option names no option")
        return self.make(**{self.secret_option: _CANARY})
