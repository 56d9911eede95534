"""What the sync clients are built on; their options are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kakiyo import _questions as questions
from kakiyo._base import ClientBase, raw_body, raw_query
from kakiyo._options import written
from kakiyo.errors import InvalidRequestError
from kakiyo.reports import CreditsReport, Explanation, QuotaReport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from kakiyo._native import RawResponse
    from kakiyo._options import CallOptions
    from kakiyo._questions import Question
    from kakiyo.leads import LeadPlan


class SyncClient(ClientBase):
    """A client whose calls wait on the caller's thread."""

    __slots__ = ()

    def raw(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        **options: Unpack[CallOptions],
    ) -> RawResponse:
        """Calls a route that this version does not know, under the same quota and retries.

        Args:
            method: HTTP method.
            path: Path below the base address, from the first slash on.
            query: Query pairs; `None` is left out.
            body: Anything that can be written as JSON.
            **options: Options of this call, see `CallOptions`.

        Returns:
            The untouched answer.

        Raises:
            KakiyoError: Any failure; its class tells the kind.
        """
        return self._native.raw(
            method, path, raw_query(query), raw_body(body), written(options, InvalidRequestError)
        )

    def quota(self) -> QuotaReport:
        """Gives the quota as it is recorded now. Costs nothing and sends nothing to the service."""
        return QuotaReport(*self._ask(questions.QUOTA))

    def credits(self) -> CreditsReport:
        """Gives the credits as they are recorded now: spent, reserved, left in the budgets.

        What others spend is out of sight. Costs nothing and sends nothing to the service.
        """
        return CreditsReport(*self._ask(questions.CREDITS))

    def declare_balance(self, credits: int) -> None:
        """Declares the balance that the service's own page shows; it counts from now on.

        Calls that a 402 has stopped go again.
        """
        self._ask(questions.balance(credits))

    def resume(self) -> None:
        """Lets calls go again after a 402, at your word that there are credits."""
        self._ask(questions.RESUME)

    def reconcile(self, account: str, charged: int) -> None:
        """Says how many credits were really charged since the record began.

        What was reserved for calls without a known end is free again.

        Args:
            account: Such as `team/ever`, `team/2026-11`, `tag:spring/ever`.
            charged: The number that the service's own page shows.

        Raises:
            InvalidRequestError: The number contradicts what is known for sure.
        """
        self._ask(questions.charged(account, charged))

    def explain(self, operation: str, *arguments: Any, **options: Any) -> Explanation:
        """Tells what a call would cost and how long it would take. Nothing is sent.

            kakiyo.explain("prospects.list", campaign_id=campaign, max_items=500)

        Args:
            operation: The method, such as `prospects.list`. A list is explained as a walk.
            *arguments: Arguments of the method.
            **options: Arguments of the method, and options of the call.

        Raises:
            InvalidRequestError: There is no such operation, or an argument breaks a rule.
        """
        question = questions.explanation(self._operations, operation, arguments, options)
        return Explanation(*self._ask(question))

    def explain_import(self, plan: LeadPlan, **options: Unpack[CallOptions]) -> Explanation:
        """Tells what an import would cost and how long it would take. Nothing is sent.

        Args:
            plan: A plan of `plan_leads`.
            **options: Options of its calls, see `CallOptions`.
        """
        return Explanation(*self._ask(questions.explanation_of_import(plan, options)))

    def _ask(self, question: Question) -> Any:
        return self._native.ask(*question)

    def close(self) -> None:
        """Sends the adds that linger (`coalesce`) and closes the client.

        Its connections go with its last copy.
        """
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
