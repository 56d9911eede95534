"""Calls as often as the limits allow, until its time is over. See the README beside it."""

import asyncio
import json
import sys
import time
from collections import Counter

from kakiyo import AsyncKakiyo, KakiyoError, Limits


async def main() -> None:
    """Runs the tasks and prints what came of them."""
    job = json.loads(sys.argv[1])
    limits = Limits.custom(
        [
            {
                "group": "each_operation",
                "limit": job["limit"],
                "window": job["window"],
                "max_in_flight": job["maxInFlight"],
            }
        ]
    )
    until = time.monotonic() + job["seconds"]
    calls = 0
    errors: Counter[str] = Counter()
    async with AsyncKakiyo(
        api_key=job["apiKey"], base_url=job["baseUrl"], limits=limits, timeout=job["timeout"]
    ) as kakiyo:

        async def task() -> None:
            nonlocal calls
            while (left := until - time.monotonic()) > 0:
                try:
                    await kakiyo.verify(max_wait=left)
                    calls += 1
                except KakiyoError as error:
                    if error.kind == "wait_refused":
                        return
                    errors[f"{error.kind}: {error}"] += 1

        await asyncio.gather(*(task() for _ in range(job["tasks"])))
    print(json.dumps({"calls": calls, "errors": errors}))


asyncio.run(main())
