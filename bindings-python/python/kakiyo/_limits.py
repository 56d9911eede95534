"""The limits that a client keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kakiyo._names import camel_case

if TYPE_CHECKING:
    from typing_extensions import Self


class Limits:
    """Which limits a client keeps.

    `Limits.auto()` keeps the published limits until the server shows that it limits by tier.
    """

    __slots__ = ("_limits", "_preset", "_rule", "_window")

    def __init__(self, preset: str = "auto") -> None:
        self._preset = preset
        self._window: float | None = None
        self._rule: str | None = None
        self._limits: list[dict[str, Any]] = []

    @classmethod
    def auto(cls) -> Self:
        """Keeps the published limits until the server shows that it limits by tier."""
        return cls("auto")

    @classmethod
    def published(cls) -> Self:
        """Keeps the limit per operation that the service publishes."""
        return cls("published")

    @classmethod
    def tiered(cls) -> Self:
        """Keeps the limits per tier and team."""
        return cls("tiered")

    @classmethod
    def unlimited(cls) -> Self:
        """Keeps no limit."""
        return cls("unlimited")

    @classmethod
    def custom(cls, limits: Iterable[Mapping[str, Any]]) -> Self:
        """Keeps exactly these limits; all that match a call apply to it.

        Args:
            limits: Each a dict with `group` (`team`, `each_operation`, `operation:NAME`,
                `tier:low`, `shared:NAME`), `limit`, and where wanted `window` and `max_in_flight`
                in seconds, `max_concurrent`, the calls in flight at once, and `rule` (see
                `with_rule`).
        """
        made = cls("custom")
        made._limits = [dict(limit) for limit in limits]
        return made

    def with_window(self, seconds: float) -> Self:
        """The same preset with another window, so that tests can run short windows.

        Custom limits carry their own windows.
        """
        return self._changed(seconds, self._rule)

    def with_rule(self, rule: str) -> Self:
        """The same preset with another rule; custom limits carry their own.

        Args:
            rule: `"window"`, calls as fast as the limit allows; `"paced"`, evenly spaced, for
                servers that mind how close together calls come; `"serial"`, one at a time, each
                well after the answer to the one before.
        """
        return self._changed(self._window, rule)

    def _changed(self, window: float | None, rule: str | None) -> Self:
        made = type(self)(self._preset)
        made._limits, made._window, made._rule = self._limits, window, rule
        return made

    def __repr__(self) -> str:
        window = "" if self._window is None else f".with_window({self._window!r})"
        rule = "" if self._rule is None else f".with_rule({self._rule!r})"
        arguments = repr(self._limits) if self._preset == "custom" else ""
        return f"Limits.{self._preset}({arguments}){window}{rule}"

    def _written(self) -> object:
        """The form in which limits cross to the core."""
        if self._preset == "custom":
            return [
                {camel_case(str(name)): value for name, value in limit.items()}
                for limit in self._limits
            ]
        changes = {"window": self._window, "rule": self._rule}
        given = {name: value for name, value in changes.items() if value is not None}
        return {"preset": self._preset, **given} if given else self._preset


def written_limits(limits: object) -> object:
    """The option `limits` of a client, whatever form it was given in; the core judges it."""
    if isinstance(limits, Limits):
        return limits._written()
    if isinstance(limits, Iterable) and not isinstance(limits, (str, bytes, Mapping)):
        limits = list(limits)
        if all(isinstance(limit, Mapping) for limit in limits):
            return Limits.custom(limits)._written()
    return limits
