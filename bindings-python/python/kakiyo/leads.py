"""Leads: what an import of a file would do, and who its rows are about. Nothing here is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kakiyo import _native
from kakiyo._inputs import encoded, renamed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from kakiyo._inputs import Names

_COLUMNS: Names = {
    "first_name": "firstName",
    "last_name": "lastName",
    "custom_data": "customData",
}


class Interval(NamedTuple):
    """At least and at most."""

    min: int
    max: int


class Lead(NamedTuple):
    """A person to be sent."""

    line: int
    """The line of the file on which the row begins."""
    name: str
    """The full name."""
    url: str
    """The canonical address, as it is sent."""
    custom_data: str | None
    """Text for the prospect's custom data, when `columns` asks for it."""


class Profile(NamedTuple):
    """A person of a list of addresses."""

    line: int
    """The line of the file on which the row begins."""
    url: str
    """The canonical address."""


class ProfileUrl(NamedTuple):
    """Who a profile address is about."""

    kind: Literal["slug", "member"]
    value: str
    url: str


class _Read:
    """The counts of a file, and its rows."""

    __slots__ = ("_content",)

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    @property
    def rows(self) -> int:
        """Rows of the file, without header and empty lines."""
        return int(self._content["rows"])

    @property
    def unique(self) -> int:
        """Different people."""
        return int(self._content["unique"])

    @property
    def duplicates(self) -> int:
        """Rows about people who are in the file already."""
        return int(self._content["duplicates"])

    @property
    def invalid(self) -> int:
        """Rows that cannot be used."""
        return int(self._content["invalid"])

    @property
    def invalid_reasons(self) -> dict[str, int]:
        """Invalid rows by reason."""
        return dict(self._content["invalidReasons"])

    @property
    def columns(self) -> dict[str, str | None]:
        """The columns in use, by their headers."""
        return dict(self._content["columns"])

    @property
    def duplicate_rows(self) -> list[dict[str, Any]]:
        """The rows behind `duplicates`."""
        return list(self._content["duplicateRows"])

    @property
    def invalid_rows(self) -> list[dict[str, Any]]:
        """The rows behind `invalid`."""
        return list(self._content["invalidRows"])

    def to_dict(self) -> dict[str, Any]:
        """Everything as a dict."""
        return self._content

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Read):
            return NotImplemented
        return type(self) is type(other) and self._content == other._content

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(rows={self.rows}, unique={self.unique}, "
            f"duplicates={self.duplicates}, invalid={self.invalid})"
        )


class LeadPlan(_Read):
    """What an import of one file into one campaign would do."""

    __slots__ = ()

    @property
    def submit_calls(self) -> int:
        """Calls that carry the people: full batches of 100."""
        return int(self._content["submitCalls"])

    @property
    def calls(self) -> Interval:
        """All calls: those that carry people, and those that ask how it went."""
        return Interval(**self._content["calls"])

    @property
    def credits(self) -> Interval:
        """What the calls cost."""
        return Interval(**self._content["credits"])

    @property
    def leads(self) -> list[Lead]:
        """The people, in the order of the file."""
        return [
            Lead(lead["line"], lead["name"], lead["url"], lead.get("customData"))
            for lead in self._content["leads"]
        ]


class ProfileList(_Read):
    """The profile addresses of a file, such as the people who must not be contacted."""

    __slots__ = ()

    @property
    def profiles(self) -> list[Profile]:
        """The people, in the order of the file."""
        return [Profile(profile["line"], profile["url"]) for profile in self._content["profiles"]]


def plan_leads(
    source: str | PathLike[str] | bytes, *, columns: Mapping[str, str] | None = None
) -> LeadPlan:
    """Reads a file of leads and plans its import. Sends nothing.

    Args:
        source: Path of the file, or its bytes.
        columns: Columns by name: `name`, `first_name`, `last_name`, `url`, `custom_data`. What is
            left out is guessed from the header; custom data never is.

    Raises:
        InvalidRequestError: The file as a whole cannot be trusted; `details` names the place.
    """
    return LeadPlan(json.loads(_native.plan_leads(source, _options(columns))))


def read_profile_urls(
    source: str | PathLike[str] | bytes, *, columns: Mapping[str, str] | None = None
) -> ProfileList:
    """Reads a file with a column of profile addresses; it needs a header, but no names.

    Args:
        source: Path of the file, or its bytes.
        columns: `url`, the column to use; guessed from the header unless given.

    Raises:
        InvalidRequestError: The file as a whole cannot be trusted; `details` names the place.
    """
    return ProfileList(json.loads(_native.read_profile_urls(source, _options(columns))))


def parse_profile_url(text: str) -> ProfileUrl:
    """Reads a LinkedIn profile address in any spelling that exports use.

    Raises:
        InvalidRequestError: It is not the address of a person's profile.
    """
    kind, value, url = _native.parse_profile_url(text)
    return ProfileUrl("slug" if kind == "slug" else "member", value, url)


def _options(columns: Mapping[str, str] | None) -> str:
    chosen = None if columns is None else renamed(columns, _COLUMNS)
    return encoded({"columns": chosen}, "plan_leads").decode() or "{}"
