"""Puts what the sandbox knows into generated requests, so that not every answer is a 404."""

from __future__ import annotations

import random
import re
from typing import Any

from schemathesis import GenerationMode

# What a parameter or a member names, by the beginning of the path; the last one wins.
KINDS = {
    "/": {
        "agentId": "agents",
        "campaignId": "campaigns",
        "campaignIds": "campaigns",
        "chatId": "chats",
        "email": "clients",
        "event": "events",
        "events": "events",
        "listId": "imports",
        "model": "models",
        "modelId": "models",
        "productId": "products",
        "promptId": "prompts",
        "prospectIds": "people",
        "searchUrl": "searches",
        "url": "profiles",
        "webhookId": "webhooks",
    },
    "/agents": {"id": "agents", "email": "strangers"},
    "/campaigns": {"id": "campaigns"},
    "/dnc": {"id": "blocked"},
    "/prompts": {"id": "prompts"},
    # One of the two calls means the person, the other the conversation.
    "/prospects": {"id": "people and chats"},
    "/webhooks": {"url": "receivers"},
    "/workspaces": {"id": "workspaces"},
    "/v2": {
        "content": "words",
        "context_id": "contexts",
        "emotion_model": "emotion models",
        "external_id": "messages",
        "externalId": "new messages",
        "model": "emotion models",
        "role": "roles",
        "text": "words",
        "timestamp": "instants",
    },
    "/v2/chat": {"model": "chat models"},
}


class Feeder:
    """Replaces texts by known ones: in all requests, or in three of four."""

    def __init__(self, known: dict[str, list[str]], path: str, seed: str) -> None:
        kinds = {}
        for beginning, here in KINDS.items():
            kinds |= here if path.startswith(beginning) else {}
        self.known = {name: known[kind] for name, kind in kinds.items() if kind in known}
        self.random = random.Random(seed)
        self.count = 0
        # A bound that is broken has to be all that is wrong with a request.
        self.always = True
        self.spared = ""

    def feed(self, case: Any) -> None:
        self.count += 1
        self.spared = broken(case)
        if not self.always and self.count % 4 == 0:
            return
        for container in (case.path_parameters, case.query, case.body):
            self.walk(container)

    def walk(self, value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                self.walk(inner)
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            texts = None if name == self.spared else self.known.get(name)
            if texts and isinstance(inner, str):
                value[name] = self.random.choice(texts)
            elif texts and isinstance(inner, list) and all(isinstance(text, str) for text in inner):
                # No id may be there twice.
                value[name] = self.random.sample(texts, min(len(inner), len(texts)))
            else:
                self.walk(inner)


def broken(case: Any) -> str:
    """The member or parameter that is wrong on purpose."""
    data = case.meta.phase.data
    if case.meta.generation.mode != GenerationMode.NEGATIVE:
        return ""
    names = re.findall(r"/properties/([^/]+)", data.location or "")
    return names[-1] if names else data.parameter or ""
