"""Warnings: to the user's function or to Python's `warnings`, and never in the way of a call."""

import asyncio
import pickle
import warnings

import pytest

from conftest import scripted
from kakiyo import AsyncKaiko, AsyncKakiyo, Kaiko, KakiyoDeprecationWarning, KakiyoWarning

#: A key made for staging; the address is that of production, which is never asked here.
ODD_KEY = "kaiko_test_" + "a" * 32
ANALYSIS = {"emotions": {"user": {"category": "joy"}}}
DEPRECATED = {"deprecation": "true", "sunset": "Tue, 31 Mar 2026 00:00:00 GMT"}


def test_opening_warns_at_the_line_of_the_caller():
    for client in (Kaiko, AsyncKaiko):
        with pytest.warns(KakiyoWarning, match="made for staging") as heard:
            client(ODD_KEY)
        (warning,) = heard
        assert warning.filename == __file__
        assert (warning.message.kind, warning.message.operation) == ("key_environment", None)
        assert ODD_KEY not in str(warning.message)


def test_a_function_hears_instead():
    heard = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kaiko = Kaiko(ODD_KEY, on_warning=heard.append)
        kaiko.with_options(timeout=5)
    (warning,) = heard
    assert isinstance(warning, KakiyoWarning)
    assert warning.kind == "key_environment"


def test_a_key_that_fits_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Kaiko(ODD_KEY, environment="staging")
        Kaiko(ODD_KEY, check_key=False)


# A route is told of once a process, so each test has a route of its own.


def test_a_sync_call_warns_at_the_line_of_the_caller(kaiko, sandbox):
    scripted(sandbox, ANALYSIS, headers=DEPRECATED)
    with pytest.warns(KakiyoDeprecationWarning) as heard:
        kaiko.emotions.analyze("At last, it works.")
    (warning,) = heard
    assert warning.filename == __file__
    assert issubclass(warning.category, DeprecationWarning)
    assert (warning.message.kind, warning.message.operation) == ("deprecation", "emotions.analyze")
    assert str(warning.message).startswith("emotions.analyze: ")


def test_an_asyncio_call_warns_at_the_line_of_the_caller(sandbox):
    scripted(sandbox, ANALYSIS, headers=DEPRECATED)

    async def main():
        async with AsyncKaiko(sandbox.api_key, base_url=sandbox.base_url, auth="bearer") as kaiko:
            await kaiko.emotions.analyze_in_context("c", "At last, it works.")

    with pytest.warns(KakiyoDeprecationWarning) as heard:
        asyncio.run(main())
    assert [warning.filename for warning in heard] == [__file__]


def test_a_failed_call_warns_too(sandbox):
    scripted(sandbox, {"error": {"code": "context_not_found"}}, status=404, headers=DEPRECATED)
    heard = []
    kaiko = Kaiko(
        sandbox.api_key, base_url=sandbox.base_url, auth="bearer", on_warning=heard.append
    )
    with pytest.raises(LookupError):
        kaiko.emotions.state("gone")
    assert [warning.operation for warning in heard] == ["emotions.state"]


def test_a_function_that_raises_breaks_nothing(sandbox, monkeypatch):
    def broken(warning):
        raise RuntimeError("the log is full")

    seen = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: seen.append(args.exc_value))
    scripted(sandbox, {**ANALYSIS, "emotions": [{"category": "joy"}]}, headers=DEPRECATED)
    with Kaiko(
        sandbox.api_key, base_url=sandbox.base_url, auth="bearer", on_warning=broken
    ) as kaiko:
        batch = kaiko.emotions.analyze_batch([{"text": "At last, it works."}])
    assert batch.emotions[0].category == "joy"
    assert [str(error) for error in seen] == ["the log is full"]
    assert Kaiko(ODD_KEY, on_warning=broken)


def test_an_interrupt_in_the_function_is_passed_on():
    def interrupted(warning):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Kaiko(ODD_KEY, on_warning=interrupted)


def test_the_warnings_of_a_walk_come_with_its_pages(kakiyo, sandbox):
    scripted(sandbox, [{"id": "c"}], headers=DEPRECATED)
    with pytest.warns(KakiyoDeprecationWarning) as heard:
        assert [chat.id for chat in kakiyo.prospects.list("c", max_items=1)] == ["c"]
    assert [warning.filename for warning in heard] == [__file__]


def test_the_warnings_of_an_asyncio_walk_come_with_its_pages(sandbox):
    scripted(sandbox, [{"id": "d"}], headers=DEPRECATED)

    async def main():
        async with AsyncKakiyo(sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
            return [entry.id async for entry in kakiyo.dnc.list(max_items=1)]

    with pytest.warns(KakiyoDeprecationWarning) as heard:
        assert asyncio.run(main()) == ["d"]
    assert [warning.filename for warning in heard] == [__file__]


def test_warnings_can_be_pickled():
    warning = KakiyoDeprecationWarning("it goes", "deprecation", "chat.complete")
    again = pickle.loads(pickle.dumps(warning))
    assert (type(again), str(again)) == (KakiyoDeprecationWarning, "chat.complete: it goes")
    assert (again.kind, again.operation) == ("deprecation", "chat.complete")
