"""Results: typed, frozen, picklable, and honest about what they do not know."""

import copy
import json
import pickle
from collections.abc import Sequence
from datetime import datetime, timezone

import pytest

import kakiyo as package
from conftest import scripted
from kakiyo import models

CHAT = {
    "id": "c1",
    "status": 4,
    "qualification": "somethingNew",
    "paused": None,
    "lastMessage": "2026-06-23T07:41:00.000Z",
    "mood": {"score": 7},
    "prospect": {"id": "p1", "name": "Jonas", "currentCompanyLinkedInUrl": "u", "shoe": 43},
}


def test_a_row_shows_its_fields(kakiyo, sandbox):
    scripted(sandbox, [CHAT])
    page = kakiyo.prospects.list("c").page()
    (row,) = page
    assert isinstance(row, models.Prospect)
    assert (row.id, row.status, row.qualification, row.paused) == ("c1", 4, "somethingNew", None)
    assert row.last_message == datetime(2026, 6, 23, 7, 41, tzinfo=timezone.utc)
    assert row.prospect.current_company_linked_in_url == "u"
    assert row.to_dict() == CHAT
    assert list(row.to_dict()) == list(CHAT)
    assert row.extra == {"mood": {"score": 7}}
    assert row.prospect.extra == {"shoe": 43}
    assert row.prospect.to_dict() == CHAT["prospect"]
    assert json.loads(row.raw) == CHAT
    assert json.loads(page.raw) == [CHAT]
    assert row.meta.status == row.prospect.meta.status == 200
    assert repr(row).startswith("Prospect(id='c1', status=4, qualification='somethingNew', last_")
    assert "prospect=ProspectProfile(id='p1', name='Jonas'" in repr(row)


def test_an_unreadable_time_is_none_and_stays_readable(kakiyo, sandbox):
    scripted(sandbox, [{**CHAT, "lastMessage": "yesterday"}])
    row = kakiyo.prospects.list("c").page()[0]
    assert row.last_message is None
    assert row.to_dict()["lastMessage"] == "yesterday"


def test_a_member_called_type_is_known(kakiyo, sandbox):
    scripted(sandbox, [{"id": "p", "type": "Messages", "new": 1}])
    prompt = kakiyo.prompts.list()[0]
    assert prompt.type == "Messages"
    assert prompt.extra == {"new": 1}


def test_results_are_frozen_and_cannot_be_made_by_hand(kakiyo):
    result = kakiyo.verify()
    with pytest.raises(AttributeError):
        result.status = "x"
    with pytest.raises(TypeError):
        models.Prospect()
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


def test_single_answers_have_raw_and_meta(kakiyo):
    result = kakiyo.products.create(name="Audit", description="A two-week review.")
    assert json.loads(result.raw) == result.to_dict()
    meta = result.meta
    assert (meta.status, meta.attempts, meta.credits) == (201, 1, (1, 1))
    assert meta.credits.max == 1
    assert meta.headers["content-type"].startswith("application/json")
    assert meta.request_id is None
    assert 0 <= meta.waited <= meta.elapsed < 60
    with pytest.raises(TypeError):
        meta.headers["x"] = "y"


def test_pages_are_sequences(kakiyo, campaign):
    page = kakiyo.prospects.list(campaign, page_size=5).page()
    assert isinstance(page, Sequence)
    assert isinstance(page, models.Page)
    assert len(page) == 5
    assert bool(page)
    assert page[-1] == page[4]
    assert page[1:3] == [page[1], page[2]]
    assert page[::-1] == list(reversed(page))
    assert page[10:] == []
    assert page.index(page[2]) == 2
    assert page.count(page[0]) == 1
    assert page[3] in page
    assert [row.id for row in page] == [row["id"] for row in page.to_dicts()]
    assert page.has_more is True
    assert page.total is None
    for wrong in (5, -6):
        with pytest.raises(IndexError):
            page[wrong]
    with pytest.raises(TypeError):
        page["0"]
    with pytest.raises(ValueError, match="no such row"):
        page.index("nothing")
    assert "5 rows" in repr(page)
    assert models.Page[models.Prospect]


def test_paginators_walk(kakiyo, campaign, sandbox):
    listed = kakiyo.prospects.list(campaign, page_size=3)
    with pytest.raises(TypeError):
        len(listed)
    before = sandbox.calls()
    assert len(list(listed)) == 7
    assert sandbox.calls() - before == 3
    assert [len(page) for page in listed.pages()] == [3, 3, 1]
    assert len(listed.collect()) == 7
    assert len(listed.collect(max_items=2)) == 2
    assert len(list(kakiyo.prospects.list(campaign, max_items=4))) == 4
    assert len(list(kakiyo.prospects.list(campaign, offset=5))) == 2
    assert kakiyo.prospects.search(query="P 3").page().total == 1
    pages = listed.pages()
    list(pages)
    assert pages.meta.attempts == 3


def test_lists_are_sequences_with_meta(kakiyo, campaign):
    prompts = kakiyo.prompts.list()
    assert isinstance(prompts, Sequence)
    assert not isinstance(prompts, models.Page)
    assert [prompt.name for prompt in prompts] == ["Intro"]
    assert prompts.meta.status == 200


def test_everything_is_picklable_and_equal(kakiyo, campaign):
    page = kakiyo.prospects.search(page_size=3).page()
    listed = kakiyo.prompts.list()
    single = kakiyo.campaigns.stats(campaign)
    raw = kakiyo.raw("GET", "/verify")
    for value in (page, page[1], page[1].location, listed, single, single.stats, raw):
        for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
            assert again == value
            assert again is not value
            assert type(again) is type(value)
            assert again.raw == value.raw
            assert again.meta.status == value.meta.status
            assert dict(again.meta.headers) == dict(value.meta.headers)
    again = pickle.loads(pickle.dumps(page))
    assert again.has_more == page.has_more
    assert again.total == page.total
    assert again[0].name == page[0].name
    assert page[0] != page[1]
    assert page[0] != "something"
    assert page != listed


def test_normalised_answers_keep_their_raw_bytes(kakiyo, campaign):
    report = kakiyo.campaigns.stats(campaign)
    assert isinstance(report.stats.conversion_rate, float)
    assert isinstance(json.loads(report.raw)["stats"]["conversionRate"], str)
    again = pickle.loads(pickle.dumps(report))
    assert again.raw == report.raw
    assert again.stats.conversion_rate == report.stats.conversion_rate


def test_pages_larger_than_wanted_are_cut(kakiyo, sandbox):
    scripted(sandbox, [{"id": str(number)} for number in range(10)])
    page = kakiyo.prospects.list("c", max_items=4).page()
    assert len(page) == len(page.to_dicts()) == len(pickle.loads(pickle.dumps(page))) == 4


def test_the_package_says_its_version():
    assert package.__version__.count(".") == 2
