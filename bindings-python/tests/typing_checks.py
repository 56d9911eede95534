"""Read by mypy alone: what users write has the types that they expect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from typing_extensions import assert_type

from kakiyo import (
    AsyncKaiko,
    AsyncKakiyo,
    Budget,
    CreditRange,
    CreditsReport,
    Event,
    Explanation,
    Kaiko,
    Kakiyo,
    KakiyoWarning,
    Limits,
    NotFoundError,
    QuotaReport,
    Sandbox,
    plan_leads,
)
from kakiyo.models import (
    Emotion,
    EmotionAnalysis,
    Meta,
    Page,
    ProductCreated,
    Prompt,
    Prospect,
    Rows,
)
from kakiyo.types import ProspectInput


def sync(kakiyo: Kakiyo, people: list[ProspectInput], rows: list[dict[str, str]]) -> None:
    product = kakiyo.products.create(name="a", description="b", timeout=5, max_wait=None)
    assert_type(product, ProductCreated)
    assert_type(product.id, str)
    assert_type(product.meta, Meta)
    for chat in kakiyo.prospects.list("c", status=4, max_items=5):
        assert_type(chat, Prospect)
        assert_type(chat.last_message, datetime | None)
    page = kakiyo.prospects.list("c").page()
    assert_type(page, Page[Prospect])
    assert_type(page[0], Prospect)
    assert_type(page[1:], list[Prospect])
    assert_type(kakiyo.prompts.list()[0].name, str | None)
    assert_type(kakiyo.prompts.list().meta.credits.max, int)
    kakiyo.prospects.add_batch(campaign_id="c", prospects=people)
    kakiyo.prospects.add_batch(campaign_id="c", prospects=rows)
    kakiyo.prospects.add_batch(campaign_id="c", prospects=[{"name": "a", "url": "u"}])
    kakiyo.prospects.add_batch(
        campaign_id="c",
        prospects=({"name": lead.name, "url": lead.url} for lead in plan_leads("f").leads),
    )
    kakiyo.products.create(name="a")  # type: ignore[call-arg]
    kakiyo.products.create("a", "b")  # type: ignore[call-arg]
    kakiyo.products.create(name="a", description="b", tiemout=5)  # type: ignore[call-arg]
    kakiyo.prospects.list()  # type: ignore[call-arg]
    kakiyo.verify(page_size=5)  # type: ignore[call-arg]


async def asynchronous(kakiyo: AsyncKakiyo) -> None:
    product = await kakiyo.products.create(name="a", description="b")
    assert_type(product.id, str)
    async for chat in kakiyo.prospects.list("c"):
        assert_type(chat.id, str)
    async for page in kakiyo.prospects.list("c").pages():
        assert_type(page, Page[Prospect])
    assert_type(await kakiyo.prompts.list(), Rows[Prompt])


def emotions() -> None:
    def hear(warning: KakiyoWarning) -> None:
        assert_type(warning.operation, str | None)

    with Kaiko(environment="staging", auth="bearer", on_warning=hear) as kaiko:
        analysis = kaiko.emotions.analyze("text", idempotency_key="k")
        assert_type(analysis, EmotionAnalysis)
        assert_type(analysis.emotions, Mapping[str, Emotion])
        assert_type(analysis.is_fallback, bool)
        assert_type(analysis.meta.idempotency_key, str | None)
        kaiko.with_options(idempotency_key="k")  # type: ignore[call-arg]
        kaiko.campaigns  # type: ignore[attr-defined]  # noqa: B018
    Kaiko(environment="moon")  # type: ignore[arg-type]
    Kakiyo(auth="bearer")  # type: ignore[call-arg]


async def asynchronous_emotions(kaiko: AsyncKaiko) -> None:
    assert_type(await kaiko.emotions.analyze("text"), EmotionAnalysis)


def admission(path: str) -> None:
    def hear(event: Event) -> None:
        assert_type(event.details, Mapping[str, Any])

    kakiyo = Kakiyo(
        store={"folder": path},
        budget=[500, Budget(2_000, per="month", tag="spring")],
        balance=10_000,
        floor=100,
        limits=Limits.auto().with_rule("paced"),
        on_event=hear,
    )
    Kakiyo(store="redis://127.0.0.1:6379", budget=Budget(5))
    Budget(1, per="year")  # type: ignore[arg-type]
    kakiyo.verify(priority="bulk", budget=5, tag="spring", job="7")
    kakiyo.prospects.list("c", budget=5, tag="spring")
    kakiyo.with_options(tag="spring", priority="interactive")
    kakiyo.verify(priority="high")  # type: ignore[arg-type]
    assert_type(kakiyo.quota(), QuotaReport)
    assert_type(kakiyo.quota().groups[0].paused_for, float)
    money = kakiyo.credits()
    assert_type(money, CreditsReport)
    assert_type(money.left, CreditRange | None)
    told = kakiyo.explain("prospects.list", campaign_id="c", max_items=5)
    assert_type(told, Explanation)
    assert_type(told.credits.max, int | None)
    assert_type(kakiyo.explain_import(plan_leads("f"), tag="spring"), Explanation)
    kakiyo.declare_balance(5)
    kakiyo.resume()
    kakiyo.reconcile("team/ever", 5)
    told.credits = 5  # type: ignore[misc, assignment]


async def asynchronous_admission(kaiko: AsyncKaiko) -> None:
    assert_type(await kaiko.quota(), QuotaReport)
    assert_type(await kaiko.credits(), CreditsReport)
    assert_type(await kaiko.explain("emotions.analyze", "text"), Explanation)


def errors(sandbox: Sandbox) -> None:
    with Kakiyo(lambda: sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
        try:
            kakiyo.with_options(timeout=5).verify()
        except NotFoundError as error:
            assert_type(error.status, int | None)
            assert_type(error.credits.min, int)
            assert_type(error.idempotency_key, str | None)
