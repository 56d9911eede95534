"""A stand-in for both services on this machine: same limits, credits, imports and errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kakiyo._names import camel_case
from kakiyo._native import SandboxServer
from kakiyo.errors import ConfigError, InvalidRequestError, KakiyoError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self


class TeamKey(NamedTuple):
    """A team of the sandbox and its key."""

    team: str
    api_key: str


class Sandbox:
    """An embedded sandbox of both services. It starts at once and stops with its `with` block.

        with Sandbox() as sandbox:
            kakiyo = Kakiyo(sandbox.api_key, base_url=sandbox.base_url)
            kaiko = Kaiko(sandbox.kaiko_api_key, base_url=sandbox.kaiko_base_url)

    Args:
        credits: Credits of the first team; 10,000 unless given.
        time_scale: How many times as fast as real time sandbox time runs; 0 lets it stand still
            except for `advance`.
        seed: Makes keys and ids the same in every run.
        api_key: Key of the first team, 40 letters and digits.
        kaiko_api_key: Key of Kaiko; it begins with `kaiko_live_`, `kaiko_test_` or `sk_`.
        kaiko_profile: Which picture of Kaiko applies: `contract` (its documentation) unless given,
            or `observed`.
        kaiko_settings: Further settings of the key of Kaiko, such as `{"unlimited": True}`.
        port: Port of the loopback interface; a free one unless given.
        **settings: Settings of the first team, such as `profile="tiered"`, `window=2` or
            `import_delay=0.5`; times in seconds.
    """

    __slots__ = ("_server",)

    def __init__(
        self,
        *,
        credits: int | None = None,
        time_scale: float | None = None,
        seed: int | None = None,
        api_key: str | None = None,
        kaiko_api_key: str | None = None,
        kaiko_profile: str | None = None,
        kaiko_settings: Mapping[str, Any] | None = None,
        port: int = 0,
        **settings: Any,
    ) -> None:
        kaiko = _camel_case(kaiko_settings or {})
        if kaiko_profile is not None:
            kaiko["profile"] = kaiko_profile
        self._server = SandboxServer(
            _written(_camel_case(settings), ConfigError, "settings"),
            _written(kaiko, ConfigError, "kaikoSettings"),
            credits=credits,
            time_scale=time_scale,
            seed=seed,
            api_key=api_key,
            kaiko_api_key=kaiko_api_key,
            port=port,
        )

    @classmethod
    def start(cls, **options: Any) -> Self:
        """Starts a sandbox; the same as `Sandbox(...)`."""
        return cls(**options)

    @property
    def base_url(self) -> str:
        """The address to give to a client."""
        return self._server.base_url

    @property
    def api_key(self) -> str:
        """The key of the first team."""
        return self._server.api_key

    @property
    def kaiko_base_url(self) -> str:
        """The address to give to a client of Kaiko."""
        return self._server.kaiko_base_url

    @property
    def kaiko_api_key(self) -> str:
        """The first key of Kaiko."""
        return self._server.kaiko_api_key

    def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Carries out a control call, such as `control("GET", "/_sandbox/state")`."""
        written = _written(body, InvalidRequestError, "body")
        answer: dict[str, Any] = json.loads(self._server.control(method, path, written))
        return answer

    def calls(self, team: str | None = None) -> int:
        """Calls that were let through and processed."""
        return self._counter("calls", team)

    def rejections(self, team: str | None = None) -> int:
        """Calls that were refused with 429."""
        return self._counter("rejections", team)

    def spent(self, team: str | None = None) -> int:
        """Credits that were charged."""
        return self._counter("spent", team)

    def counters(self, team: str | None = None) -> dict[str, Any]:
        """Everything that was counted."""
        query = f"?team={team}" if team else ""
        counters: dict[str, Any] = self.control("GET", f"/_sandbox/state{query}")["counters"]
        return counters

    def add_team(self, **settings: Any) -> TeamKey:
        """Adds a team with `credits`, `api_key` and settings of its own."""
        added = self.control("POST", "/_sandbox/teams", _camel_case(settings))
        return TeamKey(added["team"], added["apiKey"])

    def advance(self, seconds: float) -> None:
        """Moves sandbox time forward."""
        self._server.advance(seconds)

    def close(self) -> None:
        """Stops the sandbox and closes its connections."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Sandbox({self.base_url!r})"

    def _counter(self, name: str, team: str | None) -> int:
        count: int = self.counters(team)[name]
        return count


def _camel_case(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in the names of the control routes."""
    return {camel_case(name): value for name, value in settings.items()}


def _written(value: object, error: type[KakiyoError], field: str) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as reason:
        raise error(f"{field}: {reason}", details=[(field, str(reason))]) from None
