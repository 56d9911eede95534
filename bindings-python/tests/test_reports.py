"""Reports of quota and credits, and explanations held against what the sandbox counts."""

import asyncio
import pickle

import pytest

import kakiyo.reports
from kakiyo import (
    AsyncKakiyo,
    Bounds,
    CreditsReport,
    Explanation,
    InvalidRequestError,
    Kakiyo,
    QuotaReport,
    plan_leads,
)

PEOPLE = [{"name": f"P {n}", "url": f"https://linkedin.com/in/e{n}"} for n in range(3)]


def charged(sandbox, call):
    before = sandbox.spent()
    call()
    return sandbox.spent() - before


def test_an_explanation_is_what_the_sandbox_charges(kakiyo, sandbox, campaign):
    batch = {"campaign_id": campaign, "prospects": PEOPLE}
    for operation, arguments, options in [
        ("verify", (), {}),
        ("campaigns.stats", (campaign,), {}),
        ("campaigns.stats", (), {"campaign_id": campaign}),
        ("prospects.add_batch", (), batch),
        ("dnc.add", (), {"url": "https://linkedin.com/in/ada"}),
        ("prospects.search", (), {"query": "P", "max_items": 5}),
    ]:
        told = kakiyo.explain(operation, *arguments, **options)
        method = kakiyo
        for name in operation.split("."):
            method = getattr(method, name)

        def call(method=method, arguments=arguments, options=options):
            list(getattr(method(*arguments, **options), "collect", list)())

        spent = charged(sandbox, call)
        assert told.credits.min <= spent <= told.credits.max, operation
        assert told.credits.min == told.credits.max, operation
        assert told.parts[0].operation == operation


def test_a_walk_lies_in_its_interval(kakiyo, sandbox, campaign):
    told = kakiyo.explain("prospects.list", campaign, max_items=7, page_size=2)
    assert (told.calls, told.credits) == (Bounds(1, 4), Bounds(1, 4))
    rows = kakiyo.prospects.list(campaign, max_items=7, page_size=2)
    assert charged(sandbox, lambda: list(rows)) == 4
    assert kakiyo.explain("prospects.list", campaign_id=campaign).calls == Bounds(1, None)


def test_an_explanation_tells_waits_and_refusals(sandbox):
    limits = [{"group": "each_operation", "limit": 2, "window": 30}]
    with Kakiyo(sandbox.api_key, base_url=sandbox.base_url, limits=limits, budget=3) as kakiyo:
        kakiyo.verify()
        assert kakiyo.explain("verify").ends_in == 0
        kakiyo.verify()
        (told,) = kakiyo.explain("verify").parts
        assert told.refused is None
        assert 20 < told.starts_in <= told.ends_in
        assert told.waits_for
    with Kakiyo(sandbox.api_key, base_url=sandbox.base_url, limits=limits, budget=0) as kakiyo:
        refused = kakiyo.explain("verify")
        assert "budget of 0" in refused.parts[0].refused
        assert "refused: " in str(refused)
    assert sandbox.calls() == 2


def test_an_import_is_explained(kakiyo):
    rows = "".join(f"P {n},https://linkedin.com/in/p{n}\n" for n in range(250))
    plan = plan_leads(f"name,url\n{rows}".encode())
    told = kakiyo.explain_import(plan, tag="spring")
    assert told.calls == plan.calls
    assert told.credits == plan.credits
    assert [part.operation for part in told.parts] == [
        "prospects.add_batch",
        "prospects.import_status",
    ]
    assert told.parts[0].calls == (3, 3)
    for wrong in (None, 7, {"submitCalls": 1}):
        with pytest.raises(InvalidRequestError) as raised:
            kakiyo.explain_import(wrong)
        assert raised.value.details[0].field == "plan"


@pytest.mark.parametrize(
    ("operation", "options", "field"),
    [
        ("moon.walk", {}, "operation"),
        ("prospects", {}, "operation"),
        ("close", {}, "operation"),
        ("", {}, "operation"),
        ("_native.call", {}, "operation"),
        ("prospects.list.__self__", {"campaign_id": "c"}, "operation"),
        ("a\nb", {}, "operation"),
        (7, {}, "operation"),
        ("emotions.analyze", {"text": "x"}, "operation"),
        ("verify", {"max_items": 1}, "maxItems"),
        ("verify", {"tiemout": 1}, "tiemout"),
        ("prospects.list", {"campaign_id": "c", "page_size": 0}, "pageSize"),
        ("prospects.list", {"campaign_id": 7}, "campaignId"),
        ("prospects.add_batch", {"campaign_id": "c", "prospects": []}, "prospects"),
    ],
)
def test_what_cannot_be_explained_is_named(kakiyo, sandbox, operation, options, field):
    with pytest.raises(InvalidRequestError) as raised:
        kakiyo.explain(operation, **options)
    assert raised.value.details[0].field == field
    with pytest.raises(TypeError):
        kakiyo.explain("prospects.list")
    assert sandbox.calls() == 0


def test_reports_are_typed_tables(sandbox):
    limits = [{"group": "each_operation", "limit": 5, "window": 30}]
    with Kakiyo(sandbox.api_key, base_url=sandbox.base_url, limits=limits, budget=9) as kakiyo:
        kakiyo.verify()
        quota, money, told = kakiyo.quota(), kakiyo.credits(), kakiyo.explain("verify")
    (group,) = quota.groups
    assert (group.name, group.limit, group.window) == ("verify", 5, 30)
    assert (group.held, group.in_flight, group.paused_for) == (1, 0, 0)
    assert quota.learned == ()
    assert (money.today, money.month, money.ever) == ((1, 1), (1, 1), (1, 1))
    assert (money.reserved, money.unknown, money.balance, money.left) == (0, 0, None, None)
    assert len(money.day) == len("2026-11-22")
    (budget,) = money.budgets
    assert budget == ("team", "client", 9, (1, 1), 0, 8)
    assert money.saved == {}
    assert told.credits == (1, 1)
    for report, words in [
        (quota, "1 of 5"),
        (money, "spent today"),
        (told, "1 calls, 1 credits"),
    ]:
        assert words in str(report)
        assert words in repr(report)
        assert report._repr_html_().startswith("<table>")
        assert pickle.loads(pickle.dumps(report)) == report
        assert report.to_dict()
        with pytest.raises(AttributeError):
            report.credits = 7
    assert quota != money


def test_the_table_of_a_notebook_is_escaped(kakiyo):
    kakiyo.verify(tag="<b>")
    with Kakiyo("k" * 40, base_url="http://127.0.0.1:9/v1", budget=[]) as other:
        assert other.credits().budgets == ()
    tagged = {"cap": 5, "tag": "<b>"}
    with Kakiyo("k" * 40, base_url="http://127.0.0.1:9/v1", budget=tagged) as other:
        assert "tag:&lt;b&gt;" in other.credits()._repr_html_()


def test_asyncio_has_the_same(sandbox):
    async def main():
        async with AsyncKakiyo(sandbox.api_key, base_url=sandbox.base_url, budget=5) as kakiyo:
            await kakiyo.verify()
            await kakiyo.declare_balance(100)
            await kakiyo.reconcile("team/ever", 1)
            await kakiyo.resume()
            plan = plan_leads(b"name,url\nAda,https://linkedin.com/in/ada\n")
            assert (await kakiyo.explain_import(plan)).calls == plan.calls
            told = await kakiyo.explain("campaigns.list", max_items=3)
            assert told.calls == (1, 1)
            with pytest.raises(InvalidRequestError):
                await kakiyo.explain("moon.walk")
            return await kakiyo.quota(), await kakiyo.credits(), told

    quota, money, told = asyncio.run(main())
    assert [type(one) for one in (quota, money, told)] == [
        QuotaReport,
        CreditsReport,
        Explanation,
    ]
    assert (money.balance, money.budgets[0].left) == (100, 4)


def test_the_classes_have_docs():
    for name in ("QuotaReport", "CreditsReport", "Explanation"):
        cls = getattr(kakiyo.reports, name)
        assert cls.__doc__
        for field, value in vars(cls).items():
            assert not isinstance(value, property) or value.__doc__, field
