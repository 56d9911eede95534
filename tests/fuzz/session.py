"""One run: every operation of one description against one sandbox."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis
import reproduce
import requests
import schemathesis
import world as worlds
from description import Description
from feed import Feeder
from known import KNOWN, NEVER_GOOD
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# After so many requests without an answer a run ends.
MOST_SILENCES = 5
SETTINGS = {
    "database": None,
    "deadline": None,
    "phases": [hypothesis.Phase.generate],
    "suppress_health_check": list(hypothesis.HealthCheck),
    "verbosity": hypothesis.Verbosity.quiet,
}


@dataclass
class Plan:
    """What is asked for."""

    binary: Path
    service: str
    profile: str
    # Where `--serve` has the same world.
    shown: str
    # Part of the name of an operation.
    operation: str = ""
    # How many requests of each kind are generated, besides the bounds of the description.
    examples: int = 10
    seed: int = 1


@dataclass
class Finding:
    """What was wrong, with the shortest request that shows it."""

    operation: str
    what: str
    message: str
    curl: str = ""
    count: int = 1


@dataclass
class Result:
    """What one run met."""

    plan: Plan
    requests: int = 0
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    known: Counter[str] = field(default_factory=Counter)
    # Requests that the description allows and that were refused: it has no words for some rules.
    refused: Counter[str] = field(default_factory=Counter)
    # Of all that was sent, with the statuses: the same in equal runs.
    digest: str = ""


class Session:
    """Sends requests, and judges what comes back."""

    def __init__(self, plan: Plan, world: worlds.World) -> None:
        self.world = world
        self.description = Description(plan.service, plan.profile)
        self.result = Result(plan)
        self.known = [known for known in KNOWN if known.applies(plan.service, plan.profile)]
        self.seen = hashlib.sha256()
        self.silences = 0

    def run(self) -> Result:
        plan = self.result.plan
        for loaded in self.description.schema.get_all_operations():
            operation = loaded.ok()
            if plan.operation in operation.label:
                self.result.statuses[operation.label] = Counter()
                seed = f"{plan.seed} {operation.label}"
                feeder = Feeder(self.world.known, operation.path, seed)
                with fed(feeder):
                    self.fuzz(operation, feeder)
        if not plan.operation and not self.silences:
            self.look_back()
        self.result.digest = self.seen.hexdigest()[:16]
        return self.result

    def fuzz(self, operation: Any, feeder: Feeder) -> None:
        plan, schema = self.result.plan, self.description.schema
        for strategy in operation.get_strategies_from_examples():
            self.generate(strategy, 1)
        generation = schema.config.generation_for(operation=operation, phase="coverage")
        bounds = schema.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=generation
        )
        for case in bounds:
            self.play(case)
        feeder.always = False
        self.generate(operation.as_strategy(), plan.examples)
        if operation.body or operation.query:
            # Little can be wrong with texts in a path, and breaking them is slow.
            wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
            self.generate(wrong, plan.examples)

    def generate(self, strategy: Any, count: int) -> None:
        @hypothesis.seed(self.result.plan.seed)
        @hypothesis.settings(**SETTINGS, max_examples=count)
        @hypothesis.given(strategy)
        def each(case: Any) -> None:
            self.play(case)

        try:
            each()
        except hypothesis.errors.Unsatisfiable:
            # Nothing can be wrong with a request without parameters and body.
            return

    def play(self, case: Any) -> None:
        if self.silences >= MOST_SILENCES:
            return
        self.result.requests += 1
        try:
            answer = case.call(
                self.world.base_url,
                self.world.session,
                headers=self.world.headers,
                timeout=worlds.PATIENCE,
                allow_redirects=False,
            )
            self.look_at(case, answer)
            if answer.status_code < 300 and answer.request.method != "GET":
                # Each request meets the same world.
                self.world.restore()
        except requests.RequestException as error:
            self.silences += 1
            self.found(case.operation.label, "No answer", str(error), error.request)

    def look_at(self, case: Any, answer: Any) -> None:
        label, request = case.operation.label, answer.request
        self.result.statuses[label][answer.status_code] += 1
        body = request.body or b""
        self.seen.update(body if isinstance(body, bytes) else body.encode())
        path = request.url.removeprefix(self.world.origin)
        self.seen.update(f"{request.method} {path} {answer.status_code}".encode())
        try:
            case.validate_response(answer, checks=CHECKS, headers=self.world.headers)
        except FailureGroup as failures:
            # Groups have no order of their own.
            for failure in sorted(failures.exceptions, key=lambda failure: failure.title):
                message = f"{failure.message}\n{answer.text}".strip()
                self.found(label, failure.title, message, request)
        if wrong := self.description.events(answer):
            self.found(label, "Events violate schema", wrong, request)
        valid = case.meta.generation.mode == GenerationMode.POSITIVE
        if valid and answer.status_code in (400, 422):
            self.result.refused[label] += 1

    def found(self, label: str, what: str, message: str, request: Any = None) -> None:
        for known in self.known:
            if known.explains(label, f"{what}: {message}"):
                self.result.known[known.row] += 1
                return
        # Values do not make another finding.
        alike = re.sub(r"\"[^\"]*\"|'[^']*'|\d+", "_", message.partition("\n")[0])
        curl = ""
        if request is not None:
            curl = reproduce.curl(request, self.world.origin, self.result.plan.shown)
        finding = self.result.findings.setdefault(
            (label, what, alike), Finding(label, what, message, curl, 0)
        )
        finding.count += 1
        if len(curl) < len(finding.curl):
            finding.message, finding.curl = message, curl

    def look_back(self) -> None:
        """What only shows in a whole run."""
        result, profile = self.result, self.result.plan.profile
        for label, statuses in result.statuses.items():
            good = any(status < 300 for status in statuses)
            if good == ((profile, label) in NEVER_GOOD):
                what = "Succeeds, against known.py" if good else "Never succeeded"
                self.found(label, what, f"answers: {dict(statuses)}")
        for known in self.known:
            if not known.rare and not result.known[known.row]:
                self.found(known.operation, "Known difference is gone", known.row)


@contextmanager
def fed(feeder: Feeder) -> Iterator[None]:
    """Feeds in a hook: schemathesis then looks again at whether the request is a right one."""

    def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
        feeder.feed(case)

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister_all()


def fuzz(plan: Plan) -> Result:
    """Everything about one world; runs in a process of its own."""
    world = worlds.start(plan.binary, plan.service, plan.profile)
    try:
        return Session(plan, world).run()
    finally:
        world.stop()
