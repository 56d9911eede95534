"""Budgets: caps on what may be spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Literal


class Budget(NamedTuple):
    """A cap on what may be spent. Nothing is sent beyond it.

    What a failed call may have cost counts as spent, because the server does not tell.

        Kakiyo(budget=500)  # in this client's life
        Kakiyo(budget=[Budget(500, per="day"), Budget(2_000, per="ever", tag="spring")])
    """

    cap: int
    """Credits that may be spent. A cap of 0 refuses every call that costs something."""
    per: Literal["day", "month", "ever", "client"] = "client"
    """A day or calendar month in UTC, all time, or the life of this client and its copies."""
    tag: str | None = None
    """Counts only calls with this tag."""
    job: str | None = None
    """Counts only calls of this job."""


def written_budget(budget: object) -> object:
    """The option `budget` of a client in any of its forms; the core judges it."""
    if isinstance(budget, Budget):
        return _given(budget._asdict())
    if isinstance(budget, Mapping):
        return _given(budget)
    if isinstance(budget, Iterable) and not isinstance(budget, (str, bytes)):
        return [written_budget(one) for one in budget]
    return budget


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
