"""The second client: its options, its results, its idempotency keys."""

import asyncio
import pickle
import uuid

import pytest

from conftest import KEY, scripted
from kakiyo import (
    AsyncKaiko,
    ConfigError,
    InvalidRequestError,
    Kaiko,
    Kakiyo,
    KakiyoError,
    KakiyoWarning,
    ServerError,
    models,
)

EMOTION = {"category": "joy", "intensity": 0.8, "valence": 0.7, "scores": {"joy": 0.8, "fear": 0.1}}
ANALYSIS = {"emotions": {"user": EMOTION}, "usage": {"prompt_tokens": 3}, "model": "emotion-v2"}


def sent(sandbox):
    return sandbox.control("GET", "/_sandbox/requests")["requests"]


def test_a_text_is_analysed(kaiko, sandbox):
    scripted(sandbox, ANALYSIS)
    analysis = kaiko.emotions.analyze("At last, it works.")
    assert isinstance(analysis, models.EmotionAnalysis)
    assert analysis.primary.category == "joy"
    assert analysis.primary == analysis.emotions["user"]
    assert list(analysis.emotions) == ["user"]
    assert analysis.meta.credits == (0, 0)
    (request,) = sent(sandbox)
    assert request["method"] == "POST"
    assert request["path"].endswith("/v2/emotions/analysis")


def test_members_of_maps_are_values_and_views(kaiko, sandbox):
    scripted(sandbox, ANALYSIS)
    analysis = kaiko.emotions.analyze("At last, it works.")
    emotion = analysis.emotions["user"]
    assert isinstance(emotion, models.Emotion)
    assert emotion.scores == {"joy": 0.8, "fear": 0.1}
    assert emotion.to_dict()["scores"] == EMOTION["scores"]
    assert emotion.meta.status == 200
    again = pickle.loads(pickle.dumps(analysis))
    assert again == analysis
    assert again.emotions["user"] == emotion
    assert pickle.loads(pickle.dumps(emotion)).intensity == 0.8


def test_a_role_with_signs_of_a_json_pointer_is_found(kaiko, sandbox):
    scripted(sandbox, {"emotions": {"a/b~c": EMOTION}})
    emotion = kaiko.emotions.analyze("At last, it works.").emotions["a/b~c"]
    assert emotion.to_dict()["category"] == "joy"


def test_placeholders_are_shown_before_everything_else(kaiko, sandbox):
    scripted(sandbox, {**ANALYSIS, "isFallback": True, "dataQuality": "fallback"})
    with pytest.warns(KakiyoWarning, match="placeholders"):
        analysis = kaiko.emotions.analyze("At last, it works.")
    assert analysis.is_fallback is True
    shown = repr(analysis)
    assert shown.startswith("EmotionAnalysis(is_fallback=True, ")
    assert shown.index("data_quality='fallback'") < shown.index("Emotion(")


def test_placeholders_are_an_error_where_that_is_wanted(kaiko, sandbox):
    scripted(sandbox, *[{**ANALYSIS, "isFallback": True}] * 2)
    for client, options in (
        (kaiko, {"fail_on_fallback": True}),
        (kaiko.with_options(fail_on_fallback=True), {}),
    ):
        with pytest.raises(KakiyoError):
            client.emotions.analyze("At last, it works.", max_retries=0, **options)


def test_a_key_of_the_caller_goes_with_the_call(kaiko, sandbox):
    scripted(sandbox, ANALYSIS, ANALYSIS)
    analysis = kaiko.emotions.analyze("At last, it works.", idempotency_key="order-7")
    assert analysis.meta.idempotency_key == "order-7"
    assert pickle.loads(pickle.dumps(analysis.meta)).idempotency_key == "order-7"
    made = kaiko.emotions.analyze("At last, it works.").meta.idempotency_key
    assert uuid.UUID(made).version == 4
    keys = [dict(request["headers"])["idempotency-key"] for request in sent(sandbox)]
    assert keys == ["order-7", made]


def test_a_failed_call_tells_its_key(kaiko, sandbox):
    error = {"type": "server_error", "code": "internal", "message": "no"}
    scripted(sandbox, {"error": error}, status=500)
    with pytest.raises(ServerError) as raised:
        kaiko.emotions.analyze("At last, it works.", max_retries=0, idempotency_key="order-8")
    assert raised.value.idempotency_key == "order-8"
    assert (raised.value.type, raised.value.code) == ("server_error", "internal")
    assert pickle.loads(pickle.dumps(raised.value)).idempotency_key == "order-8"


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "ü", "x" * 256, 7])
def test_a_wrong_key_is_refused(kaiko, sandbox, key):
    with pytest.raises(InvalidRequestError) as raised:
        kaiko.emotions.analyze("At last, it works.", idempotency_key=key)
    assert raised.value.details[0].field == "idempotencyKey"
    assert sent(sandbox) == []


def test_calls_without_such_a_key_refuse_one(kakiyo, sandbox):
    with pytest.raises(InvalidRequestError) as raised:
        kakiyo.verify(idempotency_key="order-9")
    assert raised.value.details[0].field == "idempotencyKey"
    assert kakiyo.verify().meta.idempotency_key is None


def test_the_asyncio_twin(sandbox):
    scripted(sandbox, ANALYSIS, {"a": 1})

    async def main():
        async with AsyncKaiko(sandbox.api_key, base_url=sandbox.base_url, auth="bearer") as kaiko:
            analysis = await kaiko.emotions.analyze("At last, it works.", idempotency_key="order-1")
            assert analysis.meta.idempotency_key == "order-1"
            answer = await kaiko.with_options(timeout=5).raw("POST", "/v2/new", body={})
            assert answer.json() == {"a": 1}
            assert uuid.UUID(answer.meta.idempotency_key)
            assert repr(kaiko) == "AsyncKaiko()"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("environment", "moon", "environment"),
        ("environment", 7, "environment"),
        ("auth", "basic", "auth"),
        ("fail_on_fallback", "yes", "failOnFallback"),
        ("auth", ["bearer"], "auth"),
        ("on_warning", "print", "onWarning"),
    ],
)
def test_a_wrong_option_is_named(option, value, field):
    for client in (Kaiko, AsyncKaiko):
        with pytest.raises(ConfigError) as raised:
            client(KEY, **{option: value})
        assert raised.value.details[0].field == field


def test_options_of_kaiko_are_none_of_kakiyo():
    with pytest.raises(TypeError):
        Kakiyo(KEY, environment="production")


def test_the_key_travels_as_the_option_says(sandbox, hanging):
    scripted(sandbox, ANALYSIS)
    Kaiko(sandbox.api_key, base_url=sandbox.base_url, auth="bearer").emotions.analyze("x")
    headers = dict(sent(sandbox)[0]["headers"])
    assert "authorization" in headers
    assert "x-api-key" not in headers


def test_the_environment(sandbox, monkeypatch):
    monkeypatch.setenv("KAIKO_API_KEY", sandbox.api_key)
    monkeypatch.setenv("KAIKO_BASE_URL", sandbox.base_url)
    scripted(sandbox, ANALYSIS)
    assert Kaiko(auth="bearer").emotions.analyze("At last, it works.").primary.category == "joy"
