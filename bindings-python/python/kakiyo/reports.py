"""What a client reports of quota and credits. Printed, each report is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Bounds(NamedTuple):
    """At least and at most; `max` is `None` where only the answers tell."""

    min: int
    max: int | None


class CreditRange(NamedTuple):
    """Credits as an interval: the server does not say whether a failed call is charged."""

    min: int
    max: int


class QuotaGroup(NamedTuple):
    """Calls that share a limit."""

    name: str
    """The operation, the shared quota, or `high tier`, `team` and the like."""
    limit: int
    """Calls allowed in a window."""
    window: float
    """The window in seconds."""
    held: int
    """Slots held: calls in flight, and calls answered within the window."""
    in_flight: int
    """Calls in flight."""
    paused_for: float
    """Seconds that the server's pause still lasts; 0 without one."""


class OutOfCredits(NamedTuple):
    """The server answered 402, and calls are refused until there are credits again."""

    since: float
    """Seconds since the server said so."""
    probe_in: float
    """Seconds until one call tries again."""


class BudgetReport(NamedTuple):
    """One budget and what is left of it."""

    on: str
    """Which calls it counts: `team`, `tag:spring`, `job:import-7`."""
    per: str
    """The time it counts: `day`, `month`, `ever` or `client`."""
    cap: int
    """How much may be spent."""
    spent: CreditRange
    """How much is spent; the upper bound counts."""
    reserved: int
    """Reserved by calls without an answer yet."""
    left: int
    """What can still be spent."""


class ExplainedCall(NamedTuple):
    """What one operation contributes to an explanation."""

    operation: str
    """The operation."""
    calls: Bounds
    """Calls without retries."""
    credits: Bounds
    """Credits without retries."""
    starts_in: float
    """Seconds until the first call can go."""
    ends_in: float
    """Seconds until the last of the least number of calls can go, if nobody else calls."""
    waits_for: str | None
    """What the last call waits for."""
    refused: str | None
    """Why the calls would be refused before anything is sent."""
    cheaper: str | None
    """A cheaper way to the same end."""


class Report:
    """The fields of a report and its table."""

    __slots__ = ("_fields", "_html", "_text")

    def __init__(self, fields: Mapping[str, Any], text: str, html: str) -> None:
        self._fields = fields
        self._text = text
        self._html = html

    def to_dict(self) -> dict[str, Any]:
        """Everything as a dict; times in seconds."""
        return dict(self._fields)

    def __str__(self) -> str:
        """The report as a table."""
        return self._text

    def __repr__(self) -> str:
        return f"<{type(self).__name__}\n{self._text}>"

    def _repr_html_(self) -> str:
        return self._html

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return type(self) is type(other) and self._fields == other._fields

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Report], tuple[Any, ...]]:
        return type(self), (self._fields, self._text, self._html)


class QuotaReport(Report):
    """The quota of the team as far as this client's store has seen it."""

    __slots__ = ()

    @property
    def store(self) -> str:
        """Where the record is kept, without secrets."""
        return str(self._fields["store"])

    @property
    def groups(self) -> tuple[QuotaGroup, ...]:
        """The groups that limited calls so far."""
        return tuple(
            QuotaGroup(
                group["name"],
                group["limit"],
                group["window"],
                group["held"],
                group["inFlight"],
                group["pausedFor"],
            )
            for group in self._fields["groups"]
        )

    @property
    def learned(self) -> tuple[str, ...]:
        """What was learned from the server, in words."""
        return tuple(self._fields["learned"])


class CreditsReport(Report):
    """What the team's clients have spent and may spend, as far as this library sends it.

    AI messages, webhooks and other tools spend out of its sight.
    """

    __slots__ = ()

    @property
    def day(self) -> str:
        """The day that counts as today, in UTC."""
        return str(self._fields["day"])

    @property
    def today(self) -> CreditRange:
        """Spent today."""
        return CreditRange(**self._fields["today"])

    @property
    def month(self) -> CreditRange:
        """Spent in this calendar month."""
        return CreditRange(**self._fields["month"])

    @property
    def ever(self) -> CreditRange:
        """Spent since the record began."""
        return CreditRange(**self._fields["ever"])

    @property
    def reserved(self) -> int:
        """Reserved by calls without an answer yet."""
        return int(self._fields["reserved"])

    @property
    def unknown(self) -> int:
        """The part of it that was left by processes that died; it counts as spent."""
        return int(self._fields["unknown"])

    @property
    def balance(self) -> int | None:
        """The balance as it was last declared; 0 after the server answered 402."""
        balance: int | None = self._fields["balance"]
        return balance

    @property
    def left(self) -> CreditRange | None:
        """What is left of the balance, unless somebody else spends."""
        left = self._fields["left"]
        return None if left is None else CreditRange(**left)

    @property
    def floor(self) -> int | None:
        """The balance below which only critical calls are sent."""
        floor: int | None = self._fields["floor"]
        return floor

    @property
    def out_of_credits(self) -> OutOfCredits | None:
        """Set while calls are refused because the server answered 402."""
        stop = self._fields["outOfCredits"]
        return None if stop is None else OutOfCredits(stop["since"], stop["probeIn"])

    @property
    def budgets(self) -> tuple[BudgetReport, ...]:
        """The budgets of this client."""
        return tuple(
            BudgetReport(
                budget["on"],
                budget["per"],
                budget["cap"],
                CreditRange(**budget["spent"]),
                budget["reserved"],
                budget["left"],
            )
            for budget in self._fields["budgets"]
        )

    @property
    def saved(self) -> dict[str, int]:
        """Credits that were not spent, by the reason."""
        return dict(self._fields["saved"])


class Explanation(Report):
    """What calls would cost and how long they would take."""

    __slots__ = ()

    @property
    def parts(self) -> tuple[ExplainedCall, ...]:
        """The parts, in the order in which they are made."""
        return tuple(
            ExplainedCall(
                part["operation"],
                Bounds(**part["calls"]),
                Bounds(**part["credits"]),
                part["startsIn"],
                part["endsIn"],
                part["waitsFor"],
                part["refused"],
                part["cheaper"],
            )
            for part in self._fields["parts"]
        )

    @property
    def calls(self) -> Bounds:
        """Calls of all parts, without retries."""
        return Bounds(**self._fields["calls"])

    @property
    def credits(self) -> Bounds:
        """Credits of all parts, without retries."""
        return Bounds(**self._fields["credits"])

    @property
    def ends_in(self) -> float:
        """Seconds until the earliest end of all parts."""
        return float(self._fields["endsIn"])
