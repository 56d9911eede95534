"""Where events go: to Python's logging in any case, and to the user's function."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from kakiyo._events import Event

if TYPE_CHECKING:
    from collections.abc import Callable

_LOGGER = logging.getLogger("kakiyo.quota")


def emit(
    on_event: Callable[[Event], object] | None,
    is_warning: bool,
    fields: tuple[str, str, str | None, dict[str, Any]],
) -> None:
    """Logs an event and gives it to the user's function; the bridge calls it."""
    event = Event(*fields)
    _LOGGER.log(logging.WARNING if is_warning else logging.INFO, "%s", event.message)
    if on_event is not None:
        on_event(event)
