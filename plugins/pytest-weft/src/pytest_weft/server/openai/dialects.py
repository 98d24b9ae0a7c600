"""How servers that are compatible with OpenAI report errors: each in its own way, and each prompt that is too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .vendor import OPENAI, OpenAI

if TYPE_CHECKING:
    from ..contract import Vendor
    from ..problems import Problem
    from ..settings import Flavour


class LlamaCpp(OpenAI):
    """llama-server: a numeric code, and the numbers of an overflow as fields."""

    name = "llamacpp"

    def error(self, problem: Problem, number: int) -> Any:
        if problem.topic == "context_overflow":
            message = problem.message or "the request exceeds the available context size, try increasing it"
            sizes = {"n_prompt_tokens": problem.prompt, "n_ctx": problem.window}
            return {"error": {"code": 400, "message": message, "type": "exceed_context_size_error", **sizes}}
        kinds = {401: "authentication_error", 404: "not_found_error", 503: "unavailable_error"}
        default = "server_error" if problem.status >= 500 else "invalid_request_error"
        kind = kinds.get(problem.status, default)
        return {"error": {"code": problem.status, "message": problem.message, "type": kind}}


class Vllm(OpenAI):
    """vLLM and SGLang: Python's names of errors."""

    name = "vllm"

    def error(self, problem: Problem, number: int) -> Any:
        kinds = {401: "AuthenticationError", 404: "NotFoundError", 429: "RateLimitError"}
        kind = kinds.get(problem.status, "InternalServerError" if problem.status >= 500 else "BadRequestError")
        message = problem.message
        if problem.topic == "context_overflow" and not message:
            message = (
                f"This model's maximum context length is {problem.window} tokens. However, your request has "
                f"{problem.prompt} input tokens. Please reduce the length of the input messages."
            )
        return {"error": {"message": message, "type": kind, "param": None, "code": problem.status}}


class Sglang(Vllm):
    """SGLang: the fields of vLLM without the object around them."""

    name = "sglang"

    def error(self, problem: Problem, number: int) -> Any:
        error = super().error(problem, number)["error"]
        if problem.topic == "context_overflow" and not problem.message:
            sizes = f"The input ({problem.prompt} tokens) is longer than the model's context length"
            error["message"] = f"{sizes} ({problem.window} tokens)."
        return {"object": "error", **error}


class Tgi(OpenAI):
    """TGI: the error is a text, and what does not fit is a 422."""

    name = "tgi"

    def status(self, problem: Problem) -> int:
        return 422 if problem.topic == "context_overflow" else problem.status

    def error(self, problem: Problem, number: int) -> Any:
        if problem.topic == "context_overflow":
            message = problem.message or (
                f"Input validation error: `inputs` must have less than {problem.window} tokens. Given: {problem.prompt}"
            )
            return {"error": message, "error_type": "validation"}
        kind = "overloaded" if problem.status == 429 else "generation" if problem.status >= 500 else "validation"
        return {"error": problem.message, "error_type": kind}


class LmStudio(OpenAI):
    """LM Studio: the error is a text."""

    name = "lmstudio"

    def error(self, problem: Problem, number: int) -> Any:
        if problem.topic == "context_overflow" and not problem.message:
            kept = f"Trying to keep the first {problem.prompt} tokens when context the overflows."
            loaded = f"However, the model is loaded with context length of only {problem.window} tokens."
            return {"error": f"{kept} {loaded}"}
        return {"error": problem.message}


class Ollama(OpenAI):
    """Ollama's native paths: the error is a text."""

    name = "ollama"

    def error(self, problem: Problem, number: int) -> Any:
        return {"error": problem.message}


OLLAMA = Ollama()
DIALECTS: dict[Flavour, Vendor] = {
    "llamacpp": LlamaCpp(), "vllm": Vllm(), "sglang": Sglang(), "tgi": Tgi(), "lmstudio": LmStudio(),
}  # fmt: skip


def dialect_of(flavour: Flavour) -> Vendor:
    """Return how a flavour reports errors under OpenAI's paths."""
    return DIALECTS.get(flavour, OPENAI)
