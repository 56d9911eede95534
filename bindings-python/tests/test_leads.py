"""Plans of leads: the core decides, Python shows."""

import json
import pickle
from pathlib import Path

import pytest

from kakiyo import InvalidRequestError, parse_profile_url, plan_leads, read_profile_urls

DATA = Path(__file__).parents[2] / "examples/data"
CSV = b"""Full name,LinkedIn URL,Note
Jonas Weber,https://www.linkedin.com/in/jonas-weber,hello
Jonas Weber,linkedin.com/in/Jonas-Weber/,again
,https://linkedin.com/in/nobody,
Ada,https://example.org,x
"""


def test_a_plan_from_bytes_and_from_a_file(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(CSV)
    for source in (CSV, bytearray(CSV), file, str(file)):
        plan = plan_leads(source)
        assert (plan.rows, plan.unique, plan.duplicates, plan.invalid) == (4, 1, 1, 2)
        assert plan.submit_calls == 1
        assert plan.calls == plan.credits == (2, 4)
        assert plan.calls.min == 2
        (lead,) = plan.leads
        assert (lead.name, lead.url) == ("Jonas Weber", "https://linkedin.com/in/jonas-weber")
        assert lead.custom_data is None
        assert sum(plan.invalid_reasons.values()) == 2
        assert len(plan.invalid_rows) == 2
        assert len(plan.duplicate_rows) == 1
        assert "rows=4" in repr(plan)
        assert plan == pickle.loads(pickle.dumps(plan))


def test_columns_are_told_in_python_names():
    plan = plan_leads(CSV, columns={"name": "Full name", "custom_data": "Note"})
    assert plan.leads[0].custom_data == "hello"
    for columns in ({"name": "Nope"}, {"nmae": "Full name"}, ["name"], 7):
        with pytest.raises(InvalidRequestError):
            plan_leads(CSV, columns=columns)


def test_the_example_files_are_read():
    plan = plan_leads(DATA / "leads.csv")
    assert plan.rows == plan.unique + plan.duplicates + plan.invalid
    blocked = read_profile_urls(DATA / "do-not-contact.csv")
    assert blocked.unique == len(blocked.profiles) > 0
    assert blocked.profiles[0].url.startswith("https://linkedin.com/in/")


def test_addresses_are_read_as_in_every_language():
    assert parse_profile_url("in/Jonas-Weber") == (
        "slug",
        "jonas-weber",
        "https://linkedin.com/in/jonas-weber",
    )
    with pytest.raises(InvalidRequestError):
        parse_profile_url("https://example.org")
    vectors = json.loads((DATA.parents[1] / "tests/vectors/profile_urls.json").read_text())
    assert vectors


def test_wrong_sources():
    for source in (7, None, b""):
        with pytest.raises(InvalidRequestError):
            plan_leads(source)
