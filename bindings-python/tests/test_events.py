"""Events: while calls are under way, to the user's function and to the log."""

import asyncio
import logging
import pickle

import pytest

from conftest import KEY
from kakiyo import AsyncKakiyo, Event, Kakiyo, OutOfCreditsError, RateLimitedError, Sandbox

#: The second call of an operation waits for three seconds.
SLOW = [{"group": "each_operation", "limit": 1, "window": 3}]


def kinds(heard):
    return [event.kind for event in heard]


def test_a_wait_is_told_while_it_lasts(sandbox, caplog):
    heard = []
    with (
        caplog.at_level(logging.INFO, logger="kakiyo.quota"),
        Kakiyo(
            sandbox.api_key,
            base_url=sandbox.base_url,
            limits=SLOW,
            on_event=lambda event: heard.append((event, sandbox.calls())),
        ) as kakiyo,
    ):
        kakiyo.verify()
        kakiyo.verify()
    ((event, calls),) = heard
    assert calls == 1
    assert (event.kind, event.operation) == ("waiting", "verify")
    assert 0 < event.details["seconds"] <= 3
    assert str(event) == event.message
    assert event.message.startswith("waiting ")
    (record,) = [one for one in caplog.records if one.name == "kakiyo.quota"]
    assert (record.levelno, record.getMessage()) == (logging.INFO, event.message)
    assert pickle.loads(pickle.dumps(event)) == event


def test_asyncio_hears_a_wait_while_it_lasts(sandbox):
    heard = []

    async def main():
        async with AsyncKakiyo(
            sandbox.api_key,
            base_url=sandbox.base_url,
            limits=SLOW,
            on_event=lambda event: heard.append((event.kind, sandbox.calls())),
        ) as kakiyo:
            await kakiyo.verify()
            await kakiyo.verify()

    asyncio.run(main())
    assert heard == [("waiting", 1)]


def test_budgets_and_credits_are_told():
    heard = []
    with Sandbox(unlimited=True, credits=4) as sandbox:
        options = {"base_url": sandbox.base_url, "limits": "unlimited", "on_event": heard.append}
        with Kakiyo(sandbox.api_key, budget=6, **options) as kakiyo:
            for _ in range(4):
                kakiyo.verify()
            assert kinds(heard) == ["budget"]
            assert heard[0].details == {
                "on": "team",
                "per": "client",
                "percent": 50,
                "spent": 3,
                "cap": 6,
            }
            with pytest.raises(OutOfCreditsError):
                kakiyo.with_options(timeout=5).verify()
    assert kinds(heard)[1:2] == ["out_of_credits"]


def test_a_rejection_is_told(sandbox, caplog):
    heard = []
    limits = [{"group": "each_operation", "limit": 5, "window": 60}]
    with Kakiyo(
        sandbox.api_key,
        base_url=sandbox.base_url,
        limits=limits,
        max_retries=0,
        on_event=heard.append,
    ) as kakiyo:
        kakiyo.verify()
        sandbox.control("POST", "/_sandbox/script", {"answers": [{"status": 429, "body": {}}]})
        with pytest.raises(RateLimitedError):
            kakiyo.verify()
    assert kinds(heard) == ["restrained"]
    assert heard[0].details["group"]
    assert [record.levelno for record in caplog.records if record.name == "kakiyo.quota"] == [
        logging.WARNING
    ]


def test_a_function_that_raises_breaks_nothing(sandbox, monkeypatch):
    def broken(event):
        raise RuntimeError("the log is full")

    seen = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: seen.append(str(args.exc_value)))
    with Kakiyo(
        sandbox.api_key,
        base_url=sandbox.base_url,
        limits="unlimited",
        budget=2,
        on_event=broken,
    ) as kakiyo:
        assert kakiyo.verify().status == "success"
    assert seen == ["the log is full"]


def test_a_function_may_ask_the_client(sandbox):
    left = []
    with Kakiyo(
        sandbox.api_key,
        base_url=sandbox.base_url,
        limits="unlimited",
        budget=2,
        on_event=lambda event: left.append(kakiyo.credits().budgets[0].left),
    ) as kakiyo:
        kakiyo.verify()
    assert left == [1]


def test_an_interrupt_in_the_function_ends_the_call(sandbox):
    def interrupted(event):
        raise KeyboardInterrupt

    with (
        Kakiyo(
            sandbox.api_key, base_url=sandbox.base_url, limits=SLOW, on_event=interrupted
        ) as kakiyo,
    ):
        kakiyo.verify()
        with pytest.raises(KeyboardInterrupt):
            kakiyo.verify()
    assert sandbox.calls() == 1


def test_events_are_plain_tuples():
    event = Event("store", "the record is kept elsewhere", None, {})
    assert event == ("store", "the record is kept elsewhere", None, {})
    assert Kakiyo(KEY, base_url="http://127.0.0.1:9/v1", on_event=print)
