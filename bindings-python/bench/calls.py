"""Calls of this client against httpx, requests and aiohttp, in turns; prints a line of JSON for each comparison.

Started by `cargo xtask bench`, which gives address, key and number of pairs by the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable

import aiohttp
import httpx
import requests

from kakiyo import AsyncKakiyo, Kakiyo, Limits

URL = os.environ["KAKIYO_BENCH_URL"]
KEY = os.environ["KAKIYO_BENCH_KEY"]
PAIRS = int(os.environ["KAKIYO_BENCH_PAIRS"])
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
#: Counts every call and holds none back: the whole choke point is measured.
WIDE = Limits.custom([{"group": "each_operation", "limit": 4_000_000_000, "window": 60}])
TASKS = 64


def report(name: str, against: str, floor: float | None, pairs: list[tuple[float, float]]) -> None:
    print(
        json.dumps({"name": name, "against": against, "floor": floor, "pairs": pairs}), flush=True
    )


def in_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> list[tuple[float, float]]:
    """Rates of both sides, pair by pair, in changing order, after one pair to warm up."""
    pairs = []
    for pair in range(PAIRS + 1):
        if pair % 2:
            one, other = ours(), theirs()
        else:
            other, one = theirs(), ours()
        if pair:
            pairs.append((one, other))
    return pairs


def rate(call: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return calls / (time.perf_counter() - started)


def sync() -> None:
    with (
        Kakiyo(api_key=KEY, base_url=URL, limits=WIDE) as kakiyo,
        httpx.Client(headers=HEADERS) as http,
        requests.Session() as session,
    ):
        session.headers.update(HEADERS)
        session.trust_env = False

        def ours() -> None:
            assert kakiyo.verify().status == "success"

        def with_httpx() -> None:
            answer = http.get(f"{URL}/verify", timeout=30)
            answer.raise_for_status()
            assert answer.json()["status"] == "success"

        def with_requests() -> None:
            answer = session.get(f"{URL}/verify", timeout=30)
            answer.raise_for_status()
            assert answer.json()["status"] == "success"

        calls = 400
        for against, theirs, floor in (
            ("httpx", with_httpx, 1.7),
            ("requests", with_requests, None),
        ):
            pairs = in_turns(lambda: rate(ours, calls), lambda call=theirs: rate(call, calls))
            report("Python, sync, 1 at once", against, floor, pairs)


async def async_rate(call: Callable[[], Awaitable[None]], tasks: int, calls: int) -> float:
    async def worker() -> None:
        for _ in range(calls // tasks):
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(tasks)))
    return calls / (time.perf_counter() - started)


async def asynchronous() -> None:
    connector = aiohttp.TCPConnector(limit=TASKS)
    async with (
        AsyncKakiyo(api_key=KEY, base_url=URL, limits=WIDE) as kakiyo,
        aiohttp.ClientSession(headers=HEADERS, connector=connector) as session,
    ):

        async def ours() -> None:
            assert (await kakiyo.verify()).status == "success"

        async def with_aiohttp() -> None:
            async with session.get(
                f"{URL}/verify", timeout=aiohttp.ClientTimeout(total=30)
            ) as answer:
                answer.raise_for_status()
                assert (await answer.json())["status"] == "success"

        pairs = []
        for pair in range(PAIRS + 1):
            sides = [ours, with_aiohttp] if pair % 2 else [with_aiohttp, ours]
            rates = {side: await async_rate(side, TASKS, 3_200) for side in sides}
            if pair:
                pairs.append((rates[ours], rates[with_aiohttp]))
        report(f"Python, async, {TASKS} at once", "aiohttp", 2.5, pairs)


if __name__ == "__main__":
    sync()
    asyncio.run(asynchronous())
