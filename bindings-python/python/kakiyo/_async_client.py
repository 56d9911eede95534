"""The asyncio client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kakiyo._base import open_client, raw_body, raw_query
from kakiyo._generated.async_resources import AsyncOperations
from kakiyo._options import written
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from os import PathLike
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from kakiyo._limits import Limits
    from kakiyo._native import RawResponse
    from kakiyo._options import CallOptions


class AsyncKakiyo(AsyncOperations):
    """The Kakiyo client for asyncio. Cancelling the task of a call cancels the call.

    Nothing is opened, started or sent before the first call.

    Args:
        api_key: The key, or a callable, plain or async, that gives it and is asked again once when
            the server refuses it. `KAKIYO_API_KEY` unless given.
        base_url: Address of the API, version included. `KAKIYO_BASE_URL`, then the vendor's,
            unless given.
        limits: `"auto"`, `"published"`, `"tiered"`, `"unlimited"`, a `Limits`, or a list of dicts
            (see `Limits.custom`).
        timeout: Seconds for one attempt; 30 unless given (120 for Do-Not-Contact batches).
        max_wait: Seconds that a call may wait for quota; no limit unless given.
        max_retries: Retries after the first attempt; 2 unless given.
        retry_delay: Seconds before the first retry, doubled each time; 1 unless given.
        connect_timeout: Seconds to make a connection; 10 unless given.
        check_key: Whether the length of the key is checked towards the vendor's own host.
        proxy: Proxy for all requests; the usual environment variables count unless given.
        ca_bundle: PEM file of certificate authorities to trust beside the bundled ones.
        client_cert: PEM file with a client certificate and its private key.
        user_agent: Text to put behind the library's own user agent.
        http2: Whether HTTP/2 is offered over TLS.
        extra_headers: Headers for every call.

    Raises:
        ConfigError: An option cannot be right.
    """

    __slots__ = ()

    def __init__(
        self,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        *,
        base_url: str | None = None,
        limits: str | Limits | Iterable[Mapping[str, Any]] | None = None,
        timeout: float | None = None,
        max_wait: float | None = None,
        max_retries: int | None = None,
        retry_delay: float | None = None,
        connect_timeout: float | None = None,
        check_key: bool | None = None,
        proxy: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
        client_cert: str | PathLike[str] | None = None,
        user_agent: str | None = None,
        http2: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            open_client(
                {
                    "api_key": api_key,
                    "base_url": base_url,
                    "limits": limits,
                    "timeout": timeout,
                    "max_wait": max_wait,
                    "max_retries": max_retries,
                    "retry_delay": retry_delay,
                    "connect_timeout": connect_timeout,
                    "check_key": check_key,
                    "proxy": proxy,
                    "ca_bundle": ca_bundle,
                    "client_cert": client_cert,
                    "user_agent": user_agent,
                    "http2": http2,
                    "extra_headers": extra_headers,
                }
            )
        )

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Gives a copy with other defaults; connections, quota and key are shared."""
        copy = object.__new__(type(self))
        copy._native = self._native.with_options(written(options, InvalidRequestError))
        return copy

    async def raw(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse:
        """Calls a route that this version does not know, under the same quota and retries.

        Args:
            method: HTTP method.
            path: Path below the base address, from the first slash on.
            query: Query pairs; `None` is left out.
            body: Anything that can be written as JSON.
            **options: Options of this call, see `CallOptions`.

        Returns:
            The untouched answer.

        Raises:
            KakiyoError: Any failure; its class tells the kind.
        """
        return await self._native.start_raw(
            method,
            path,
            raw_query(query),
            raw_body(body),
            written(options, InvalidRequestError),
        )

    async def close(self) -> None:
        """Closes the client; its connections go with its last copy."""
        self._native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
