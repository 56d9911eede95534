"""Questions and statements about quota and credits, as they cross to the core."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kakiyo._inputs import encoded
from kakiyo._options import written
from kakiyo._recorded import recorded
from kakiyo.errors import InvalidRequestError
from kakiyo.leads import LeadPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kakiyo._caller import Caller
    from kakiyo._options import CallOptions


class Question(NamedTuple):
    """What the core is asked: a subject, what is said of it, and options of a call."""

    subject: str
    said: str = ""
    options: str = ""


QUOTA = Question("quota")
CREDITS = Question("credits")
RESUME = Question("resume")


def balance(credits: int) -> Question:
    """Declares a balance."""
    return Question("declare_balance", _said({"credits": credits}))


def charged(account: str, charged: int) -> Question:
    """Says what was really charged."""
    return Question("reconcile", _said({"account": account, "charged": charged}))


def explanation(
    operations: type[Caller],
    operation: str,
    arguments: tuple[Any, ...],
    options: Mapping[str, Any],
) -> Question:
    """Asks what a call would cost, with the arguments of its method."""
    call = recorded(operations, operation, arguments, options)
    name, given = json.dumps(call.operation), call.arguments.decode() or "{}"
    return Question("explain", f'{{"operation": {name}, "arguments": {given}}}', call.options)


def explanation_of_import(plan: LeadPlan, options: CallOptions) -> Question:
    """Asks what an import would cost."""
    if not isinstance(plan, LeadPlan):
        rule = f"expected a plan of plan_leads, not {type(plan).__name__}"
        raise InvalidRequestError(f"plan: {rule}", details=[("plan", rule)])
    said = _said({"submitCalls": plan.submit_calls, "calls": plan.calls._asdict()})
    return Question("explain_import", said, written(options, InvalidRequestError))


def _said(fields: Mapping[str, object]) -> str:
    return encoded(fields, "credits").decode()
