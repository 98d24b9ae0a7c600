"""A channel to the server that reports failures at once.

By itself Weaviate's client tries a call again for up to a minute when nobody answers. Here the failure is weft's own
error, which the client lets through. It would cost five times as much to do this in an interceptor of gRPC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from weaviate.connect import ConnectionParams

if TYPE_CHECKING:
    from collections.abc import Callable


class PromptParams(ConnectionParams):
    """Where the server is, for the client; `failed` makes an exception of a failure and of the seconds allowed."""

    _failed: Any = None

    def telling(self, failed: Callable[[Any, float | None], Exception]) -> PromptParams:
        self._failed = failed
        return self

    def _grpc_channel(self, *args: Any, **kwargs: Any) -> Any:
        return _Channel(super()._grpc_channel(*args, **kwargs), self._failed)


class _Channel(grpc.Channel):
    """Another channel, but for what its calls of one request and one answer raise."""

    def __init__(self, channel: Any, failed: Callable[[Any, float | None], Exception]) -> None:
        self._channel = channel
        self._failed = failed

    def unary_unary(self, *args: Any, **kwargs: Any) -> Any:
        call, failed = self._channel.unary_unary(*args, **kwargs), self._failed

        def telling(request: Any, timeout: float | None = None, **options: Any) -> Any:
            try:
                return call(request, timeout=timeout, **options)
            except grpc.RpcError as error:
                raise failed(error, timeout) from error

        return telling

    def unary_stream(self, *args: Any, **kwargs: Any) -> Any:
        return self._channel.unary_stream(*args, **kwargs)

    def stream_unary(self, *args: Any, **kwargs: Any) -> Any:
        return self._channel.stream_unary(*args, **kwargs)

    def stream_stream(self, *args: Any, **kwargs: Any) -> Any:
        return self._channel.stream_stream(*args, **kwargs)

    def subscribe(self, *args: Any, **kwargs: Any) -> None:
        self._channel.subscribe(*args, **kwargs)

    def unsubscribe(self, *args: Any, **kwargs: Any) -> None:
        self._channel.unsubscribe(*args, **kwargs)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
