"""How resources and clients make calls: the only way from the façade to the native half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from kakiyo._inputs import encoded
from kakiyo._options import written
from kakiyo._paginator import AsyncPaginator, Paginator
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kakiyo._native import Client, Model, Rows
    from kakiyo._options import CallOptions, PageOptions

_M = TypeVar("_M", bound="Model")


def _written(options: CallOptions) -> str:
    return written(options, InvalidRequestError) if options else ""


class Caller:
    """Makes calls and waits for them on this thread."""

    __slots__ = ("_native",)

    def __init__(self, native: Client) -> None:
        self._native = native

    def _call(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> _M:
        result: _M = self._native.call(operation, encoded(arguments, operation), _written(options))
        return result

    def _call_list(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> Rows[_M]:
        result: Rows[_M] = self._native.call(
            operation, encoded(arguments, operation), _written(options)
        )
        return result

    def _paginate(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: PageOptions
    ) -> Paginator[_M]:
        return Paginator(self._native, operation, encoded(arguments, operation), options)


class AsyncCaller:
    """Makes calls and awaits them on the running event loop."""

    __slots__ = ("_native",)

    def __init__(self, native: Client) -> None:
        self._native = native

    async def _call(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> _M:
        result: _M = await self._native.start_call(
            operation, encoded(arguments, operation), _written(options)
        )
        return result

    async def _call_list(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> Rows[_M]:
        result: Rows[_M] = await self._native.start_call(
            operation, encoded(arguments, operation), _written(options)
        )
        return result

    def _paginate(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: PageOptions
    ) -> AsyncPaginator[_M]:
        return AsyncPaginator(self._native, operation, encoded(arguments, operation), options)
