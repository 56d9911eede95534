"""What all clients share: how they are opened, copied and shown, and raw calls on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kakiyo._caller import Bridged
from kakiyo._inputs import encoded
from kakiyo._limits import written_limits
from kakiyo._native import Client
from kakiyo._options import written
from kakiyo.errors import ConfigError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self, Unpack

    from kakiyo._options import DefaultOptions


class ClientBase(Bridged):
    """A client of either service, sync or async."""

    __slots__ = ()

    def _open(self, service: str, **options: Any) -> None:
        """Opens the native client; options that are `None` are left out."""
        on_warning = options.pop("on_warning")
        if on_warning is not None and not callable(on_warning):
            rule = f"expected a callable, not {type(on_warning).__name__}"
            raise ConfigError(f"onWarning: {rule}", details=[("onWarning", rule)])
        options["limits"] = written_limits(options["limits"])
        key = options.pop("api_key") if callable(options["api_key"]) else None
        self._native = Client(service, written(options, ConfigError) or "{}", key, on_warning)

    def with_options(self, **options: Unpack[DefaultOptions]) -> Self:
        """Gives a copy with other defaults; connections, quota and key are shared."""
        copy = object.__new__(type(self))
        copy._native = self._native.with_options(written(options, InvalidRequestError))
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


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
