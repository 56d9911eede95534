"""Read by mypy alone: what users write has the types that they expect."""

from datetime import datetime

from typing_extensions import assert_type

from kakiyo import AsyncKakiyo, Kakiyo, NotFoundError, Sandbox, plan_leads
from kakiyo.models import Meta, Page, ProductCreated, Prompt, Prospect, Rows
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


def errors(sandbox: Sandbox) -> None:
    with Kakiyo(lambda: sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
        try:
            kakiyo.with_options(timeout=5).verify()
        except NotFoundError as error:
            assert_type(error.status, int | None)
            assert_type(error.credits.min, int)
