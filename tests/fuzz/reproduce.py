"""A request as a command that sends it once more."""

from __future__ import annotations

import shlex
from typing import Any

# What curl sets by itself, and what nobody needs.
OWN = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}
OWN |= {"x-schemathesis-testcaseid"}
LEAST, MOST = 0x20, 0x7E


def curl(request: Any, origin: str, shown: str) -> str:
    """The command, with the address at which `--serve` has the same world."""
    parts = ["curl", "--globoff", "--path-as-is", "--request", request.method]
    for name, value in request.headers.items():
        if name.lower() not in OWN:
            parts += ["--header", f"{text(name)}: {text(value)}" if value else f"{text(name)};"]
    before, body = "", request.body or b""
    body = body.encode() if isinstance(body, str) else body
    if all(LEAST <= byte <= MOST for byte in body):
        parts += ["--data-raw", body.decode()] if body else []
    else:
        # Not every byte can be in an argument.
        parts += ["--data-binary", "@-"]
        before = f"printf {shlex.quote(escaped(body))} | "
    return before + shlex.join([*parts, request.url.replace(origin, shown)])


def text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def escaped(body: bytes) -> str:
    """For `printf`."""
    special = {ord("\\"): "\\\\", ord("%"): "%%"}
    plain = (special.get(byte, chr(byte)) for byte in body)
    return "".join(
        shown if LEAST <= byte <= MOST else f"\\{byte:03o}"
        for byte, shown in zip(body, plain, strict=True)
    )
