"""What the workspace hands out and takes back: codes, steps to run, trigger ids, response urls."""

from dataclasses import dataclass

from bot.local_workspace.records import Json


@dataclass(slots=True)
class Grant:
    """A member's consent to install the app, behind a code that is good once, for ten minutes.

    `created` is in seconds.
    """

    member: str
    redirect_uri: str
    scopes: str
    created: float
    used: bool = False


@dataclass(slots=True)
class Step:
    """One run of a workflow step: `outputs` or an `error` once the app has completed it.

    `inputs` are as given; `token` is good until the step is completed.
    """

    id: str
    callback_id: str
    inputs: Json
    token: str
    outputs: Json | None = None
    error: str | None = None

    @property
    def completed(self) -> bool:
        return self.outputs is not None or self.error is not None


@dataclass(slots=True)
class Trigger:
    """A `trigger_id`: good for one view, for three seconds from `created`.

    `origin` is the conversation that was in view when it was issued, if any.
    """

    member: str
    created: float
    origin: str | None = None
    exchanged: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A `response_url`: five uses within thirty minutes of `created`."""

    member: str
    channel: str
    created: float
    source_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0
