"""Fixtures: a sandbox of its own for each test, and a guard against hanging ones."""

import faulthandler
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hanging import HangingServer
from kakiyo import Kaiko, Kakiyo, Sandbox

TESTS = Path(__file__).parent
#: How often the scripts of signals and forks run; the release check asks for 20.
RUNS = int(os.environ.get("KAKIYO_TEST_RUNS", "3"))
KEY = "k" * 40


def scripted(sandbox, *bodies, **answer):
    """Lets the sandbox answer with these bodies, in order."""
    answers = [{"body": body, **answer} for body in bodies]
    sandbox.control("POST", "/_sandbox/script", {"answers": answers})


@pytest.fixture(autouse=True)
def _guard(monkeypatch):
    """Shows where a hanging test is, and ends it."""
    for name in ("KAKIYO_API_KEY", "KAKIYO_BASE_URL", "KAIKO_API_KEY", "KAIKO_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    faulthandler.dump_traceback_later(60, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def sandbox():
    with Sandbox(unlimited=True) as sandbox:
        yield sandbox


@pytest.fixture
def kakiyo(sandbox):
    with Kakiyo(
        sandbox.api_key, base_url=sandbox.base_url, limits="unlimited", retry_delay=0.005
    ) as kakiyo:
        yield kakiyo


@pytest.fixture
def kaiko(sandbox):
    with Kaiko(
        sandbox.api_key,
        base_url=sandbox.base_url,
        auth="bearer",
        limits="unlimited",
        retry_delay=0.005,
    ) as kaiko:
        yield kaiko


@pytest.fixture
def hanging():
    with HangingServer() as server:
        yield server


INTERRUPTIBLE = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


@pytest.fixture
def script():
    """Runs a Python script in a process of its own, as often as `RUNS` says, warnings as errors."""

    def run(text, *, runs=RUNS, seconds=20):
        # Started in the background, tests and their children ignore Ctrl-C unless told otherwise.
        text = INTERRUPTIBLE + textwrap.dedent(text)
        for _ in range(runs):
            done = subprocess.run(
                [sys.executable, "-W", "error", "-X", "dev", "-c", text],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                cwd=TESTS,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            )
            assert done.returncode == 0, done.stderr
            assert "Warning" not in done.stderr, done.stderr
            assert "Traceback" not in done.stderr, done.stderr
            assert "Exception ignored" not in done.stderr, done.stderr

    return run


@pytest.fixture
def campaign(kakiyo, sandbox):
    """A campaign with seven imported people."""
    product = kakiyo.products.create(name="Audit", description="A two-week review of contracts.")
    prompt = kakiyo.prompts.create(name="Intro", model="m", type="Messages")
    agent = kakiyo.agents.create(name="Ada")
    campaign = kakiyo.campaigns.create(
        name="Spring", product_id=product.id, prompt_id=prompt.id, agent_id=agent.id
    )
    people = [{"name": f"P {n}", "url": f"https://linkedin.com/in/p{n}"} for n in range(7)]
    kakiyo.prospects.add_batch(campaign_id=campaign.id, prospects=people)
    sandbox.advance(3600)
    return campaign.id
