"""Arguments on their way to the native half: names of the API, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

from kakiyo.errors import InvalidRequestError

#: Members of an input whose name in the API differs, or that hold inputs themselves.
Names: TypeAlias = "Mapping[str, str | tuple[str, Names]]"


def renamed(value: object, names: Names) -> object:
    """The input, or the inputs, in the names of the API.

    What has no name here passes as it is: the core says what is wrong with it.
    """
    if isinstance(value, Mapping):
        return dict(_renamed_member(name, member, names) for name, member in value.items())
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [renamed(item, names) for item in value]
    return value


def _renamed_member(name: object, member: object, names: Names) -> tuple[object, object]:
    known = names.get(name) if isinstance(name, str) else None
    if known is None:
        return name, member
    if isinstance(known, str):
        return known, member
    wire, inner = known
    return wire, renamed(member, inner)


def encoded(arguments: Mapping[str, object], operation: str) -> bytes:
    """Arguments as JSON; those that are `None` are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    if not given:
        return b""
    try:
        return json.dumps(given, default=_plain, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequestError(
            f"arguments: {error}", operation=operation, details=[("arguments", str(error))]
        ) from None


def _plain(value: Any) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
