"""What the sync clients are built on; their options are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kakiyo._base import ClientBase, raw_body, raw_query
from kakiyo._options import written
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from kakiyo._native import RawResponse
    from kakiyo._options import CallOptions


class SyncClient(ClientBase):
    """A client whose calls wait on the caller's thread."""

    __slots__ = ()

    def raw(
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
        return self._native.raw(
            method, path, raw_query(query), raw_body(body), written(options, InvalidRequestError)
        )

    def close(self) -> None:
        """Closes the client; its connections go with its last copy."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
