"""The sandbox as tests of users will use it."""

import pytest

from kakiyo import ConfigError, InvalidRequestError, Kakiyo, NotFoundError, Sandbox


def test_it_counts_and_can_be_steered():
    with Sandbox(window=2, credits=5, seed=7) as sandbox:
        assert len(sandbox.api_key) == 40
        with Kakiyo(sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
            kakiyo.verify()
        assert (sandbox.calls(), sandbox.rejections(), sandbox.spent()) == (1, 0, 1)
        team = sandbox.add_team(credits=1, import_delay=0.5)
        assert sandbox.calls(team.team) == 0
        state = sandbox.control("GET", f"/_sandbox/state?team={team.team}")
        assert state["credits"] == 1
        sandbox.advance(60)
        with pytest.raises(NotFoundError):
            sandbox.control("GET", "/_sandbox/nothing")
        with pytest.raises(InvalidRequestError):
            sandbox.control("POST", "/_sandbox/settings", {"nothing": 1})
        with pytest.raises(InvalidRequestError):
            sandbox.control("POST", "/_sandbox/settings", {"nothing": object()})
    with pytest.raises(ConfigError):
        sandbox.calls()
    sandbox.close()


def test_the_same_seed_gives_the_same_key():
    with Sandbox.start(seed=1) as one, Sandbox.start(seed=1) as two:
        assert one.api_key == two.api_key


def test_wrong_settings_are_errors_of_the_library():
    for wrong in ({"nothing": 1}, {"profile": "moon"}, {"profile": object()}):
        with pytest.raises(ConfigError):
            Sandbox(**wrong)
    with pytest.raises(ConfigError):
        Sandbox(api_key="short")
