"""Events: what a client says while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Event(NamedTuple):
    """Something that a client says while it works; printed it is its message."""

    kind: str
    """What it is about: `waiting`, `tiered`, `restrained`, `budget`, `out_of_credits`,
    `credits_back`, `store`; more may come."""
    message: str
    """In words, one line."""
    operation: str | None
    """The operation whose call brought it about."""
    details: Mapping[str, Any]
    """What is known besides: `seconds` of a wait; `group` and `foreign` calls of a restraint;
    `on`, `per`, `percent`, `spent` and `cap` of a budget."""

    def __str__(self) -> str:
        """The message."""
        return self.message
