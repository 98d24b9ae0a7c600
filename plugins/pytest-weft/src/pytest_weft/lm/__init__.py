"""The checks of the LM contract."""

from __future__ import annotations

from .accounts import AccountChecks
from .answers import AnswerChecks
from .batches import BatchChecks
from .calls import CallChecks
from .identity import IdentityChecks
from .limits import LimitChecks


class LMConformance(AnswerChecks, LimitChecks, CallChecks, AccountChecks, BatchChecks, IdentityChecks):
    """Derive a test class, say which model is meant, and describe it where checks cannot guess.

    Attributes:
        ref: the reference, such as ``acme/tiny``.
        options: keyword options of ``weft.LM(ref, **options)``.
        prompt: what most checks ask.
        long_prompt: a question with a long answer.
        least_max_tokens: the smallest ``max_tokens`` that the model takes.
        deterministic: whether equal requests at the defaults get equal answers.
        overflow: a text of at least one token, repeated to overflow a small context window; None: never try.
        largest_overflow: the largest context window that is overflowed.
        failing_options: options with which a call fails, such as a wrong key or an address where nobody answers.
        secret_option: the name of the option that takes a secret, such as ``api_key``.
        batch_seconds: how long a batch may take, of a model that takes batches; None: never wait for one.
        heavy: modules that must not be imported before the model is used, such as the vendor's SDK.

    Override `echo` for the checks that must know the answer, `provoke` where options alone cause no failure, and
    `make` for a class that no distribution offers.
    """
