"""Where the sandbox differs from the descriptions on purpose, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A difference: what explains it, and where it shows."""

    # A place in the fact files, a row of table 6.1 of Kakiyo or of 14 and 15 of Kaiko if possible.
    row: str
    service: str
    # A pattern, as is the finding; its last line is the body of the answer.
    operation: str
    finding: str
    profiles: tuple[str, ...] = ()
    # Met by chance: not every run has to show it.
    rare: bool = False

    def applies(self, service: str, profile: str) -> bool:
        return self.service == service and (not self.profiles or profile in self.profiles)

    def explains(self, operation: str, finding: str) -> bool:
        return bool(re.fullmatch(self.operation, operation) and re.search(self.finding, finding))


ACCEPTED = r"Schema-violating request accepted[\s\S]*"
ADDING = r"POST /prospects(/batch|/batch/round-robin)?"
WRONG_URL = r"(url: Value not matching the 'uri' format|`format` at /properties/\S*url\b)"
POST = r"POST /v2/.*"

KNOWN = [
    # The place of the check for existence is known, a status for it in this call is not.
    Known("1.1", "kakiyo", r"POST /campaigns", r"Received: 404[\s\S]*\"not_found\"", rare=True),
    # A row with a wrong address is taken, and counted as `invalid` in the report of the import.
    Known("2, report of an import", "kakiyo", ADDING, ACCEPTED + WRONG_URL),
    Known(
        "6.1 row 25",
        "kakiyo",
        r"GET /webhooks/test/example/\{event\}",
        r"\('teamId' was unexpected\)",
        ("seed",),
    ),
    # The source excerpts answer everything that they do not catch as 500.
    Known(
        "14.19",
        "kaiko",
        POST,
        r"^Server error[\s\S]*\"(The body|Content-Type must).*\"status\":\"error\"\}$",
        ("observed",),
    ),
    Known("14.14", "kaiko", POST, r"^Undocumented Content-Type[\s\S]*text/plain", ("observed",)),
    # The lengths are those of the source excerpts.
    Known("14.16", "kaiko", r"POST /v2/chat/.*", ACCEPTED + "in body - tools", ("contract",)),
    Known("14.27", "kaiko", POST, ACCEPTED + "emotion_model_params", ("contract",)),
    Known(
        "14.28",
        "kaiko",
        r"GET /v2/emotions/\{context_id\}.*",
        ACCEPTED + "context_id[\\s\\S]*maxLength",
        ("observed",),
    ),
    Known("15 idempotency", "kaiko", POST, ACCEPTED + "Idempotency-Key", ("observed",)),
]

# Row 14 of table 6.1: a later revision fills the name of a person in. Done to the description, so
# that whatever else is wrong with a request is found all the same.
OPTIONAL = {"tiered": [("AddProspectRequest", "name"), ("ProspectInput", "name")]}

# Operations without a good answer.
NEVER_GOOD = {("observed", "POST /v2/emotions/batch-analysis"): "14.14"}
