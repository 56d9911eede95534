"""Errors: one table of kinds, fields everywhere, secrets nowhere."""

import pickle
import traceback

import pytest

import kakiyo as package
from conftest import KEY
from kakiyo import Kakiyo, KakiyoError, errors

KINDS = [
    "config",
    "invalid_request",
    "auth",
    "permission",
    "not_found",
    "conflict",
    "rate_limited",
    "out_of_credits",
    "budget_refused",
    "wait_refused",
    "timeout",
    "connection",
    "outcome_unknown",
    "cancelled",
    "decode",
    "server",
    "internal",
]
PARENTS = {
    "config": ValueError,
    "invalid_request": ValueError,
    "auth": PermissionError,
    "permission": PermissionError,
    "not_found": LookupError,
    "timeout": TimeoutError,
    "connection": ConnectionError,
}


def test_the_table_holds_every_kind():
    assert list(errors.CLASSES) == KINDS
    for kind, error in errors.CLASSES.items():
        assert issubclass(error, KakiyoError)
        assert error.kind == kind
        assert issubclass(error, PARENTS.get(kind, Exception))
        assert getattr(package, error.__name__) is error


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_fields_in_a_pickle(kind):
    error = errors.from_fields(
        {
            "kind": kind,
            "message": "what happened",
            "operation": "prospects.add_batch",
            "status": 409,
            "code": "campaign_busy",
            "type": "conflict_error",
            "request_id": "r",
            "idempotency_key": "i",
            "retry_after": 1.5,
            "attempts": 2,
            "credits": (1, 2),
            "safe_to_retry": True,
            "details": [("name", "too short")],
            "headers": {"x": "y"},
            "body": b"{}",
        }
    )
    again = pickle.loads(pickle.dumps(error))
    for one in (error, again):
        assert type(one) is errors.CLASSES[kind]
        assert str(one) == "prospects.add_batch: what happened"
        assert one.message == "what happened"
        assert (one.status, one.code, one.request_id) == (409, "campaign_busy", "r")
        assert (one.type, one.idempotency_key) == ("conflict_error", "i")
        assert (one.retry_after, one.attempts, one.safe_to_retry) == (1.5, 2, True)
        assert one.credits == errors.Credits(1, 2)
        assert one.details == (errors.FieldIssue("name", "too short"),)
        assert (dict(one.headers), one.body) == ({"x": "y"}, b"{}")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "validation_error", "message": "no"}, "invalid_request"),
        (401, {"error": "invalid_api_key"}, "auth"),
        (402, {"error": "insufficient_credits"}, "out_of_credits"),
        (403, {"error": "forbidden"}, "permission"),
        (404, {"error": "not_found"}, "not_found"),
        (409, {"error": "campaign_busy"}, "conflict"),
        (429, {"error": "rate_limit_exceeded"}, "rate_limited"),
        (500, {"error": "internal_error"}, "server"),
        (200, "not an object", "decode"),
    ],
)
def test_answers_become_their_kind(kakiyo, sandbox, status, body, kind):
    sandbox.control("POST", "/_sandbox/script", {"answers": [{"status": status, "body": body}]})
    with pytest.raises(errors.CLASSES[kind]) as raised:
        kakiyo.with_options(max_retries=0).verify()
    error = raised.value
    assert error.kind == kind
    assert error.operation == "verify"
    assert error.status == status
    assert error.attempts == 1
    assert error.body
    assert error.headers["content-type"].startswith("application/json")


def test_what_happens_before_and_beside_an_answer(sandbox, hanging):
    def kind(call):
        with pytest.raises(KakiyoError) as raised:
            call()
        return raised.value.kind

    refused = Kakiyo(KEY, base_url="http://127.0.0.1:9/v1", max_retries=0)
    assert kind(refused.verify) == "connection"
    slow = Kakiyo(KEY, base_url=hanging.base_url, max_retries=0, timeout=0.2)
    assert kind(slow.verify) == "timeout"
    lost = lambda: slow.products.create(name="Audit", description="A two-week review.")  # noqa: E731
    assert kind(lost) == "outcome_unknown"
    team = sandbox.add_team(limits={"tier.low": 1}).api_key
    full = Kakiyo(
        team,
        base_url=sandbox.base_url,
        limits=[{"group": "team", "limit": 1, "window": 60}],
        max_wait=0.1,
    )
    full.verify()
    assert kind(full.verify) == "wait_refused"
    assert kind(lambda: full.products.create(name="x", description="y")) == "invalid_request"
    full.close()
    assert kind(full.verify) == "config"
    assert kind(lambda: Kakiyo("short")) == "config"


def test_the_key_is_nowhere_to_be_seen(sandbox):
    key = sandbox.api_key
    kakiyo = Kakiyo(key, base_url=sandbox.base_url)
    seen = [repr(kakiyo), str(kakiyo), repr(kakiyo._native), repr(kakiyo.products)]
    sandbox.control(
        "POST",
        "/_sandbox/script",
        {"answers": [{"status": 401, "body": {"error": "invalid_api_key"}}]},
    )
    for call in (kakiyo.verify, lambda: Kakiyo(key + "\n\0x"), lambda: Kakiyo(key[:30])):
        try:
            call()
        except KakiyoError as error:
            seen += [str(error), repr(error), repr(error.__reduce__())]
            seen += traceback.format_exception(type(error), error, error.__traceback__)
    for text in seen:
        assert key not in text
        assert key[20:30] not in text


def test_a_plan_of_a_bad_file_is_an_invalid_request(tmp_path):
    with pytest.raises(errors.InvalidRequestError) as raised:
        package.plan_leads(tmp_path / "nothing.csv")
    assert raised.value.details[0].field == "file"
    assert raised.value.code == "not_found"
