"""The workspace's memory: who is here, what was said, what is open on whose screen."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence

from bot.local_workspace.answers import Outages
from bot.local_workspace.errors import SlackError
from bot.local_workspace.handouts import Grant, Step
from bot.local_workspace.installed_app import InstalledApp
from bot.local_workspace.rate_limits import RateLimits
from bot.local_workspace.records import Channel, File, Json, Member, Message, OpenView, UserGroup
from bot.local_workspace.tickets import Tickets

log = logging.getLogger(__name__)
accepted_log = logging.getLogger("bot.local_workspace.accepted")


class State:
    """Everything that changes, under one lock; `revision` counts the changes.

    Readers and writers hold `lock`; every writer calls `changed`, which wakes all who wait.
    """

    def __init__(
        self,
        app: InstalledApp,
        members: Sequence[Member],
        channels: Sequence[Channel],
        user_groups: Sequence[UserGroup] = (),
        clock: Callable[[], float] = time.time,
        *,
        rate_limits: bool = False,
        reject_blocks: Collection[str] = (),
    ) -> None:
        direct = [
            Channel(f"D{member.id[1:]}", app.name, direct_with=member.id) for member in members
        ]
        self.app = app
        self.url = ""
        self.closing = False
        self.clock = clock
        self.lock = threading.Condition()
        self.revision = 0
        self.members = {member.id: member for member in members}
        self.channels = {channel.id: channel for channel in [*channels, *direct]}
        self.user_groups = tuple(user_groups)
        self.bot_channels = {each.id for each in self.channels.values() if each.bot_is_member}
        self._messages: dict[str, dict[str, Message]] = {each: {} for each in self.channels}
        self.files: dict[str, File] = {}
        self.modals: dict[str, list[OpenView]] = {member.id: [] for member in members}
        self.homes: dict[str, OpenView] = {}
        self.pending: list[Json] = []
        self.problems: list[str] = []
        self.tickets = Tickets(clock)
        self.outages = Outages()
        self.reject_blocks = frozenset(reject_blocks)
        self.rate_limits = RateLimits(clock, on=rate_limits)
        self.steps: dict[str, Step] = {}
        self.step_tokens: dict[str, Step] = {}
        self.bot_token: str | None = app.bot_token
        self.grants: dict[str, Grant] = {}
        self.listeners: set[Callable[[], None]] = set()
        self._counter = itertools.count(1)
        self._last_ts = 0

    def changed(self) -> None:
        """Count a change and wake everyone who waits for one."""
        with self.lock:
            self.revision += 1
            self.lock.notify_all()
            for listener in self.listeners:
                listener()

    def wait_until(self, holds: Callable[[], object], seconds: float, what: str) -> None:
        """Return once `holds` is true; raises TimeoutError naming `what` after `seconds`."""
        with self.lock:
            if not self.lock.wait_for(holds, timeout=seconds):
                raise TimeoutError(f"{what}: not within {seconds:g} s. Problems: {self.problems}")

    def problem(self, text: str) -> None:
        """Record what Slack would have refused, loudly."""
        log.warning("Slack would refuse this: %s", text)
        with self.lock:
            self.problems.append(text)
            self.changed()

    def accepted(self, payload: Json) -> None:
        """Log what Slack would take, a message or a view, at DEBUG as the record's `payload`."""
        kind = payload.get("type", "message")
        accepted_log.debug("Slack would take this: %s", kind, extra={"payload": payload})

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._counter):08d}"

    def new_ts(self) -> str:
        """A message's time and id, in seconds; each is later than the one before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def channel(self, key: str) -> Channel:
        """The conversation with this id or #name; a member's id means the app's direct message."""
        if found := self.channels.get(key):
            return found
        for channel in self.channels.values():
            named = channel.direct_with is None and channel.name == key.removeprefix("#")
            if named or key == channel.direct_with:
                return channel
        raise SlackError("channel_not_found")

    def member(self, key: str) -> Member:
        """The member with this id or name."""
        if found := self.members.get(key):
            return found
        for member in self.members.values():
            if key == member.name:
                return member
        raise SlackError("user_not_found")

    def post(self, message: Message) -> Message:
        with self.lock:
            self._messages[message.channel][message.ts] = message
            self.changed()
        return message

    def remove(self, message: Message) -> None:
        with self.lock:
            del self._messages[message.channel][message.ts]
            self.changed()

    def notice(self, member: str, channel: str, text: str, thread_ts: str | None = None) -> None:
        """Post one of Slack's own notices, seen by one member only."""
        with self.lock:
            notice = Message(self.new_ts(), channel, text, visible_to=member, thread_ts=thread_ts)
            notice.system = True
            self.post(notice)

    def message(self, channel: str, ts: str) -> Message:
        """The message at `ts`; raises SlackError when there is none."""
        found = self._messages.get(channel, {}).get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def messages(self, channel: str) -> list[Message]:
        """All messages of a channel, oldest first."""
        return list(self._messages[channel].values())

    def newest_first(self, channel: str) -> Iterator[Message]:
        """All messages of a channel, the latest first; read under the lock."""
        return reversed(self._messages[channel].values())

    def has_replies(self, message: Message) -> bool:
        """Whether a thread has begun below a message."""
        return any(each.thread_ts == message.ts for each in self.messages(message.channel))

    def visible(self, member: str, channel: str) -> list[Message]:
        """What a member sees in a channel, oldest first."""
        return [each for each in self.messages(channel) if self.can_see(member, each)]

    def can_see(self, member: str, message: Message) -> bool:
        """Whether a message is on this member's screen."""
        return self.is_in(member, message.channel) and message.visible_to in {None, member}

    def is_in(self, member: str, channel: str) -> bool:
        """Whether a member is in a conversation."""
        where = self.channels[channel]
        if self.members[member].deleted:
            return False
        if where.direct_with:
            return where.direct_with == member
        return where.members is None or member in where.members

    def conversations(self, member: str) -> list[Channel]:
        """The conversations that a member is in, their direct message with the app last."""
        return [each for each in self.channels.values() if self.is_in(member, each.id)]

    def modal(self, member: str) -> OpenView | None:
        """The topmost open modal on a member's screen."""
        return self.modals[member][-1] if self.modals[member] else None

    def view(self, view_id: str) -> OpenView:
        """An open modal or published Home by id; raises SlackError when there is none."""
        for view in [*itertools.chain(*self.modals.values()), *self.homes.values()]:
            if view.id == view_id:
                return view
        raise SlackError("not_found")
