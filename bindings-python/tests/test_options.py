"""Options of clients and calls: read once, checked before anything is sent."""

import asyncio
from types import MappingProxyType

import pytest

from conftest import KEY
from kakiyo import AsyncKakiyo, AuthError, ConfigError, InvalidRequestError, Kakiyo, Limits


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("api_key", 7),
        ("api_key", ""),
        ("base_url", "ftp://x"),
        ("base_url", 1),
        ("limits", 7),
        ("limits", "sometimes"),
        ("limits", []),
        ("limits", [7]),
        ("limits", [{"group": "moon", "limit": 1}]),
        ("limits", [{"group": "team", "limit": 1, "windw": 2}]),
        ("limits", [{"group": "team", "limit": object()}]),
        ("timeout", "5"),
        ("timeout", -1),
        ("timeout", float("nan")),
        ("timeout", True),
        ("max_wait", []),
        ("max_retries", 1.5),
        ("max_retries", -1),
        ("max_retries", 2**40),
        ("retry_delay", "x"),
        ("check_key", "yes"),
        ("ca_bundle", 5),
        ("http2", 1.0),
        ("extra_headers", {"x": 1}),
        ("extra_headers", ["x"]),
        ("extra_headers", {"authorization": "x"}),
        ("user_agent", "a\nb"),
    ],
)
def test_a_wrong_client_option_is_named(option, value):
    options = {"api_key": KEY, "base_url": "http://127.0.0.1:9/v1", option: value}
    for client in (Kakiyo, AsyncKakiyo):
        with pytest.raises((ConfigError, InvalidRequestError)) as raised:
            client(**options)
        field = raised.value.details[0].field
        assert field.split(".")[0].split("[")[0] == "".join(
            part.title() if position else part for position, part in enumerate(option.split("_"))
        )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", "5"),
        ("timeout", 0),
        ("max_retries", "x"),
        ("extra_query", 5),
        ("extra_headers", {"x": None}),
        ("page_size", 5),
        ("tiemout", 5),
    ],
)
def test_a_wrong_call_option_is_named(kakiyo, sandbox, option, value):
    with pytest.raises(InvalidRequestError) as raised:
        kakiyo.verify(**{option: value})
    assert raised.value.details
    assert sandbox.calls() == 0


@pytest.mark.parametrize(
    ("option", "value"), [("max_items", -1), ("page_size", 0), ("offset", "x")]
)
def test_a_wrong_page_option_is_named(kakiyo, sandbox, option, value):
    with pytest.raises(InvalidRequestError):
        kakiyo.prospects.list("c", **{option: value}).page()
    assert sandbox.calls() == 0


def test_wrong_arguments_are_named_by_the_core(kakiyo, sandbox):
    def field(call):
        with pytest.raises(InvalidRequestError) as raised:
            call()
        return raised.value.details[0].field

    add = kakiyo.prospects.add_batch
    person = {"name": "A", "url": "u"}
    assert field(lambda: add(campaign_id="c", prospects=[])) == "prospects"
    assert field(lambda: add(campaign_id="c", prospects=[{"nmae": "A", "url": "u"}])).startswith(
        "prospects[0]"
    )
    long = {**person, "custom_data": "x" * 3001}
    assert (
        field(lambda: add(campaign_id="c", prospects=[person, long])) == "prospects[1].customData"
    )
    assert field(lambda: add(campaign_id=7, prospects=[person])) == "campaignId"
    assert field(lambda: add(campaign_id="c", prospects=7)) == "prospects"
    assert field(lambda: add(campaign_id="c", prospects="people")) == "prospects"
    assert field(lambda: kakiyo.agents.create(limits={"a": object()})) == "arguments"
    assert field(lambda: kakiyo.agents.create(limits={"a": float("nan")})) == "arguments"
    assert field(lambda: kakiyo.products.create(name="\ud800abc", description="x" * 20))
    assert field(lambda: kakiyo.campaigns.stats("..")) == "campaignId"
    assert sandbox.calls() == 0


def test_inputs_of_any_mapping_and_iterable(kakiyo, sandbox, campaign):
    people = (
        MappingProxyType(
            {"name": f"Q {n}", "url": f"in/q{n}", "custom_data": None if n else "hello"}
        )
        for n in range(2)
    )
    kakiyo.prospects.add_batch(campaign_id=campaign, prospects=people)
    sent = sandbox.control("GET", "/_sandbox/requests?operation=prospects.add_batch")["requests"]
    assert sent[-1]["body"]["prospects"][0]["customData"] == "hello"
    assert "customData" not in sent[-1]["body"]["prospects"][1]


def test_call_options_reach_the_wire(kakiyo, sandbox):
    kakiyo.with_options(extra_headers={"x-one": "1"}).verify(
        extra_headers={"x-two": "2"}, extra_query={"q": "a b", "n": 5, "t": True}, timeout=5
    )
    (sent,) = sandbox.control("GET", "/_sandbox/requests")["requests"]
    headers = {name.lower(): value for name, value in dict(sent["headers"]).items()}
    assert headers["x-one"] == "1"
    assert headers["x-two"] == "2"
    assert "kakiyo/" in headers["user-agent"]
    assert "python/3" in headers["user-agent"]
    assert "5" in str(sent["query"])
    assert "true" in str(sent["query"])


def test_raw_calls(kakiyo, sandbox):
    created = kakiyo.raw(
        "POST", "/products", body={"name": "Audit", "description": "A two-week review."}
    )
    assert created.meta.status == 201
    assert created.json()["id"]
    assert created.raw.startswith(b"{")
    listed = kakiyo.raw("GET", "/prospects/search", query={"limit": 1, "query": None})
    assert listed.meta.credits == (1, 1)
    for path, query in (("verify", None), ("/a/../b", None), ("/verify", 7)):
        with pytest.raises(InvalidRequestError):
            kakiyo.raw("GET", path, query=query)


def test_limits_in_every_form(sandbox):
    forms = [
        None,
        "auto",
        "published",
        Limits.tiered(),
        Limits.auto().with_window(2),
        Limits.custom([{"group": "each_operation", "limit": 9, "window": 1, "max_in_flight": 5}]),
        [{"group": "tier:low", "limit": 3}, {"group": "operation:verify", "limit": 5}],
        [{"group": "shared:dnc.batch", "limit": 3}],
        "unlimited",
    ]
    for limits in forms:
        # Quota belongs to the team: clients of one team share it.
        team = sandbox.add_team()
        with Kakiyo(team.api_key, base_url=sandbox.base_url, limits=limits) as kakiyo:
            assert kakiyo.verify().status == "success"
    assert repr(Limits.auto().with_window(2)) == "Limits.auto().with_window(2)"
    with pytest.raises(ConfigError):
        Kakiyo(KEY, limits=Limits.unlimited().with_window(2))


def test_the_key_from_a_callable_is_asked_for_again_once(sandbox):
    keys = iter(["wrong" * 8, sandbox.api_key])
    asked = []

    def key():
        asked.append(1)
        return next(keys)

    with Kakiyo(key, base_url=sandbox.base_url) as kakiyo:
        assert kakiyo.verify().status == "success"
        assert kakiyo.verify().status == "success"
    assert len(asked) == 2


def test_a_callable_that_keeps_failing(sandbox):
    asked = []

    def wrong():
        asked.append(1)
        return "w" * 40

    with pytest.raises(AuthError):
        Kakiyo(wrong, base_url=sandbox.base_url).verify()
    assert len(asked) == 2

    def broken():
        raise RuntimeError("the vault is sealed")

    for source, words in (
        (broken, "the vault is sealed"),
        (lambda: 7, "int instead of text"),
        (lambda: asyncio.sleep(0), "AsyncKakiyo"),
    ):
        with pytest.raises(AuthError, match=words):
            Kakiyo(source, base_url=sandbox.base_url).verify()


def test_an_async_callable(sandbox):
    asked = []

    async def key():
        asked.append(asyncio.get_running_loop())
        await asyncio.sleep(0.01)
        return sandbox.api_key

    async def main():
        async with AsyncKakiyo(key, base_url=sandbox.base_url) as kakiyo:
            await asyncio.gather(*(kakiyo.verify() for _ in range(5)))
            assert asked == [asyncio.get_running_loop()]
        async with AsyncKakiyo(lambda: sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
            await kakiyo.verify()

    asyncio.run(main())


def test_the_environment(sandbox, monkeypatch):
    monkeypatch.setenv("KAKIYO_API_KEY", sandbox.api_key)
    monkeypatch.setenv("KAKIYO_BASE_URL", sandbox.base_url)
    assert Kakiyo().verify().status == "success"
