"""The main job: a messy list of leads into a campaign, on the embedded sandbox. No account is needed.

``python examples/python/import_leads.py [FILE] [--dnc FILE] [--json]``. The same program stands in ``examples/rust`` and
``examples/node``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from kakiyo import (
    Kakiyo,
    KakiyoError,
    LeadPlan,
    ProfileList,
    Sandbox,
    plan_leads,
    read_profile_urls,
)

DATA = Path(__file__).resolve().parent.parent / "data"
#: The sandbox takes this long for an import, in seconds, so that one poll confirms it.
IMPORT_DELAY = 0.5
#: Profiles of one Do-Not-Contact call, and leads of one import.
DNC_BATCH, LEAD_BATCH = 500, 100


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Loads leads into a campaign on the embedded sandbox."
    )
    parser.add_argument(
        "file", nargs="?", help="CSV with the leads; the example's own unless given"
    )
    parser.add_argument("--dnc", help="CSV with the people who must not be contacted")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of a report"
    )
    arguments = parser.parse_args()
    dnc = arguments.dnc or (None if arguments.file else DATA / "do-not-contact.csv")
    try:
        run(arguments.file or DATA / "leads.csv", dnc, as_json=arguments.json)
    except KakiyoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def run(file: str | Path, dnc: str | Path | None, *, as_json: bool) -> None:
    # Reading costs nothing: what is wrong with the files shows before anything is sent.
    plan = plan_leads(file)
    blocked = read_profile_urls(dnc) if dnc else None
    if not as_json:
        print_plan(plan, blocked)

    with (
        Sandbox(import_delay=IMPORT_DELAY) as sandbox,
        Kakiyo(api_key=sandbox.api_key, base_url=sandbox.base_url) as kakiyo,
    ):
        campaign_id = new_campaign(kakiyo)
        if blocked:
            block(kakiyo, blocked)
        lists = add(kakiyo, campaign_id, plan)
        outcome = confirm(kakiyo, lists)
        counts = {
            "rows": plan.rows,
            "unique": plan.unique,
            "duplicates": plan.duplicates,
            "invalid": plan.invalid,
            **outcome,
            "calls": sandbox.calls(),
            "credits": sandbox.spent(),
            "rejected_429": sandbox.rejections(),
        }
    if as_json:
        print(json.dumps(counts))
    else:
        print_report(counts)


def new_campaign(kakiyo: Kakiyo) -> str:
    product = kakiyo.products.create(
        name="Contract audit", description="A two-week review of energy contracts."
    )
    prompt = kakiyo.prompts.create(
        name="Founder intro", model="680321c8001e2f527d82", type="Messages"
    )
    agent = kakiyo.agents.create()
    campaign = kakiyo.campaigns.create(
        name="Founders, spring", product_id=product.id, prompt_id=prompt.id or "", agent_id=agent.id
    )
    return campaign.id


def block(kakiyo: Kakiyo, blocked: ProfileList) -> None:
    urls = [profile.url for profile in blocked.profiles]
    for start in range(0, len(urls), DNC_BATCH):
        kakiyo.dnc.add_batch(entries=[{"url": url} for url in urls[start : start + DNC_BATCH]])


def add(kakiyo: Kakiyo, campaign_id: str, plan: LeadPlan) -> list[str]:
    lists = []
    for start in range(0, len(plan.leads), LEAD_BATCH):
        batch = plan.leads[start : start + LEAD_BATCH]
        prospects = [{"name": lead.name, "url": lead.url} for lead in batch]
        accepted = kakiyo.prospects.add_batch(campaign_id=campaign_id, prospects=prospects)
        if accepted.list_id:
            lists.append(accepted.list_id)
    return lists


def confirm(kakiyo: Kakiyo, lists: list[str]) -> dict[str, int]:
    """Asks for each import until it has ended."""
    outcome = {"dnc": 0, "imported": 0, "existing": 0}
    time.sleep(IMPORT_DELAY)
    for list_id in lists:
        status = kakiyo.prospects.import_status(list_id)
        while not status.finished:
            time.sleep(IMPORT_DELAY)
            status = kakiyo.prospects.import_status(list_id)
        outcome["dnc"] += status.skipped_dnc or 0
        outcome["imported"] += status.imported or 0
        outcome["existing"] += status.existing or 0
    return outcome


def print_plan(plan: LeadPlan, blocked: ProfileList | None) -> None:
    print("Plan")
    for name in ("rows", "unique", "duplicates", "invalid"):
        print(f"  {name:<11} {getattr(plan, name):>6}")
    for reason, count in plan.invalid_reasons.items():
        print(f"    {reason:<20} {count:>4}")
    if blocked:
        print(f"  to block    {blocked.unique:>6}")
    print(
        f"  calls       {plan.calls.min:>6} to {plan.calls.max} (adding {plan.submit_calls}, the rest confirms)"
    )
    print(f"  credits     {plan.credits.min:>6} to {plan.credits.max}")


def print_report(counts: dict[str, int]) -> None:
    print("\nReport")
    for label, name in (("imported", "imported"), ("existing", "existing"), ("blocked", "dnc")):
        print(f"  {label:<11} {counts[name]:>6}")
    for name in ("duplicates", "invalid"):
        print(f"  {name:<11} {counts[name]:>6}")
    calls, credits, rejected = counts["calls"], counts["credits"], counts["rejected_429"]
    print(f"\nThe sandbox counted {calls} calls, {credits} credits and {rejected} answers of 429.")


if __name__ == "__main__":
    sys.exit(main())
