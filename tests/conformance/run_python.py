"""Plays the conformance cases through the Python façade, sync and async.

python -m pytest tests/conformance/run_python.py
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

import kakiyo
from kakiyo._testing import error_fields, snake_case, start

HERE = Path(__file__).parent


def expanded(value: Any) -> Any:
    """Spells out the two short forms, see README.md."""
    match value:
        case {"$repeat": [text, count], **rest} if not rest:
            return text * count
        case {"$rows": [count, row, *first], **rest} if not rest:
            begin = first[0] if first else 1
            return [numbered(row, number) for number in range(begin, begin + count)]
        case dict():
            return {name: expanded(inner) for name, inner in value.items()}
        case list():
            return [expanded(inner) for inner in value]
    return value


def numbered(row: Any, number: int) -> Any:
    match row:
        case str():
            return row.replace("{n}", str(number))
        case dict():
            return {name: numbered(inner, number) for name, inner in row.items()}
        case list():
            return [numbered(inner, number) for inner in row]
    return row


def cases() -> list[Any]:
    found = []
    for file in sorted((HERE / "cases").rglob("*.json")):
        for case in expanded(json.loads(file.read_text(encoding="utf-8"))):
            title = f"{file.relative_to(HERE / 'cases')}: {case['operation']}: {case['name']}"
            if os.environ.get("KAKIYO_CASE", "") in title:
                found.append(pytest.param(case, id=title))
    return found


@pytest.fixture(scope="module")
def stage() -> Any:
    """One sandbox, and a port that is bound but where nobody listens."""
    with kakiyo.Sandbox() as sandbox, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield sandbox, closed.getsockname()[1]


def scripted(answer: dict[str, Any]) -> dict[str, Any]:
    delay = {"delayMs": round(answer["delay"] * 1000)} if "delay" in answer else {}
    return {name: value for name, value in answer.items() if name != "delay"} | delay


def prepared(stage: Any, case: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A fresh team with the script of the case, and the options of its client."""
    sandbox, closed_port = stage
    team = sandbox.add_team(credits=1000)
    answers = [scripted(exchange["answer"]) for exchange in case.get("exchanges", [])]
    script = {"team": team.team, "answers": answers, "strict": True}
    sandbox.control("POST", "/_sandbox/script", script)
    given = dict(case.get("client", {}))
    base_url = given.pop("baseUrl", "{sandbox}").replace("{sandbox}", sandbox.base_url)
    if given.pop("closedPort", False):
        base_url = f"http://127.0.0.1:{closed_port}/v1"
    options = {"limits": "unlimited", "retry_delay": 0.005, "api_key": team.api_key}
    options |= {snake_case(name): value for name, value in given.items()}
    return team, options | {"base_url": base_url}


def call_options(case: dict[str, Any]) -> dict[str, Any]:
    return {snake_case(name): value for name, value in case.get("options", {}).items()}


def begin(client: Any, case: dict[str, Any]) -> Any:
    """Calls the public method: a result, something to await, or a paginator."""
    arguments, options = case.get("arguments", {}), call_options(case)
    if case["operation"] == "raw":
        return client.raw(**arguments, **options)
    return start(client, case["operation"], arguments, options)


def content(result: Any) -> Any:
    if hasattr(result, "to_dicts"):
        return result.to_dicts()
    if hasattr(result, "to_dict"):
        return result.to_dict()
    try:
        return result.json()
    except kakiyo.DecodeError:
        return result.raw.decode()


async def play(stage: Any, case: dict[str, Any], kind: type) -> tuple[Any, dict[str, Any]]:
    """Plays a case with a client of either kind; with the sync one nothing in here is awaited."""
    team, options = prepared(stage, case)
    pages: list[Any] = []
    try:
        client = kind(**options)
        result = begin(client, case)
        if not isinstance(result, kakiyo.Paginator | kakiyo.AsyncPaginator):
            result = await result if isawaitable(result) else result
            return team, {"value": content(result), "meta": result.meta}
        if case["walk"] == "page":
            page = result.page()
            pages.append(await page if isawaitable(page) else page)
        elif isinstance(result, kakiyo.Paginator):
            for page in result.pages():
                pages.append(page)  # noqa: PERF402 - those before an error have to stay
        else:
            async for page in result.pages():
                pages.append(page)
    except kakiyo.KakiyoError as error:
        return team, walked(case, pages) | {"error": error_fields(error)}
    return team, walked(case, pages)


def without_a_loop(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the sync client waited for an event loop")


def walked(case: dict[str, Any], pages: list[Any]) -> dict[str, Any]:
    if "walk" not in case:
        return {}
    rows = [page.to_dicts() for page in pages]
    flat = [row for page in rows for row in page]
    value = rows if case["walk"] == "pages" else flat
    found = {"value": value, "rows": len(flat), "pages": len(pages)}
    # A page has the meta of its own call; the sum over a walk is not public.
    return found | ({"meta": pages[0].meta} if case["walk"] == "page" and pages else {})


def compare(stage: Any, case: dict[str, Any], team: Any, found: dict[str, Any]) -> None:
    expect = case["expect"]
    if "error" in expect:
        assert "error" in found, f"expected {expect['error']}, found {found}"
        error = found["error"]
        details = error["details"]
        error["field"] = details[0]["field"] if details else None
        error["messageContains"] = error["message"]
        subset("error", expect["error"], error)
    else:
        assert "error" not in found, found["error"]
    if "value" in expect:
        assert found["value"] == expect["value"]
    for count in ("rows", "pages"):
        if count in expect and "walk" in case:
            assert found[count] == expect[count], count
    if "meta" in expect and "meta" in found:
        meta = found["meta"]
        known = {"status": meta.status, "attempts": meta.attempts, "requestId": meta.request_id}
        subset("meta", expect["meta"], known | {"credits": meta.credits._asdict()})
    compare_requests(stage, case, team)


def subset(what: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name == "messageContains":
            assert value in found[name], f"{what}.{name}"
        else:
            assert found[name] == value, f"{what}.{name} in {found}"


def compare_requests(stage: Any, case: dict[str, Any], team: Any) -> None:
    arrived = stage[0].control("GET", f"/_sandbox/requests?team={team.team}")["requests"]
    expected = [
        exchange["request"]
        for exchange in case.get("exchanges", [])
        for _ in range(exchange["answer"].get("times", 1))
    ]
    assert [(request["method"], request["path"]) for request in arrived] == [
        (request["method"], "/v1" + request["path"]) for request in expected
    ]
    for want, got in zip(expected, arrived, strict=True):
        pairs = [
            (name, value)
            for name, values in want.get("query", {}).items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        assert sorted(pairs) == sorted((name, value) for name, value in got["query"])
        assert got["body"] == want.get("body")
        headers = dict(got["headers"])
        for name, value in want.get("headers", {}).items():
            assert headers.get(name.lower()) == value, name


def refused_by_python(case: dict[str, Any], error: TypeError) -> None:
    assert case.get("byName"), error
    assert case["expect"]["error"]["kind"] == "invalid_request"


@pytest.mark.parametrize("case", cases())
def test_sync(stage: Any, case: dict[str, Any]) -> None:
    if "cancel" in case:
        pytest.skip("a call that waits on its thread has no token")
    try:
        team, found = without_a_loop(play(stage, case, kakiyo.Kakiyo))
    except TypeError as error:
        return refused_by_python(case, error)
    compare(stage, case, team, found)


async def cancelled(stage: Any, case: dict[str, Any]) -> None:
    """Asyncio says CancelledError, whatever happened: what arrived is compared, and its end."""
    team, options = prepared(stage, case)
    record = f"/_sandbox/requests?team={team.team}"
    expected = sum(exchange["answer"].get("times", 1) for exchange in case.get("exchanges", []))

    async def make() -> None:
        result = begin(client, case)
        if isinstance(result, kakiyo.AsyncPaginator):
            await result.collect()
        else:
            await result

    async with kakiyo.AsyncKakiyo(**options) as client:
        task = asyncio.create_task(make())
        while len(stage[0].control("GET", record)["requests"]) < expected:
            await asyncio.sleep(0.002)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    arrived = stage[0].control("GET", record)["requests"]
    while any(request["ending"] == "open" for request in arrived):
        await asyncio.sleep(0.002)
        arrived = stage[0].control("GET", record)["requests"]
    assert [request["ending"] for request in arrived[-1:]] == ["aborted"] * min(expected, 1)
    compare_requests(stage, case, team)


@pytest.mark.parametrize("case", cases())
def test_async(stage: Any, case: dict[str, Any]) -> None:
    if "cancel" in case:
        return asyncio.run(asyncio.wait_for(cancelled(stage, case), 30))
    try:
        team, found = asyncio.run(play(stage, case, kakiyo.AsyncKakiyo))
    except TypeError as error:
        return refused_by_python(case, error)
    compare(stage, case, team, found)
