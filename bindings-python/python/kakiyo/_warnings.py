"""Warnings: what a user should know although nothing failed."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from kakiyo._native import Client, Walk

_T = TypeVar("_T")

_PACKAGE = os.path.dirname(__file__) + os.sep


class KakiyoWarning(UserWarning):
    """Something that a user should know although nothing failed.

    Attributes:
        kind: What it is about: `deprecation`, `key_environment`, `fallback`, `argument`; more may
            come.
        message: What was seen and what to do, in one line.
        operation: The operation whose answer showed it, such as `emotions.analyze`, where there is
            one.
    """

    def __init__(self, message: str, kind: str = "argument", operation: str | None = None) -> None:
        super().__init__(message, kind, operation)
        self.message = message
        self.kind = kind
        self.operation = operation

    def __str__(self) -> str:
        """The operation and the message."""
        return f"{self.operation}: {self.message}" if self.operation else self.message


class KakiyoDeprecationWarning(KakiyoWarning, DeprecationWarning):
    """The server says that a route will go away."""


def emit(
    on_warning: Callable[[KakiyoWarning], object] | None,
    message: str,
    kind: str,
    operation: str | None,
) -> None:
    """Gives a warning to the user's function, or to Python's `warnings`; the bridge calls it."""
    category = KakiyoDeprecationWarning if kind == "deprecation" else KakiyoWarning
    warning = category(message, kind, operation)
    if on_warning is None:
        warnings.warn(warning, stacklevel=_level_of_caller())
    else:
        on_warning(warning)


async def settled(outcome: asyncio.Future[_T], native: Client | Walk) -> _T:
    """The outcome of a call; then its warnings, here, where the stack leads to the caller."""
    try:
        return await outcome
    finally:
        native.pass_on()


def _level_of_caller() -> int:
    """The stack level of the first frame outside of this package, counted from `emit`."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
