"""One connection of a client: reads requests, hands them to the service, sends what it answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from . import wire
from .control import PREFIX, control
from .delivery import Reply, deliver
from .faults import Fault

if TYPE_CHECKING:
    from .service import Service

NO_FAULT = Fault()


class Connection(asyncio.Protocol):
    """Answers one request after the other; one that nothing delays or damages goes out without a task."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._was_told_to_continue = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._service.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.connections.remove(self)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._serve()

    def _serve(self) -> None:
        while self._task is None and not self.transport.is_closing():
            http = self._next_request()
            if http is None:
                return
            self._answer(http)

    def _next_request(self) -> wire.Incoming | None:
        try:
            read = wire.read_request(self._buffer)
        except ValueError as error:
            self._refuse(str(error))
            return None
        if read is None:
            self._let_continue()
            return None
        self._was_told_to_continue = False
        del self._buffer[: read[1]]
        return read[0]

    def _let_continue(self) -> None:
        if not self._was_told_to_continue and wire.wants_continue(self._buffer):
            self._was_told_to_continue = True
            self.transport.write(wire.CONTINUE)

    def _refuse(self, message: str) -> None:
        body = message.encode()
        self.transport.write(wire.head(400, [("connection", "close")], "text/plain", len(body)) + body)
        self.transport.close()

    def _answer(self, http: wire.Incoming) -> None:
        if http.path.startswith(PREFIX):
            self._service.connections.ignore(self)
            self._send(http, control(self._service, http))
            return
        reply = self._service.serve(http)
        latency = self._service.settings.latency
        if latency or not (reply.fault is None or reply.fault.is_plain):
            self._task = asyncio.get_running_loop().create_task(self._deliver(http, reply, latency))
        else:
            self._send(http, reply)

    def _send(self, http: wire.Incoming, reply: Reply) -> None:
        self.transport.write(reply.whole())
        self._service.finished(reply, "answered")
        if http.is_last:
            self.transport.close()

    async def _deliver(self, http: wire.Incoming, reply: Reply, latency: float) -> None:
        fault = reply.fault or NO_FAULT
        try:
            goes_on = await deliver(self.transport, reply, fault, latency)
        except asyncio.CancelledError:  # the client has gone, or the server stops: nobody waits for this task
            self._service.finished(reply, "aborted")
            return
        self._service.finished(reply, "damaged" if fault.damages else "answered")
        self._task = None
        if http.is_last or not goes_on:
            self.transport.close()
        self._serve()
