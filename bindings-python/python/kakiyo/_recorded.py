"""Calls written down instead of made: what is to be explained goes through the same methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kakiyo._options import written
from kakiyo._paginator import Paginator
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kakiyo._caller import Caller
    from kakiyo._native import Client


class Recorded(NamedTuple):
    """A call as it would cross to the core: arguments and options are JSON."""

    operation: str
    arguments: bytes
    options: str


class _Recorder:
    """Stands in for the native client."""

    def call(self, operation: str, arguments: bytes, options: str) -> Recorded:
        return Recorded(operation, arguments, options)


def recorded(
    operations: type[Caller],
    operation: str,
    arguments: tuple[Any, ...],
    options: Mapping[str, Any],
) -> Recorded:
    """What the method of an operation would ask of the core.

    Args:
        operations: The methods of a sync client.
        operation: Such as `prospects.list`.
        arguments: Positional arguments of the method.
        options: Keyword arguments of the method, options of the call included.
    """
    method: Any = operations(cast("Client", _Recorder()))
    for name in str(operation).split("."):
        method = None if name.startswith("_") else getattr(method, name, None)
    if not callable(method):
        # There is no such method: the core says so.
        return Recorded(str(operation), b"", "")
    call = method(*arguments, **options)
    if isinstance(call, Paginator):
        text = written(call._options, InvalidRequestError)
        return Recorded(call._operation, call._arguments, text)
    return cast("Recorded", call)
