"""Plays the conformance cases through the Python façade, sync and async.

python -m pytest tests/conformance/run_python.py
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

import kakiyo
from kakiyo._testing import error_fields, snake_case, start

HERE = Path(__file__).parent
TABLE = json.loads((HERE / "../../core/operations.json").read_text(encoding="utf-8"))
SERVICES = {one["id"]: one["service"] for one in TABLE["operations"] + TABLE["helpers"]}
SYNC = {"kakiyo": kakiyo.Kakiyo, "kaiko": kakiyo.Kaiko}
ASYNC = {"kakiyo": kakiyo.AsyncKakiyo, "kaiko": kakiyo.AsyncKaiko}
#: How the path of a request begins before what a case says of it.
VERSIONS = {"kakiyo": "/v1", "kaiko": ""}
#: Cases with warnings that this process has played: all but one kind of them come once a process.
PLAYED: set[str] = set()
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def service_of(case: dict[str, Any]) -> str:
    return case.get("service") or SERVICES.get(case["operation"], "kakiyo")


def bound(expected: Any, found: Any, uuids: dict[str, str]) -> Any:
    """The expected value with each `$uuid` filled in: the same text wherever its name stands."""
    match expected:
        case {"$uuid": name, **rest} if not rest:
            is_uuid = isinstance(found, str) and UUID.fullmatch(found)
            filled = uuids.setdefault(name, found) if is_uuid else expected
            assert len(set(uuids.values())) == len(uuids), uuids
            return filled
        case dict():
            members = found if isinstance(found, dict) else {}
            return {key: bound(value, members.get(key), uuids) for key, value in expected.items()}
        case list():
            items = [*(found if isinstance(found, list) else []), *[None] * len(expected)]
            return [bound(value, items[place], uuids) for place, value in enumerate(expected)]
    return expected


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
    team = sandbox.add_team(credits=1000, service=service_of(case))
    answers = [scripted(exchange["answer"]) for exchange in case.get("exchanges", [])]
    script = {"team": team.team, "answers": answers, "strict": True}
    sandbox.control("POST", "/_sandbox/script", script)
    given = dict(case.get("client", {}))
    version = VERSIONS[service_of(case)]
    origin = sandbox.base_url.removesuffix("/v1") + version
    base_url = given.pop("baseUrl", "{sandbox}").replace("{sandbox}", origin)
    if given.pop("closedPort", False):
        base_url = f"http://127.0.0.1:{closed_port}{version}"
    options = {"limits": "unlimited", "retry_delay": 0.005, "api_key": team.api_key}
    options |= {snake_case(name): value for name, value in given.items()}
    # An address of the vendor, by its name, instead of the sandbox.
    return team, options if "environment" in given else options | {"base_url": base_url}


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


async def play(
    stage: Any, case: dict[str, Any], kinds: dict[str, type]
) -> tuple[Any, dict[str, Any]]:
    """Plays a case with a client of either kind; with a sync one nothing in here is awaited."""
    warnings: list[kakiyo.KakiyoWarning] = []
    team, found = await outcome(stage, case, kinds, warnings)
    return team, found | {"warnings": [warning.kind for warning in warnings]}


async def outcome(
    stage: Any, case: dict[str, Any], kinds: dict[str, type], warnings: list[kakiyo.KakiyoWarning]
) -> tuple[Any, dict[str, Any]]:
    team, options = prepared(stage, case)
    options["on_warning"] = warnings.append
    kind = kinds[service_of(case)]
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
    expect, uuids = case["expect"], dict[str, str]()
    if "error" in expect:
        assert "error" in found, f"expected {expect['error']}, found {found}"
        error = found["error"]
        details = error["details"]
        error["field"] = details[0]["field"] if details else None
        # What no signature has is taken for an option, and told in the words for options.
        error["messageContains"] = error["message"].replace(
            "there is no such option", "unknown field"
        )
        subset("error", bound(expect["error"], error, uuids), error)
    else:
        assert "error" not in found, found["error"]
    if "value" in expect:
        assert found["value"] == bound(expect["value"], found["value"], uuids)
    if "warnings" in expect:
        again = case["name"] in PLAYED
        PLAYED.add(case["name"])
        kinds = [kind for kind in expect["warnings"] if kind == "fallback" or not again]
        assert found["warnings"] == kinds
    for count in ("rows", "pages"):
        if count in expect and "walk" in case:
            assert found[count] == expect[count], count
    if "meta" in expect and "meta" in found:
        meta = found["meta"]
        known = {"status": meta.status, "attempts": meta.attempts, "requestId": meta.request_id}
        known |= {"credits": meta.credits._asdict(), "idempotencyKey": meta.idempotency_key}
        subset("meta", bound(expect["meta"], known, uuids), known)
    compare_requests(stage, case, team, uuids)


def subset(what: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name == "messageContains":
            assert value in found[name], f"{what}.{name}"
        else:
            assert found[name] == value, f"{what}.{name} in {found}"


def compare_requests(stage: Any, case: dict[str, Any], team: Any, uuids: dict[str, str]) -> None:
    arrived = stage[0].control("GET", f"/_sandbox/requests?team={team.team}")["requests"]
    expected = [
        exchange["request"]
        for exchange in case.get("exchanges", [])
        for _ in range(exchange["answer"].get("times", 1))
    ]
    assert [(request["method"], request["path"]) for request in arrived] == [
        (request["method"], VERSIONS[service_of(case)] + request["path"]) for request in expected
    ]
    for want, got in zip(expected, arrived, strict=True):
        pairs = [
            (name, value)
            for name, values in want.get("query", {}).items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        assert sorted(pairs) == sorted((name, value) for name, value in got["query"])
        assert got["body"] == bound(want.get("body"), got["body"], uuids)
        headers = dict(got["headers"])
        for name, value in want.get("headers", {}).items():
            header = headers.get(name.lower())
            assert header == bound(value, header, uuids), name


def refused_by_python(case: dict[str, Any], error: TypeError) -> None:
    kind = case["expect"]["error"]["kind"]
    # An argument or an option that a signature does not have never reaches the core.
    assert case.get("byName") if kind == "invalid_request" else kind == "config", error


@pytest.mark.parametrize("case", cases())
def test_sync(stage: Any, case: dict[str, Any]) -> None:
    if "cancel" in case:
        pytest.skip("a call that waits on its thread has no token")
    try:
        team, found = without_a_loop(play(stage, case, SYNC))
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

    async with ASYNC[service_of(case)](**options) as client:
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
    # A helper that rests between two calls is cancelled while no request is under way.
    last = [exchange["answer"] for exchange in case.get("exchanges", [])][-1:]
    endings = [
        "aborted" if answer.get("hang") or "delay" in answer else "answered" for answer in last
    ]
    assert [request["ending"] for request in arrived[-1:]] == endings
    compare_requests(stage, case, team, {})


@pytest.mark.parametrize("case", cases())
def test_async(stage: Any, case: dict[str, Any]) -> None:
    if "cancel" in case:
        return asyncio.run(asyncio.wait_for(cancelled(stage, case), 30))
    try:
        team, found = asyncio.run(play(stage, case, ASYNC))
    except TypeError as error:
        return refused_by_python(case, error)
    compare(stage, case, team, found)
