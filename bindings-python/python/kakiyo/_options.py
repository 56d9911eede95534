"""Options of calls and clients: keyword arguments here, JSON for the core, which judges them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from kakiyo._names import camel_case

if TYPE_CHECKING:
    from kakiyo.errors import KakiyoError


class DefaultOptions(TypedDict, total=False):
    """What a copy of a client can have by default. `None` means not given."""

    timeout: float | None
    """Seconds for one attempt, sending to last byte; waiting for quota is not part of it."""
    max_wait: float | None
    """Seconds that the call may wait for quota; a longer wait is refused at once, at no cost."""
    max_retries: int | None
    """Retries after the first attempt; 2 unless given."""
    extra_headers: Mapping[str, str] | None
    """Headers to send beside the library's own."""
    extra_query: Mapping[str, str | int | float | bool] | None
    """Query pairs to send beside the operation's own."""
    fail_on_fallback: bool | None
    """Of Kaiko: makes an error of an answer whose scores are placeholders; false unless given."""
    priority: Literal["interactive", "bulk"] | None
    """Whether somebody waits for the answer, or it is one call of a long run; each kind keeps a
    share of the quota. `"interactive"` unless given, `"bulk"` for imports."""
    budget: int | None
    """Credits that the calls made with these options may cost: one call with its retries, a walk
    with all its pages, a copy of a client with all its calls. Nothing is sent beyond it."""
    tag: str | None
    """A name to count credits under, such as that of a campaign; budgets can be set on it."""
    job: str | None
    """The job that the call belongs to; counted like a tag."""


class CallOptions(DefaultOptions, total=False):
    """Options of one call; what is not given comes from the client. `None` means not given."""

    idempotency_key: str | None
    """Makes a repeat of this very call harmless, where the operation carries such a key: one is
    made for each call unless given. 1 to 255 visible ASCII characters."""


class PageOptions(CallOptions, total=False):
    """Options of a paged call."""

    max_items: int | None
    """Stop after this many rows; the last page asks for no more than are wanted."""
    page_size: int | None
    """Rows a page; the operation's cap unless given. Smaller pages cost more credits."""
    offset: int | None
    """Rows to skip before the first page."""


def written(options: Mapping[str, Any], error: type[KakiyoError]) -> str:
    """Options as JSON in the names of the API; those that are `None` are left out.

    Args:
        options: Options by their names here.
        error: What to raise for a value that JSON cannot hold.
    """
    members = []
    for name, value in options.items():
        if value is None:
            continue
        wire = camel_case(name)
        try:
            text = json.dumps(value, default=_plain, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as reason:
            raise error(f"{wire}: {reason}", details=[(wire, str(reason))]) from None
        members.append(f"{json.dumps(wire)}: {text}")
    return f"{{{', '.join(members)}}}" if members else ""


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, PathLike):
        return fspath(value)
    raise TypeError(f"{type(value).__name__} is not expected here")
