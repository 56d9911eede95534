"""Exceptions: one base class, one class per kind, and the one table between them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Credits(NamedTuple):
    """Credits as an interval: the server does not say whether a failed call is charged."""

    min: int
    max: int


class FieldIssue(NamedTuple):
    """A field that breaks a rule, in the names of the API."""

    field: str
    message: str


class KakiyoError(Exception):
    """Why a call failed, and what that means for leads and credits.

    Attributes:
        kind: The kind of failure, the same word in every language.
        message: What happened and what to do, in one line.
        operation: The operation that failed, such as `prospects.add_batch`.
        status: The HTTP status of the last answer, when there was one.
        code: The error code of the service, such as `campaign_not_found`.
        type: The class of error in the service's words, such as `invalid_request_error`; Kaiko
            alone has such words.
        request_id: The request id that the server sent, when it sent one.
        idempotency_key: The idempotency key that went with the request, when its operation carries
            one: the same call with the same key is done once.
        retry_after: Seconds that the server asks to wait.
        attempts: How many times the request was sent or tried.
        credits: What the attempts cost, at least and at most.
        safe_to_retry: Whether the same call can be made again without doing its work twice.
        details: The fields that break a rule.
        headers: Headers of the last answer, by names in lower case.
        body: The untouched body of the last answer; it may hold personal data.
    """

    kind: ClassVar[str] = "internal"

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        status: int | None = None,
        code: str | None = None,
        type: str | None = None,
        request_id: str | None = None,
        idempotency_key: str | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
        credits: tuple[int, int] = (0, 0),
        safe_to_retry: bool = False,
        details: tuple[tuple[str, str], ...] | list[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> None:
        super().__init__(f"{operation}: {message}" if operation else message)
        self.message = message
        self.operation = operation
        self.status = status
        self.code = code
        self.type = type
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self.retry_after = retry_after
        self.attempts = attempts
        self.credits = Credits(*credits)
        self.safe_to_retry = safe_to_retry
        self.details = tuple(FieldIssue(*issue) for issue in details)
        self.headers: Mapping[str, str] = MappingProxyType(dict(headers or {}))
        self.body = body

    def __str__(self) -> str:
        """The operation and the message."""
        return f"{self.operation}: {self.message}" if self.operation else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {
            "kind": self.kind,
            "message": self.message,
            "operation": self.operation,
            "status": self.status,
            "code": self.code,
            "type": self.type,
            "request_id": self.request_id,
            "idempotency_key": self.idempotency_key,
            "retry_after": self.retry_after,
            "attempts": self.attempts,
            "credits": tuple(self.credits),
            "safe_to_retry": self.safe_to_retry,
            "details": [tuple(issue) for issue in self.details],
            "headers": dict(self.headers),
            "body": self.body,
        }
        return from_fields, (fields,)


class ConfigError(KakiyoError, ValueError):
    """The client is set up wrongly: key, address, certificates, limits. Nothing was sent."""

    kind = "config"


class InvalidRequestError(KakiyoError, ValueError):
    """An argument breaks a rule, found here before sending or by the server (400)."""

    kind = "invalid_request"


class AuthError(KakiyoError, PermissionError):
    """The key is missing, malformed or unknown (401)."""

    kind = "auth"


class PermissionDeniedError(KakiyoError, PermissionError):
    """The key is good, but the record, plan or subscription does not allow the call (403)."""

    kind = "permission"


class NotFoundError(KakiyoError, LookupError):
    """The record does not exist (404)."""

    kind = "not_found"


class ConflictError(KakiyoError):
    """The record is in a state that does not allow the call, or exists already (409)."""

    kind = "conflict"


class RateLimitedError(KakiyoError):
    """The server answered 429 and the retries are used up."""

    kind = "rate_limited"


class OutOfCreditsError(KakiyoError):
    """The server answered 402: the credits are at zero and the agents are paused."""

    kind = "out_of_credits"


class BudgetRefusedError(KakiyoError):
    """The call does not fit the budget; nothing was sent."""

    kind = "budget_refused"


class WaitRefusedError(KakiyoError):
    """The wait for a quota slot would be longer than allowed; nothing was sent."""

    kind = "wait_refused"


class CallTimeoutError(KakiyoError, TimeoutError):
    """No answer in time; the call had no effect or can be repeated safely."""

    kind = "timeout"


class CallConnectionError(KakiyoError, ConnectionError):
    """The connection failed; the call had no effect or can be repeated safely."""

    kind = "connection"


class OutcomeUnknownError(KakiyoError):
    """A write may have arrived, but its answer is lost. Look before you repeat it."""

    kind = "outcome_unknown"


class CallCancelledError(KakiyoError):
    """The caller cancelled before anything was sent, or a read that has no effect."""

    kind = "cancelled"


class DecodeError(KakiyoError):
    """The answer is not what the service documents."""

    kind = "decode"


class ServerError(KakiyoError):
    """The server failed (5xx)."""

    kind = "server"


class InternalError(KakiyoError, RuntimeError):
    """A fault in this library."""

    kind = "internal"


#: The one table of kinds and classes.
CLASSES: Final[Mapping[str, type[KakiyoError]]] = MappingProxyType(
    {
        error.kind: error
        for error in (
            ConfigError,
            InvalidRequestError,
            AuthError,
            PermissionDeniedError,
            NotFoundError,
            ConflictError,
            RateLimitedError,
            OutOfCreditsError,
            BudgetRefusedError,
            WaitRefusedError,
            CallTimeoutError,
            CallConnectionError,
            OutcomeUnknownError,
            CallCancelledError,
            DecodeError,
            ServerError,
            InternalError,
        )
    }
)


def from_fields(fields: Mapping[str, Any]) -> KakiyoError:
    """Makes the exception of a kind; the bridge and pickles come through here."""
    arguments = dict(fields)
    kind, message = arguments.pop("kind"), arguments.pop("message")
    return CLASSES.get(kind, InternalError)(message, **arguments)
