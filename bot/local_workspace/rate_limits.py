"""How often the app may call each method, as in https://docs.slack.dev/apis/web-api/rate-limits."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.local_workspace.records import Json


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls a minute, of which `burst` may come at once; counted per value of `by`."""

    per_minute: int
    burst: int
    by: str = ""


TIER_2, TIER_3, TIER_4 = Limit(20, 20), Limit(50, 50), Limit(100, 100)
LIMITS = {
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": Limit(60, 3, by="channel"),
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


class RateLimits:
    """Counts calls; `clock` tells the time in seconds. Switched off, everything is allowed."""

    def __init__(self, clock: Callable[[], float], *, on: bool) -> None:
        self._clock = clock
        self._on = on
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def wait(self, method: str, arguments: Json) -> int:
        """Count a call, or tell after how many seconds it would be welcome; 0 if it is now."""
        limit = LIMITS.get(method)
        if limit is None or not self._on:
            return 0
        key = method, str(arguments.get(limit.by, ""))
        left, since = self._left.get(key, (float(limit.burst), self._clock()))
        now = self._clock()
        left = min(limit.burst, left + (now - since) * limit.per_minute / 60)
        if left < 1:
            self._left[key] = left, now
            return math.ceil((1 - left) * 60 / limit.per_minute)
        self._left[key] = left - 1, now
        return 0
