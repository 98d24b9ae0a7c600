"""From a request to a reply: who answers, key, limits, faults, answer, count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import wire
from .answering import AnswerSource, Counter, as_sent, prompt_tokens
from .bodies import Body, decoded
from .books import Books, End, Exchange, Tally
from .connections import Connections
from .contract import Endpoint, Made, Vendor
from .delivery import Reply
from .faults import Fault, FaultPlan
from .gate import Gate
from .problems import Problem, problem_of
from .records import Usage
from .routing import VENDORS, Router, vendor_of
from .shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .records import Received
    from .routes import Found
    from .settings import Options, Settings

ALL = ("answer", "faults", "limits", "flavour")
BROKEN_STREAM = Problem(500, "The server had an error while processing your request.")


class Service:
    """Answers requests as the settings say; used by the server's thread alone."""

    def __init__(self, settings: Settings, keep: int) -> None:
        self.books = Books(keep)
        self.connections = Connections()
        self.failures: list[Exception] = []
        self.is_stopping = False
        self.shelf = Shelf()
        self.trained: set[str] = set()
        self._counter = Counter()
        self.settings = settings
        self._begin(ALL)

    def change(self, options: Options) -> None:
        """Behave in another way from now on; scripts and limits that are not given go on where they are.

        Raises:
            TypeError: there is no such option.
        """
        self.settings = replace(self.settings, **options)
        self._begin(options.keys())

    def _begin(self, changed: Collection[str]) -> None:
        settings = self.settings
        if "answer" in changed:
            self._source = AnswerSource(settings.answer)
        if "faults" in changed:
            self._plan = FaultPlan(settings.faults)
        if "limits" in changed:
            self._gate = Gate(settings)
        if "flavour" in changed:
            self._router = Router(settings.flavour)

    def reset(self) -> None:
        """Forget what came; scripts begin anew, limits are full, files and batches are gone."""
        self.books.reset()
        self.connections.reset()
        self.failures.clear()
        self.shelf = Shelf()
        self.trained.clear()
        self._counter = Counter()
        self._begin(ALL)

    @property
    def tally(self) -> Tally:
        """The sums as they are now."""
        return self.books.tally(self.connections)

    def serve(self, http: wire.Incoming) -> Reply:
        """Return the reply to a request, and the fault that its delivery has to put in."""
        exchange = self.books.begin(http)
        fault = self._plan.next()
        exchange.fault = fault.kind if fault is not None else ""
        found = self._router.find(http)
        vendor = vendor_of(http) if found is None else found[0].vendor
        try:
            reply = self._reply(exchange, found, vendor, fault)
        except Problem as problem:
            self.books.limited += problem.refusal is not None
            reply = self._error(exchange, vendor, problem)
        except Exception as error:  # noqa: BLE001 - the test's own answer function failed; its test is told at the end
            self.failures.append(error)
            reply = self._error(exchange, vendor, Problem(500, f"The answer function raised {error!r}."))
        reply.fault, reply.exchange = fault, exchange
        return reply

    def finished(self, reply: Reply, end: End) -> None:
        """Note how a delivery ended."""
        exchange = reply.exchange
        if exchange is not None:
            exchange.status = reply.status if reply.has_begun else 0
            self.books.finish(exchange, "stopped" if end == "aborted" and self.is_stopping else end)

    def complete(self, endpoint: Endpoint, received: Received, fault: Fault | None = None) -> Made:
        """Return the answers to a request for a model, charged and counted; batches come here as well.

        Raises:
            Problem: the request is refused.
        """
        settings = self.settings
        prompt = prompt_tokens(received, settings.count_tokens)
        self._check_model(received)
        self._check_window(prompt)
        if not endpoint.answers:
            return Made(received, (), Usage(prompt), settings)
        answers = [as_sent(answer, received, fault) for answer in self._source.take(received)]
        usage = self._counter.usage(received, answers, settings.count_tokens)
        if fault is not None and fault.kind == "empty":
            answers = []
        return Made(received, answers, usage, settings, fault is not None and fault.kind == "shuffled_tools")

    def run_line(self, endpoint: Endpoint, http: wire.Incoming, body: Body) -> tuple[int, Any]:
        """Return status and JSON of one request of a batch; limits and faults leave batches alone."""
        number = self.shelf.next_line()
        try:
            made = self.complete(endpoint, endpoint.read(number, http, body, {}))
        except Problem as problem:
            return endpoint.vendor.status(problem), endpoint.vendor.error(problem, number)
        self.books.usage += made.usage
        return 200, endpoint.whole(made)

    def _reply(self, exchange: Exchange, found: Found | None, vendor: Vendor, fault: Fault | None) -> Reply:
        self._check_key(vendor, exchange.http)
        if found is None:
            raise Problem(404, f"Unknown request URL: {exchange.http.method} {exchange.http.path}.")
        handler, names = found
        if isinstance(handler, Endpoint):
            return self._call(handler, exchange, names, fault)
        self._put_in(fault)
        content = handler.respond(self, exchange.http, names)
        headers = vendor.headers(exchange.number)
        if isinstance(content, bytes):
            return Reply(200, headers, content, content_type="application/octet-stream")
        return Reply(200, headers, wire.json_bytes(content))

    def _call(self, endpoint: Endpoint, exchange: Exchange, names: Mapping[str, str], fault: Fault | None) -> Reply:
        http = exchange.http
        received = exchange.received = endpoint.read(exchange.number, http, decoded(http.body), names)
        self._gate.admit(received, self.books.in_flight)
        self._put_in(fault)
        made = self.complete(endpoint, received, fault)
        exchange.usage = made.usage
        self._gate.charge(received, made.usage)
        headers = self._headers(endpoint.vendor, exchange.number)
        if not received.stream:
            return Reply(200, headers, wire.json_bytes(endpoint.whole(made)))
        error = endpoint.error_event(BROKEN_STREAM)
        return Reply(200, headers, events=endpoint.events(made), error_event=error)

    def _error(self, exchange: Exchange, vendor: Vendor, problem: Problem) -> Reply:
        headers = [*self._headers(vendor, exchange.number), *vendor.retry_headers(problem)]
        return Reply(vendor.status(problem), headers, wire.json_bytes(vendor.error(problem, exchange.number)))

    def _headers(self, vendor: Vendor, number: int) -> list[tuple[str, str]]:
        return [*vendor.headers(number), *self._gate.headers(vendor, VENDORS)]

    def _check_key(self, vendor: Vendor, http: wire.Incoming) -> None:
        if self.settings.key is not None and vendor.key(http) != self.settings.key:
            raise vendor.refused_key(vendor.key(http))

    def _check_model(self, received: Received) -> None:
        models = self.settings.models
        if models is not None and received.model not in models and received.model not in self.trained:
            raise Problem(404, f"The model `{received.model}` does not exist or you do not have access to it.")

    def _check_window(self, prompt: int) -> None:
        window = self.settings.context_window
        if window is not None and prompt > window:
            raise Problem(400, "", topic="context_overflow", prompt=prompt, window=window)

    def _put_in(self, fault: Fault | None) -> None:
        problem = problem_of(fault) if fault is not None else None
        if problem is not None:
            raise problem
