"""How resources and clients make calls: the only way from the façade to the native half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from kakiyo._inputs import encoded
from kakiyo._options import written
from kakiyo._paginator import AsyncPaginator, Paginator
from kakiyo._warnings import settled
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kakiyo._native import Client, Model, Rows
    from kakiyo._options import CallOptions, PageOptions

_M = TypeVar("_M", bound="Model")


def _written(options: CallOptions) -> str:
    return written(options, InvalidRequestError) if options else ""


class Bridged:
    """What makes its calls through a native client."""

    __slots__ = ("_native",)

    def __init__(self, native: Client) -> None:
        self._native = native


class Caller(Bridged):
    """Makes calls and waits for them on this thread."""

    __slots__ = ()

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


class AsyncCaller(Bridged):
    """Makes calls and awaits them on the running event loop."""

    __slots__ = ()

    async def _call(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> _M:
        call = self._native.start_call(operation, encoded(arguments, operation), _written(options))
        result: _M = await settled(call, self._native)
        return result

    async def _call_list(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: CallOptions
    ) -> Rows[_M]:
        call = self._native.start_call(operation, encoded(arguments, operation), _written(options))
        result: Rows[_M] = await settled(call, self._native)
        return result

    def _paginate(
        self, _model: type[_M], operation: str, arguments: Mapping[str, Any], options: PageOptions
    ) -> AsyncPaginator[_M]:
        return AsyncPaginator(self._native, operation, encoded(arguments, operation), options)
