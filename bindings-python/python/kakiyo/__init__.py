"""Community client for Kakiyo (LinkedIn outreach) and Kaiko (emotion analysis).

Calls are scarce and cost credits. Every call waits for its slot, is sent once, and its cost is
booked. `Kakiyo` and `Kaiko` work everywhere, notebooks included; `AsyncKakiyo` and `AsyncKaiko` are
their asyncio twins.

    from kakiyo import Kakiyo

    kakiyo = Kakiyo()  # KAKIYO_API_KEY
    for chat in kakiyo.prospects.list(campaign_id, max_items=500):
        print(chat.id, chat.prospect.name)
"""

from kakiyo import errors, models, reports, types
from kakiyo._budget import Budget
from kakiyo._events import Event
from kakiyo._generated.clients import AsyncKaiko, AsyncKakiyo, Kaiko, Kakiyo
from kakiyo._limits import Limits
from kakiyo._native import __version__
from kakiyo._options import CallOptions, DefaultOptions, PageOptions
from kakiyo._paginator import AsyncPaginator, Paginator
from kakiyo._sandbox import Sandbox
from kakiyo._warnings import KakiyoDeprecationWarning, KakiyoWarning
from kakiyo.errors import (
    AuthError,
    BudgetRefusedError,
    CallCancelledError,
    CallConnectionError,
    CallTimeoutError,
    ConfigError,
    ConflictError,
    Credits,
    DecodeError,
    FieldIssue,
    InternalError,
    InvalidRequestError,
    KakiyoError,
    NotFoundError,
    OutcomeUnknownError,
    OutOfCreditsError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    WaitRefusedError,
)
from kakiyo.leads import LeadPlan, ProfileList, parse_profile_url, plan_leads, read_profile_urls
from kakiyo.reports import (
    Bounds,
    BudgetReport,
    CreditRange,
    CreditsReport,
    ExplainedCall,
    Explanation,
    OutOfCredits,
    QuotaGroup,
    QuotaReport,
)

__all__ = [
    "AsyncKaiko",
    "AsyncKakiyo",
    "AsyncPaginator",
    "AuthError",
    "Bounds",
    "Budget",
    "BudgetRefusedError",
    "BudgetReport",
    "CallCancelledError",
    "CallConnectionError",
    "CallOptions",
    "CallTimeoutError",
    "ConfigError",
    "ConflictError",
    "CreditRange",
    "Credits",
    "CreditsReport",
    "DecodeError",
    "DefaultOptions",
    "Event",
    "ExplainedCall",
    "Explanation",
    "FieldIssue",
    "InternalError",
    "InvalidRequestError",
    "Kaiko",
    "Kakiyo",
    "KakiyoDeprecationWarning",
    "KakiyoError",
    "KakiyoWarning",
    "LeadPlan",
    "Limits",
    "NotFoundError",
    "OutOfCredits",
    "OutOfCreditsError",
    "OutcomeUnknownError",
    "PageOptions",
    "Paginator",
    "PermissionDeniedError",
    "ProfileList",
    "QuotaGroup",
    "QuotaReport",
    "RateLimitedError",
    "Sandbox",
    "ServerError",
    "WaitRefusedError",
    "__version__",
    "errors",
    "models",
    "parse_profile_url",
    "plan_leads",
    "read_profile_urls",
    "reports",
    "types",
]
