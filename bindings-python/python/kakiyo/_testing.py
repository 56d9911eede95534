"""Calls by operation id, through the public methods. For the project's own tests."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from kakiyo._names import snake_case
from kakiyo._paginator import AsyncPaginator, Paginator
from kakiyo.errors import KakiyoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kakiyo._async_client import AsyncClient
    from kakiyo._client import SyncClient

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def call(
    client: SyncClient, operation: str, arguments: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Calls an operation by id with arguments in the names of the API.

    Args:
        client: An open client.
        operation: Such as `prospects.list`.
        arguments: In the names of the API; those of the path too.
        options: In the names of this package. A paged call gives all its rows.

    Returns:
        `result` (normalised JSON) and `meta` (a list of them for pages), or `error`.
    """
    try:
        result = start(client, operation, arguments, options)
        if isinstance(result, Paginator):
            return _of_pages(list(result.pages()))
        return _of(result)
    except KakiyoError as error:
        return {"error": error_fields(error)}


async def acall(
    client: AsyncClient, operation: str, arguments: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Does as `call`, with the asyncio client."""
    try:
        result = start(client, operation, arguments, options)
        if isinstance(result, AsyncPaginator):
            return _of_pages([page async for page in result.pages()])
        return _of(await result)
    except KakiyoError as error:
        return {"error": error_fields(error)}


def error_fields(error: KakiyoError) -> dict[str, Any]:
    """The fields of an error that are the same in every language, in the names of JSON."""
    return {
        "kind": error.kind,
        "message": error.message,
        "operation": error.operation,
        "status": error.status,
        "code": error.code,
        "type": error.type,
        "requestId": error.request_id,
        "idempotencyKey": error.idempotency_key,
        "retryAfter": error.retry_after,
        "attempts": error.attempts,
        "credits": error.credits._asdict(),
        "safeToRetry": error.safe_to_retry,
        "details": [issue._asdict() for issue in error.details],
    }


def start(
    client: Any, operation: str, arguments: Mapping[str, Any], options: Mapping[str, Any]
) -> Any:
    """Calls the public method: ids of the path positionally, the rest by keyword."""
    method = client
    for name in operation.split("."):
        method = getattr(method, name)
    given = {snake_case(name): value for name, value in arguments.items()}
    parameters = inspect.signature(method).parameters.values()
    ids = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
    positional = [given.pop(name) for name in ids if name in given]
    return method(*positional, **_in_python_names(given), **options)


def _in_python_names(given: dict[str, Any]) -> dict[str, Any]:
    """Inputs in the names of this package, so that their way back is tested as well."""
    named = {}
    for name, value in given.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            named[name] = [{snake_case(key): item[key] for key in item} for item in value]
        else:
            named[name] = value
    return named


def _of(result: Any) -> dict[str, Any]:
    content = result.to_dicts() if hasattr(result, "to_dicts") else result.to_dict()
    return {"result": content, "meta": _meta(result.meta)}


def _of_pages(pages: list[Any]) -> dict[str, Any]:
    rows = [row for page in pages for row in page.to_dicts()]
    return {"result": rows, "meta": [_meta(page.meta) for page in pages]}


def _meta(meta: Any) -> dict[str, Any]:
    return {
        "status": meta.status,
        "headers": dict(meta.headers),
        "requestId": meta.request_id,
        "idempotencyKey": meta.idempotency_key,
        "attempts": meta.attempts,
        "credits": meta.credits._asdict(),
        "quotaLeft": meta.quota_left,
        "waited": meta.waited,
        "saved": meta.saved,
        "elapsed": meta.elapsed,
    }
