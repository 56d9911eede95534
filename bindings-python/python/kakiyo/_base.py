"""What both clients share: opening the native client, and raw calls on their way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kakiyo._inputs import encoded
from kakiyo._limits import written_limits
from kakiyo._native import Client
from kakiyo._options import written
from kakiyo.errors import ConfigError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


def open_client(options: Mapping[str, Any]) -> Client:
    """Opens a native client; options that are `None` are left out."""
    given = {**options, "limits": written_limits(options["limits"])}
    key = given.pop("api_key") if callable(options["api_key"]) else None
    return Client(written(given, ConfigError) or "{}", key)


def raw_query(query: Mapping[str, Any] | None) -> str:
    """The query of a raw call as JSON."""
    if query is None:
        return "{}"
    if not hasattr(query, "items"):
        rule = f"expected a mapping, not {type(query).__name__}"
        raise InvalidRequestError(f"query: {rule}", operation="raw", details=[("query", rule)])
    return encoded(query, "raw").decode() or "{}"


def raw_body(body: object) -> bytes | None:
    """A JSON body."""
    if body is None:
        return None
    # Encoded as a member, so that every value passes the same rules.
    return encoded({"": body}, "raw")[len('{"": ') : -1]
