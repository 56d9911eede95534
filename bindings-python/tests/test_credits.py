"""Budgets, balance and floor, the stop after a 402: refused before anything is sent."""

import asyncio

import pytest

from kakiyo import (
    AsyncKakiyo,
    Budget,
    BudgetRefusedError,
    ConfigError,
    InvalidRequestError,
    Kakiyo,
    OutOfCreditsError,
    Sandbox,
)


@pytest.fixture
def client(sandbox):
    """Opens clients of a team of their own; the team's name tells the sandbox's count."""

    def opened(cls=Kakiyo, *, credits=None, **options):
        team = sandbox.add_team(unlimited=True, **({"credits": credits} if credits else {}))
        opened = cls(
            team.api_key,
            base_url=sandbox.base_url,
            limits="unlimited",
            retry_delay=0.005,
            **options,
        )
        return opened, team.team

    return opened


def calls_until_refused(kakiyo, most=20, **options):
    """Calls that go out until the budget refuses one."""
    for made in range(most):
        refused = refusal(kakiyo, options)
        if refused is not None:
            assert (refused.attempts, refused.credits) == (0, (0, 0))
            return made
    return most


def refusal(kakiyo, options):
    try:
        kakiyo.verify(**options)
    except BudgetRefusedError as error:
        return error
    return None


@pytest.mark.parametrize(
    "budget",
    [3, Budget(3), {"cap": 3}, [3, Budget(50, per="day")], (Budget(3, per="ever"),)],
    ids=repr,
)
def test_a_budget_is_never_crossed(client, sandbox, budget):
    kakiyo, team = client(budget=budget)
    assert calls_until_refused(kakiyo) == 3
    assert sandbox.calls(team) == 3
    report = kakiyo.credits()
    assert [one.left for one in report.budgets if one.cap == 3] == [0]
    assert report.ever == (3, 3)


def test_a_budget_of_a_day_belongs_to_the_team(client, sandbox):
    kakiyo, team = client(budget=Budget(3, per="day"))
    assert calls_until_refused(kakiyo) == 3
    assert calls_until_refused(kakiyo.with_options(timeout=5)) == 0
    assert sandbox.calls(team) == 3


def test_budgets_of_tags_and_jobs_count_their_calls_alone(client, sandbox):
    kakiyo, team = client(budget=[Budget(2, tag="spring"), Budget(1, job="import-7")])
    assert calls_until_refused(kakiyo, tag="spring") == 2
    assert calls_until_refused(kakiyo, job="import-7") == 1
    assert calls_until_refused(kakiyo, most=4, tag="autumn") == 4
    assert calls_until_refused(kakiyo.with_options(tag="spring")) == 0
    assert sandbox.calls(team) == 7
    on = {budget.on: budget.spent.max for budget in kakiyo.credits().budgets}
    assert on == {"tag:spring": 2, "job:import-7": 1}


def test_a_call_a_walk_and_a_copy_have_budgets(kakiyo, sandbox, campaign):
    before = sandbox.calls()
    with pytest.raises(BudgetRefusedError, match="budget"):
        kakiyo.verify(budget=0)
    with pytest.raises(BudgetRefusedError):
        kakiyo.raw("GET", "/verify", budget=0)
    seen = []
    with pytest.raises(BudgetRefusedError):
        seen.extend(
            len(page) for page in kakiyo.prospects.list(campaign, page_size=2, budget=2).pages()
        )
    assert sandbox.calls() == before + 2
    assert calls_until_refused(kakiyo.with_options(budget=3)) == 3
    assert sandbox.calls() == before + 5


def test_many_threads_share_a_cap(client, sandbox):
    async def main():
        kakiyo, team = client(AsyncKakiyo, budget=10)
        async with kakiyo:
            calls = (kakiyo.verify() for _ in range(60))
            ended = await asyncio.gather(*calls, return_exceptions=True)
        return team, ended

    team, ended = asyncio.run(main())
    refused = [one for one in ended if isinstance(one, BudgetRefusedError)]
    assert len(refused) == 50
    assert sandbox.calls(team) == 10


def test_a_floor_keeps_credits_for_critical_calls(client, sandbox):
    kakiyo, team = client(balance=10, floor=8)
    assert calls_until_refused(kakiyo) == 2
    kakiyo.dnc.add(url="https://linkedin.com/in/ada")
    assert sandbox.calls(team) == 3
    report = kakiyo.credits()
    assert (report.balance, report.floor, report.left) == (10, 8, (7, 7))
    kakiyo.declare_balance(50)
    kakiyo.verify()
    assert kakiyo.credits().left == (49, 49)


def test_one_402_stops_the_team_until_somebody_says_otherwise():
    with Sandbox(unlimited=True, credits=2) as sandbox:
        options = {"base_url": sandbox.base_url, "limits": "unlimited", "retry_delay": 0.005}
        kakiyo, other = (Kakiyo(sandbox.api_key, **options) for _ in range(2))
        kakiyo.verify()
        kakiyo.verify()
        for client in (kakiyo, other, kakiyo):
            with pytest.raises(OutOfCreditsError):
                client.verify()
        answers = sandbox.control("GET", "/_sandbox/requests")["requests"]
        assert [answer["status"] for answer in answers].count(402) == 1
        stop = kakiyo.credits().out_of_credits
        assert stop is not None
        assert 0 < stop.probe_in <= 60
        assert "no credits" in str(kakiyo.credits())

        for let_go in (kakiyo.resume, lambda: kakiyo.declare_balance(5)):
            let_go()
            assert kakiyo.credits().out_of_credits is None
            with pytest.raises(OutOfCreditsError):
                other.verify()
        answers = sandbox.control("GET", "/_sandbox/requests")["requests"]
        assert [answer["status"] for answer in answers].count(402) == 3


def test_what_was_charged_can_be_said(client, sandbox):
    kakiyo, _ = client()
    sandbox_error = {"answers": [{"status": 500, "body": {"error": "x"}}]}
    sandbox.control("POST", "/_sandbox/script", sandbox_error)
    kakiyo.verify()
    assert kakiyo.credits().ever.min == 1
    for account, charged, field in [
        ("moon", 1, "account"),
        ("team/ever", 900, "charged"),
        ("team/ever", -1, "charged"),
        ("team/ever", "x", "charged"),
        (7, 1, "account"),
        ("team/ever", None, "options"),
    ]:
        with pytest.raises(InvalidRequestError) as raised:
            kakiyo.reconcile(account, charged)
        assert raised.value.details[0].field == field
    kakiyo.reconcile("team/ever", 1)
    assert kakiyo.credits().ever == (1, 1)
    for balance in (-1, 1.5, "7", None, True, 2**60):
        with pytest.raises(InvalidRequestError):
            kakiyo.declare_balance(balance)


def test_a_record_on_this_host_is_shared(sandbox, tmp_path):
    team = sandbox.add_team(unlimited=True)
    options = {
        "base_url": sandbox.base_url,
        "limits": "unlimited",
        "store": {"folder": tmp_path / "state"},
        "budget": Budget(3, per="ever"),
    }
    with Kakiyo(team.api_key, **options) as first, Kakiyo(team.api_key, **options) as second:
        first.verify()
        second.verify()
        first.verify()
        with pytest.raises(BudgetRefusedError):
            second.verify()
        assert second.credits().ever == (3, 3)
        assert str(tmp_path) in first.quota().store
    assert sandbox.calls(team.team) == 3
    with Kakiyo(team.api_key, **options, on_event=print) as later:
        assert calls_until_refused(later) == 0


def test_a_process_keeps_its_own_record(client):
    kakiyo, _ = client(store="process", budget=1)
    assert calls_until_refused(kakiyo) == 1
    assert "process" in kakiyo.quota().store


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"store": "memory"}, "store"),
        ({"store": 7}, "store"),
        ({"store": "http://x"}, "store"),
        ({"store": {"url": "redis://x", "fail_opne": True}}, "store.failOpne"),
        ({"store": {"url": "redis://x", "timeout": -1}}, "store.timeout"),
        ({"store": {"folder": 7}}, "store.folder"),
        ({"budget": -1}, "budget"),
        ({"budget": 1.5}, "budget"),
        ({"budget": "many"}, "budget"),
        ({"budget": {"per": "day"}}, "budget"),
        ({"budget": Budget(1, per="year")}, "budget.per"),
        ({"budget": [1, Budget(1, tag="")]}, "budget[1].tag"),
        ({"budget": Budget(1, tag="a\nb")}, "budget.tag"),
        ({"budget": Budget(1, tag="a", job="b")}, "budget"),
        ({"budget": object()}, "budget"),
        ({"floor": 5}, "floor"),
        ({"balance": -5}, "balance"),
        ({"limits": {"preset": "auto", "rule": "slow"}}, "limits.rule"),
        ({"limits": [{"group": "team", "limit": 1, "rule": 7}]}, "limits[0].rule"),
        ({"on_event": 7}, "onEvent"),
    ],
    ids=repr,
)
def test_a_wrong_option_is_named(options, field):
    for cls in (Kakiyo, AsyncKakiyo):
        with pytest.raises(ConfigError) as raised:
            cls("k" * 40, base_url="http://127.0.0.1:9/v1", **options)
        assert raised.value.details[0].field == field


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("priority", "high"),
        ("priority", 1),
        ("budget", -1),
        ("budget", "x"),
        ("budget", 1.5),
        ("tag", ""),
        ("tag", "x" * 65),
        ("tag", 7),
        ("job", "a\nb"),
    ],
)
def test_a_wrong_call_option_is_named(kakiyo, sandbox, option, value):
    calls = (
        kakiyo.verify,
        kakiyo.with_options,
        lambda **wrong: kakiyo.raw("GET", "/verify", **wrong),
        lambda **wrong: kakiyo.campaigns.list(**wrong).page(),
        lambda **wrong: kakiyo.explain("verify", **wrong),
    )
    for call in calls:
        with pytest.raises(InvalidRequestError) as raised:
            call(**{option: value})
        assert raised.value.details[0].field == option
    assert sandbox.calls() == 0


def test_both_priorities_are_sent(kakiyo):
    for priority in ("interactive", "bulk", None):
        assert kakiyo.verify(priority=priority).status == "success"
