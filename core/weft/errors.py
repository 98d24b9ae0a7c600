"""Every exception weft raises, in one tree.

WeftError
├── SettingsError (ValueError)         an unknown or badly typed setting
├── OptionError (TypeError)            an unknown option of a call, class or plugin
│   └── FilterError                    a filter that is none, or that a retriever cannot apply
├── SignatureError (ValueError)        a signature that is declared wrongly
├── InputError (TypeError)             a call whose inputs do not fit the signature
├── DataError (ValueError)             an example, data set or data file that cannot be used
├── StateError (ValueError)            saved state or a slot that does not fit the program
├── SyncInAsyncError (RuntimeError)    a blocking call on weft's own event loop
├── NotConfiguredError (RuntimeError)  no LM (or other part) was given where one is needed
├── EvaluationError                    an evaluation with too many failures
├── BudgetExceeded                     a budget was spent before the work was done
├── EstimateError                      an estimate that only a paid call could complete
├── JournalError (OSError)             a journal that cannot be used
├── InterpreterError (RuntimeError)    code cannot be run apart: the sandbox is missing or dead
├── CodeError (RuntimeError)           the code that a model wrote failed again and again
├── ParseError (ValueError)            an answer from which the fields cannot be read
│   └── TruncatedAnswer                one that was cut off at its length limit
├── CheckFailed (AssertionError)       an answer that does not pass a check of the program
├── ToolError (TypeError)              something that cannot be a tool, or be used as one
├── ToolTimeoutError (TimeoutError)    a tool that gave no answer in time
├── PluginError
│   ├── InvalidRef (ValueError)        a reference not of the form "provider/name"
│   ├── PluginNotFound (LookupError)   nothing installed provides the name
│   ├── PluginConflict                 several distributions provide the name
│   ├── PluginBlocked                  the settings forbid the only provider
│   ├── PluginIncompatible             the plugin speaks another contract version
│   ├── PluginLoadError (ImportError)  the plugin's code raised while loading
│   └── PluginContractError (TypeError) the plugin does not keep its contract
├── RMError                            a call to a retriever failed
│   ├── CollectionNotFound (LookupError) there is no such collection
│   ├── DimensionError (ValueError)    vectors of another length than the collection has
│   ├── RMTransportError (ConnectionError) the store cannot be reached
│   └── IndexingError                  not all passages were written; it says which were
└── LMError                            a call to a model failed
    ├── LMTransportError               the connection broke
    │   └── LMNotRunningError          no server runs at an address of this machine
    ├── LMTimeoutError (TimeoutError)  no answer in time
    ├── LMAuthError                    the key is missing or refused
    ├── LMBillingError                 no credit left
    ├── LMRateLimitError               too many requests or tokens
    ├── LMServerError                  the provider failed
    ├── LMContentFilterError           the provider refused the content
    └── LMInvalidRequestError          the request itself is wrong
        ├── ContextWindowExceeded      the prompt is too long for the model
        └── UnsupportedModelError      the provider does not have the model
"""

from __future__ import annotations

from .secrets import without_secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, ClassVar


class WeftError(Exception):
    """Base of every exception that weft raises on purpose."""


class SettingsError(WeftError, ValueError):
    """A setting is unknown, or its value has the wrong type."""


class OptionError(WeftError, TypeError):
    """A call, class or plugin was given an option it does not have."""


class FilterError(OptionError):
    """A filter is none, or asks for what the retriever cannot do."""


class SignatureError(WeftError, ValueError):
    """A signature is declared wrongly."""


class InputError(WeftError, TypeError):
    """The inputs of a call do not fit the signature."""


class DataError(WeftError, ValueError):
    """An example, a data set or a data file cannot be used."""


class StateError(WeftError, ValueError):
    """Saved state, or the address of a slot, does not fit the program."""


class SyncInAsyncError(WeftError, RuntimeError):
    """A blocking call was made on the event loop that would have to answer it."""


class NotConfiguredError(WeftError, RuntimeError):
    """A part that the call needs (usually the LM) was never given."""


class EvaluationError(WeftError):
    """An evaluation stopped because too many examples failed."""


class BudgetExceeded(WeftError):
    """A budget was spent before the work was done.

    Attributes:
        budget: the budget that has no room.
    """

    def __init__(self, message: str, *, budget: Any = None) -> None:
        super().__init__(message)
        self.budget = budget


class EstimateError(WeftError):
    """An estimate cannot be completed without a call that would be paid for."""


class JournalError(WeftError, OSError):
    """A journal cannot be read or written, is damaged, or is in use by another run."""


class InterpreterError(WeftError, RuntimeError):
    """Code cannot be run: the sandbox is missing, not permitted here, or dead; never what the code does wrong."""


class CodeError(WeftError, RuntimeError):
    """The code that a model wrote failed again and again.

    Attributes:
        code: the last code.
        problem: what came of it.
    """

    def __init__(self, message: str, *, code: str = "", problem: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.problem = problem


class ParseError(WeftError, ValueError):
    """The declared fields cannot be read from a model's answer.

    Attributes:
        raw: the answer as the model gave it.
        fields: the values that could be read, by field name.
        problem: what is wrong, in a sentence or two.
        problems: what is wrong with each field that could not be read, by field name.
    """

    def __init__(
        self,
        problem: str,
        *,
        raw: str,
        fields: Mapping[str, Any] | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = problem
        self.raw = raw
        self.fields = dict(fields or {})
        self.problems = dict(problems or {})
        super().__init__(f"{problem} The model answered: {_shortened(raw)}")


class TruncatedAnswer(ParseError):
    """An answer reached its length limit before all of its fields were whole."""


class CheckFailed(WeftError, AssertionError):
    """An answer does not pass a check, and its step is not asked again.

    Attributes:
        message: what is wrong, as the check says it.
        records: what failed for the step's answers, a `CheckRecord` each; the first answer's first.
        step: the path of the step; empty where the check is about no step.
        answer: what the step answered last, by field.
        attempts: how often the step was asked.
    """

    def __init__(self, message: str, *, records: Sequence[Any] = ()) -> None:
        self.message = message
        self.records = tuple(records)
        last = self.records[-1] if self.records else None
        self.step: str = last.path if last else ""
        self.answer: Mapping[str, Any] = last.answer if last else {}
        self.attempts: int = last.attempt if last else 0
        asked = "once" if self.attempts == 1 else f"{self.attempts} times"
        answered = ", ".join(f"{name}={value!r}" for name, value in self.answer.items())
        told = f" The step {self.step!r} was asked {asked}; it answered last: {_cut(answered)}" if last else ""
        super().__init__(f"{message}{told}")


class ToolError(WeftError, TypeError):
    """Something cannot be a tool, or cannot be used as one."""


class ToolTimeoutError(WeftError, TimeoutError):
    """A tool gave no answer in time."""


class PluginError(WeftError):
    """A plugin could not be found, loaded or trusted."""


class InvalidRef(PluginError, ValueError):
    """A reference is not of the form ``provider/name``."""


class PluginNotFound(PluginError, LookupError):
    """Nothing installed provides the name."""


class PluginConflict(PluginError):
    """Several installed distributions provide the same name."""


class PluginBlocked(PluginError):
    """The settings forbid the only distribution that provides the name."""


class PluginIncompatible(PluginError):
    """The plugin was written for another major version of the contract."""


class PluginLoadError(PluginError, ImportError):
    """The plugin's code raised while it was loaded or asked for an object."""


class PluginContractError(PluginError, TypeError):
    """The plugin does not keep the contract it was loaded for."""


class RMError(WeftError):
    """A call to a retriever failed."""

    def __init__(self, message: str) -> None:
        super().__init__(without_secrets(message))


class CollectionNotFound(RMError, LookupError):
    """The store has no collection of that name."""


class DimensionError(RMError, ValueError):
    """The vectors have another length than those of the collection."""


class RMTransportError(RMError, ConnectionError):
    """The store cannot be reached, or the connection broke."""


class IndexingError(RMError):
    """Not all passages were written. To index the same passages again is safe: what is there is replaced.

    Attributes:
        written: ids of the passages that are there for certain.
        failed: what is wrong with those that the store refused, by id; empty where the store failed as a whole.
    """

    def __init__(self, message: str, *, written: Sequence[str] = (), failed: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.written = tuple(written)
        self.failed = dict(failed or {})


class LMError(WeftError):
    """A call to a language model failed.

    Attributes:
        provider: the provider's name, such as ``openai``.
        model: the model's name as the provider knows it.
        status: the HTTP status, where there was one.
        retry_after: seconds the provider asks to wait, where it says so.
        request_id: the provider's id of the request, where it gives one.
        usage: what the attempt spent, where the provider says so.
        limits: what the provider reported of its rate limits, where it did.
        retryable: whether the same call may succeed when it is made again; of the class.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        usage: Any = None,
        limits: Any = None,
    ) -> None:
        super().__init__(without_secrets(message))
        self.provider = provider
        self.model = model
        self.status = status
        self.retry_after = retry_after
        self.request_id = request_id
        self.usage = usage
        self.limits = limits


class LMTransportError(LMError):
    """The connection to the provider failed or broke."""

    retryable = True


class LMNotRunningError(LMTransportError):
    """The provider is a server of this machine, and has not been started: there is nothing to wait for."""

    retryable = False


class LMTimeoutError(LMError, TimeoutError):
    """The provider did not answer in time."""

    retryable = True


class LMAuthError(LMError):
    """The key is missing, wrong or not allowed to use the model."""


class LMBillingError(LMError):
    """The account has no credit left."""


class LMRateLimitError(LMError):
    """The provider received too many requests or tokens."""

    retryable = True


class LMServerError(LMError):
    """The provider failed while it handled the request."""

    retryable = True


class LMContentFilterError(LMError):
    """The provider refused the content of the request or of the answer."""


class LMInvalidRequestError(LMError):
    """The provider cannot accept the request as it is."""


class ContextWindowExceeded(LMInvalidRequestError):
    """The prompt does not fit the model's context window.

    Attributes:
        tokens: the prompt's tokens, where the provider tells; otherwise as weft counts them, or None.
        window: the context window in tokens, where it is known.
        parts: the prompt's pieces with their tokens, where weft found out before the call.
    """

    def __init__(
        self,
        message: str,
        *,
        tokens: int | None = None,
        window: int | None = None,
        parts: Sequence[Any] = (),
        **details: Any,
    ) -> None:
        super().__init__(message, **details)
        self.tokens = tokens
        self.window = window
        self.parts = tuple(parts)


class UnsupportedModelError(LMInvalidRequestError):
    """The provider does not have the model."""


def _shortened(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
