"""What all clients share: how they are opened, copied and shown, and raw calls on their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kakiyo._budget import written_budget
from kakiyo._caller import Bridged
from kakiyo._inputs import encoded
from kakiyo._limits import written_limits
from kakiyo._names import camel_case
from kakiyo._native import Client
from kakiyo._options import written
from kakiyo.errors import ConfigError, InvalidRequestError

if TYPE_CHECKING:
    from typing import ClassVar

    from typing_extensions import Self, Unpack

    from kakiyo._caller import Caller
    from kakiyo._options import DefaultOptions


class ClientBase(Bridged):
    """A client of either service, sync or async."""

    __slots__ = ()

    #: The methods of the sync client.
    _operations: ClassVar[type[Caller]]

    def _open(self, service: str, **options: Any) -> None:
        """Opens the native client; options that are `None` are left out."""
        on_warning = _listener("onWarning", options.pop("on_warning"))
        on_event = _listener("onEvent", options.pop("on_event"))
        options["limits"] = written_limits(options["limits"])
        options["budget"] = written_budget(options["budget"])
        options["store"] = written_store(options["store"])
        key = options.pop("api_key") if callable(options["api_key"]) else None
        text = written(options, ConfigError) or "{}"
        self._native = Client(service, text, key, on_warning, on_event)

    def with_options(self, **options: Unpack[DefaultOptions]) -> Self:
        """Gives a copy with other defaults; connections, quota and key are shared."""
        copy = object.__new__(type(self))
        copy._native = self._native.with_options(written(options, InvalidRequestError))
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _listener(field: str, listener: Any) -> Any:
    if listener is None or callable(listener):
        return listener
    rule = f"expected a callable, not {type(listener).__name__}"
    raise ConfigError(f"{field}: {rule}", details=[(field, rule)])


def written_store(store: object) -> object:
    """The option `store` of a client in any of its forms; the core judges it."""
    if isinstance(store, Mapping):
        return {camel_case(str(name)): value for name, value in store.items()}
    return store


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
