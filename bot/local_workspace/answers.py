"""How a call is answered over HTTP, and the outages that tests make on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse

from bot.local_workspace.records import Json

TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the app: a body with Slack's `ok`, a status, headers."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status, dict(self.headers))


def ratelimited(seconds: int) -> Answer:
    """Too many calls; the next one is welcome after this many seconds."""
    body = {"ok": False, "error": "ratelimited"}
    return Answer(body, TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})


class Outages:
    """What is broken, by the name of a method, for some calls or until it is mended."""

    def __init__(self) -> None:
        self._broken: dict[str, tuple[Answer, int | None]] = {}

    def start(
        self,
        name: str,
        error: str,
        http_status: int = 200,
        retry_after: int | None = None,
        times: int | None = None,
    ) -> None:
        """Answer `name` with an error, `times` often or until `end`; `retry_after` in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._broken[name] = Answer({"ok": False, "error": error}, http_status, headers), times

    def end(self, name: str) -> None:
        self._broken.pop(name, None)

    def answer(self, name: str) -> Answer | None:
        """What a call of `name` is answered while it is broken; one call less is left then."""
        answer, times = self._broken.get(name, (None, None))
        if answer and times is not None:
            self._broken[name] = answer, times - 1
            if times <= 1:
                self.end(name)
        return answer
