"""A sandbox with records in it: started, filled, and put back to where it was after each change."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"kakiyo": "f" * 40, "kaiko": "kaiko_live_" + "f" * 32}
# Most things below are allowed thousands of times.
PLENTY = 1_000_000_000
# Requests that no answer comes to are a finding, not a test that hangs.
PATIENCE = 5.0

PRODUCT = {"name": "Nordlicht audit", "description": "A review of a contract portfolio."}
MODEL = "680321c8001e2f527d82"
CONTEXT = "coach-7f21"
MESSAGE = "9f3c5c0e-6a6d-4c3b-8a11-5a3a2b1f7e02"


def direct() -> requests.Session:
    """Connections that no setting of the machine leads elsewhere."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class World:
    """One sandbox, the records that requests can name, and its state before the first request."""

    process: subprocess.Popen[str]
    origin: str
    service: str
    session: requests.Session = field(default_factory=direct)
    known: dict[str, list[str]] = field(default_factory=dict)
    portrait: Any = None

    @property
    def base_url(self) -> str:
        # The description of Kaiko has the version in its paths.
        return f"{self.origin}/v1" if self.service == "kakiyo" else self.origin

    @property
    def headers(self) -> dict[str, str]:
        key = KEYS[self.service]
        return {"x-api-key": key} if self.service == "kaiko" else {"Authorization": f"Bearer {key}"}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """A call that has to succeed."""
        answer = self.session.request(
            method, self.base_url + path, headers=self.headers, json=body, timeout=PATIENCE
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def control(self, method: str, route: str, body: Any = None) -> Any:
        answer = self.session.request(
            method, f"{self.origin}/_sandbox/{route}", json=body, timeout=PATIENCE
        )
        if answer.status_code != 200:
            raise RuntimeError(f"{method} {route}: {answer.status_code} {answer.text}")
        return answer.json()

    def remember(self) -> None:
        self.portrait = self.control("GET", f"snapshot?team={self.team}")

    def restore(self) -> None:
        self.control("POST", "load", {"team": self.team, "snapshot": self.portrait})

    @property
    def team(self) -> str:
        return KEYS["kakiyo"][:20] if self.service == "kakiyo" else KEYS["kaiko"]

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(binary: Path, service: str, profile: str, port: int = 0) -> World:
    """Starts a sandbox of this profile and fills it. The same arguments give the same ids."""
    option = "--profile" if service == "kakiyo" else "--kaiko-profile"
    process = subprocess.Popen(
        [
            binary,
            *(option, profile, "--port", str(port), "--seed", "1", "--virtual-clock"),
            *("--api-key", KEYS["kakiyo"], "--kaiko-api-key", KEYS["kaiko"]),
            *("--credits", str(PLENTY), "--json", "--until-stdin-closes"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"{binary} did not start")
    world = World(process, json.loads(line)["origin"], service)
    try:
        fill = fill_kakiyo if service == "kakiyo" else fill_kaiko
        fill(world)
        world.remember()
    except BaseException:
        world.stop()
        raise
    return world


def fill_kaiko(world: World) -> None:
    settings = {"team": world.team, "unlimited": True, "monthlyTokens": PLENTY}
    world.control("POST", "settings", settings)
    text = {"text": "Third outage this week, I am done waiting."}
    message = {"role": "user", "externalId": MESSAGE, "content": text}
    body = {"model": "emotion-v2", "messages": [message]}
    world.send("POST", f"/v2/emotions/{CONTEXT}/analysis", body)
    world.known = {
        # Those that both profiles know.
        "chat models": ["gpt-4-turbo", "gpt-3.5-turbo"],
        "contexts": [CONTEXT, "coach-0000"],
        "emotion models": ["emotion-v2"],
        "instants": ["2026-01-01T08:15:00Z"],
        "messages": [MESSAGE, MESSAGE[:-1] + "9"],
        "new messages": [f"{MESSAGE[:-1]}{number}" for number in range(9)],
        # The source excerpts refuse `system`.
        "roles": [*["user"] * 9, "assistant", "system"],
        "words": ["I keep postponing the talk with my manager.", "The new layout is lovely."],
    }


def fill_kakiyo(world: World) -> None:
    world.control("POST", "settings", {"unlimited": True, "promptText": True, "promptId": True})
    product = world.send("POST", "/products", PRODUCT)["id"]
    prompt = {"name": "Founder intro", "model": MODEL}
    prompts = [
        world.send("POST", "/prompts", prompt | {"type": kind})["id"]
        for kind in ("Messages", "Comment")
    ]
    # As delivered: the id of a new prompt is not told.
    world.control("POST", "settings", {"promptId": False})
    agents = [
        world.send("POST", "/agents")["id"] for _ in ("running", "paused", "ended", "untouched")
    ]
    for agent, status in zip(agents, ("running", "paused", "ended"), strict=False):
        world.control("POST", f"agents/{agent}", {"status": status})
    campaigns = []
    for name, agent in [("Spring", agents[0]), ("Autumn", agents[0]), ("Winter", agents[1])]:
        body = {"name": name, "productId": product, "promptId": prompts[0], "agentId": agent}
        campaigns.append(world.send("POST", "/campaigns", body)["id"])
    lists = fill_campaigns(world, campaigns)
    chats = [chat for one in campaigns for chat in world.send("GET", f"/prospects/campaign/{one}")]
    entries = ["https://linkedin.com/in/blocked", "https://linkedin.com/in/silent"]
    hook = {"name": "CRM feed", "url": "http://127.0.0.1:9/hook", "events": ["*"]}
    workspaces = [world.send("POST", "/workspaces", {"name": "Nordlicht Energie"})["id"]]
    strangers = ["someone@example.org", "camille.roche@example.org"]
    client = {"email": "lena@nordlicht.example"}
    world.send("POST", f"/workspaces/{workspaces[0]}/invite", client)
    world.send("POST", f"/workspaces/{workspaces[0]}/agents/{agents[0]}")
    # A campaign that runs cannot be deleted, a person that is spoken with neither.
    world.send("POST", f"/campaigns/{campaigns[2]}/pause")
    people = [chat["prospect"]["id"] for chat in chats]
    chats = [chat["id"] for chat in chats]
    world.known = {
        "products": [product],
        "prompts": prompts,
        "models": [MODEL],
        "agents": agents,
        "campaigns": campaigns,
        "imports": lists,
        "chats": chats,
        "people": people,
        "people and chats": people + chats,
        "blocked": [world.send("POST", "/dnc", {"url": url})["data"]["$id"] for url in entries],
        "webhooks": [world.send("POST", "/webhooks", hook)["id"]],
        "events": ["linkedin.message.received"],
        "workspaces": workspaces,
        "clients": [client["email"], *strangers],
        "strangers": strangers,
        "profiles": [*entries, "https://linkedin.com/in/jonas-weber"],
        "receivers": [hook["url"], "https://example.org/hook"],
        "searches": ["https://www.linkedin.com/sales/search/people?query=founders"],
    }


def fill_campaigns(world: World, campaigns: list[str]) -> list[str]:
    """Two people in each; one of them is spoken with. Returns the ids of the imports."""
    lists = []
    for number, campaign in enumerate(campaigns):
        people = [
            {"name": "A Person", "url": f"https://linkedin.com/in/person-{number}-{index}"}
            for index in range(2)
        ]
        body = {"campaignId": campaign, "prospects": people}
        lists.append(world.send("POST", "/prospects/batch", body)["listId"])
    world.control("POST", "advance", {"seconds": 60})
    chat = world.send("GET", f"/prospects/campaign/{campaigns[0]}")[0]["id"]
    world.control("POST", f"chats/{chat}", {"messageSent": True, "replied": True})
    return lists
