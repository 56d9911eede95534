"""The description of a service, made as strict as `tests/src/contract.rs` reads it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import schemathesis
import yaml
from known import OPTIONAL

CONTRACTS = Path(__file__).parent.parent / "contract"
SCHEMAS = "#/components/schemas/"
# The schemas of answers are closed copies: requests may have members that nobody named.
CLOSED = "Answered."
EVENTS = "text/event-stream"


class Description:
    """What schemathesis generates from and judges by, and the judge of streamed events."""

    def __init__(self, service: str, profile: str) -> None:
        path = CONTRACTS / f"{service}.openapi.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = document["components"]
        for schema, member in OPTIONAL.get(profile, []):
            parts["schemas"][schema]["required"].remove(member)
        # The sandbox has no version 1 of Kaiko.
        document["paths"] = {
            path: item for path, item in document["paths"].items() if not path.startswith("/v1/")
        }
        answers = [
            operation["responses"]
            for item in document["paths"].values()
            for operation in item.values()
        ]
        self.event: Any = None
        for one in answers:
            if "default" not in one:
                # Any call may be refused for what it says, whether its page speaks of that or not.
                one.setdefault("400", {"$ref": "#/components/responses/BadRequest"})
            for status, answer in one.items():
                events = answer.get("content", {}).get(EVENTS)
                if events:
                    self.event = closed({"$ref": events.pop("schema")["x-event-schema"]})
                one[status] = closed(answer)
        parts["responses"] = closed(parts["responses"])
        copies = copy.deepcopy(parts["schemas"])
        parts["schemas"] |= {CLOSED + name: closed(schema) for name, schema in copies.items()}
        if self.event:
            whole = self.event | {"components": {"schemas": parts["schemas"]}}
            self.event = jsonschema_rs.Draft202012Validator(whole)
        config = {
            # Whether a request has a key is no matter of chance.
            "generation": {"with-security-parameters": False},
            "phases": {"coverage": {"unexpected-methods": []}},
        }
        self.schema = schemathesis.openapi.from_dict(
            document, config=schemathesis.Config.from_dict(config)
        )

    def events(self, answer: Any) -> str:
        """What is wrong with streamed events, if anything is."""
        if not answer.headers.get("content-type", [""])[0].startswith(EVENTS):
            return ""
        lines = answer.content.decode().split("\n\n")
        data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        if lines[-1] or len(data) != len(lines) - 1 or data[-1:] != ["[DONE]"]:
            return f"not a stream of data lines that ends with [DONE]: {lines}"
        for line in data[:-1]:
            try:
                self.event.validate(json.loads(line))
            except ValueError as error:
                return f"{error}\n{line}"
        return ""


def closed(value: Any) -> Any:
    """Closes every object with named members, also those that are open for the sake of clients."""
    match value:
        case {"$ref": str(reference)}:
            name = reference.removeprefix(SCHEMAS)
            return value if name == reference else {"$ref": SCHEMAS + CLOSED + name}
        case dict():
            value = {
                name: inner if name in ("example", "examples") else closed(inner)
                for name, inner in value.items()
            }
            named = value.get("type") == "object" and isinstance(value.get("properties"), dict)
            if named and value.get("additionalProperties", True) is True:
                value["additionalProperties"] = False
            return value
        case list():
            return [closed(inner) for inner in value]
    return value
