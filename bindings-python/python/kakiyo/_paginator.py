"""Paged lists that are walked when they are iterated. Where the next page is, the core knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from kakiyo._native import Rows
from kakiyo._options import written
from kakiyo._warnings import settled
from kakiyo.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from typing_extensions import Self

    from kakiyo._native import Client, Meta, Page, Walk
    from kakiyo._options import PageOptions

_T = TypeVar("_T")

Sequence.register(Rows)


class _Paged:
    """What a list has to know to be walked, any number of times."""

    __slots__ = ("_arguments", "_native", "_operation", "_options")

    def __init__(
        self, native: Client, operation: str, arguments: bytes, options: PageOptions
    ) -> None:
        self._native = native
        self._operation = operation
        self._arguments = arguments
        self._options = options

    def _walk(self, max_items: int | None = None) -> Walk:
        options = self._options
        if max_items is not None:
            options = {**options, "max_items": max_items}
        written_options = written(options, InvalidRequestError)
        return self._native.walk(self._operation, self._arguments, written_options)

    def _no_page(self) -> InvalidRequestError:
        rule = "a page needs at least one item"
        return InvalidRequestError(
            f"maxItems: {rule}", operation=self._operation, details=[("maxItems", rule)]
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._operation!r})"


class Pages(Generic[_T]):
    """A walk over pages. `meta` is the sum over its calls so far."""

    __slots__ = ("_walk",)

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    @property
    def meta(self) -> Meta:
        """The sum over the calls so far; status and headers are those of the last one."""
        return self._walk.meta

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Page[_T]:
        page: Page[_T] | None = self._walk.next()
        if page is None:
            raise StopIteration
        return page


class AsyncPages(Generic[_T]):
    """A walk over pages. `meta` is the sum over its calls so far."""

    __slots__ = ("_walk",)

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    @property
    def meta(self) -> Meta:
        """The sum over the calls so far; status and headers are those of the last one."""
        return self._walk.meta

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[_T]:
        page: Page[_T] | None = await settled(self._walk.start_next(), self._walk)
        if page is None:
            raise StopAsyncIteration
        return page


class Paginator(_Paged, Generic[_T]):
    """A paged list: iterate it for rows, or take pages.

    It has no length: only the server knows it. Each iteration starts anew, and each page costs a
    call.
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[_T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Pages[_T]:
        """Goes through the pages; each has the `meta` of its call, the walk that of their sum."""
        return Pages(self._walk())

    def page(self) -> Page[_T]:
        """Gives the first page, in one call."""
        for page in self.pages():
            return page
        raise self._no_page()

    def collect(self, max_items: int | None = None) -> list[_T]:
        """Gives the rows as a list.

        Args:
            max_items: Stop after this many rows; the paginator's own `max_items` unless given.
        """
        rows: list[_T] = []
        for page in Pages[_T](self._walk(max_items)):
            rows.extend(page)
        return rows


class AsyncPaginator(_Paged, Generic[_T]):
    """A paged list: iterate it with `async for` for rows, or take pages.

    It has no length: only the server knows it. Each iteration starts anew, and each page costs a
    call.
    """

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[_T]:
        async for page in self.pages():
            for row in page:
                yield row

    def pages(self) -> AsyncPages[_T]:
        """Goes through the pages; each has the `meta` of its call, the walk that of their sum."""
        return AsyncPages(self._walk())

    async def page(self) -> Page[_T]:
        """Gives the first page, in one call."""
        async for page in self.pages():
            return page
        raise self._no_page()

    async def collect(self, max_items: int | None = None) -> list[_T]:
        """Gives the rows as a list.

        Args:
            max_items: Stop after this many rows; the paginator's own `max_items` unless given.
        """
        rows: list[_T] = []
        async for page in AsyncPages[_T](self._walk(max_items)):
            rows.extend(page)
        return rows
