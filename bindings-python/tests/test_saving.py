"""What is not spent: adds that travel together, answers from memory, shared reads."""

import asyncio
import threading
import time

import pytest

from kakiyo import AsyncKakiyo, ConfigError, InvalidRequestError, Kaiko, Kakiyo


@pytest.fixture
def options(sandbox):
    return {"base_url": sandbox.base_url, "limits": "unlimited"}


def add(kakiyo, campaign, number):
    name, url = f"N {number}", f"https://linkedin.com/in/n{number}"
    return kakiyo.prospects.add(campaign_id=campaign, name=name, url=url)


def requests(sandbox, operation):
    path = f"/_sandbox/requests?operation={operation}"
    return len(sandbox.control("GET", path)["requests"])


def test_single_adds_travel_together(sandbox, campaign, options):
    before = requests(sandbox, "prospects.add_batch")

    async def main():
        async with AsyncKakiyo(
            sandbox.api_key, coalesce={"linger": 0.2, "size": 50}, **options
        ) as kakiyo:
            adds = [add(kakiyo, campaign, number) for number in range(120)]
            bad = kakiyo.prospects.add(campaign_id=campaign, name="", url="x")
            ended = await asyncio.gather(*adds, bad, return_exceptions=True)
            return ended, await kakiyo.credits()

    ended, money = asyncio.run(main())
    assert isinstance(ended[-1], InvalidRequestError)
    assert all(one.list_id for one in ended[:-1])
    assert sum(one.meta.saved for one in ended[:-1]) == money.saved["coalescing"] == 117
    assert requests(sandbox, "prospects.add_batch") == before + 3
    assert requests(sandbox, "prospects.add") == 0
    assert "117 by coalescing" in str(money)


def test_closing_sends_what_lingers(sandbox, campaign, options):
    before = requests(sandbox, "prospects.add_batch")

    async def main():
        kakiyo = AsyncKakiyo(sandbox.api_key, coalesce={"linger": 50}, **options)
        adds = asyncio.gather(*(add(kakiyo, campaign, number) for number in range(3)))
        await asyncio.sleep(0.1)
        assert requests(sandbox, "prospects.add_batch") == before
        await kakiyo.close()
        await kakiyo.close()
        return await adds

    assert len(asyncio.run(main())) == 3
    assert requests(sandbox, "prospects.add_batch") == before + 1


def test_closing_waits_in_threads_too(sandbox, campaign, options):
    before = requests(sandbox, "prospects.add_batch")
    kakiyo = Kakiyo(sandbox.api_key, coalesce={"linger": 50}, **options)
    added = []
    threads = [
        threading.Thread(target=lambda number=number: added.append(add(kakiyo, campaign, number)))
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert requests(sandbox, "prospects.add_batch") == before
    kakiyo.close()
    assert requests(sandbox, "prospects.add_batch") == before + 1
    for thread in threads:
        thread.join()
    assert len(added) == 2


def test_answers_come_from_memory(sandbox, options):
    with Kakiyo(sandbox.api_key, cache=60, **options) as kakiyo:
        first, again = kakiyo.models.list(), kakiyo.models.list()
        assert first == again
        assert (first.meta.saved, again.meta.saved, again.meta.attempts) == (0, 1, 0)
        assert kakiyo.credits().saved == {"caching": 1}
    assert requests(sandbox, "models.list") == 1


def test_equal_reads_are_one_call(sandbox, options):
    answer = {"status": 200, "delayMs": 300, "body": {"status": "success"}}
    sandbox.control("POST", "/_sandbox/script", {"answers": [answer]})

    async def main():
        async with AsyncKakiyo(sandbox.api_key, share_reads=True, **options) as kakiyo:
            await asyncio.gather(*(kakiyo.verify() for _ in range(20)))
            return (await kakiyo.credits()).saved

    assert asyncio.run(main()) == {"sharing": 19}
    assert requests(sandbox, "verify") == 1


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("coalesce", "yes", "coalesce"),
        ("coalesce", {"size": 0}, "coalesce.size"),
        ("coalesce", {"lingers": 1}, "coalesce.lingers"),
        ("cache", True, "cache"),
        ("cache", -1, "cache"),
        ("share_reads", 1, "shareReads"),
    ],
)
def test_a_wrong_option_is_named(option, value, field):
    with pytest.raises(ConfigError) as raised:
        Kakiyo("k" * 40, base_url="http://127.0.0.1:9/v1", **{option: value})
    assert raised.value.details[0].field == field


def test_kaiko_shares_reads_alone():
    assert Kaiko("kaiko_live_" + "a" * 32, share_reads=True)
    with pytest.raises(TypeError):
        Kaiko("kaiko_live_" + "a" * 32, coalesce=True)
