"""The driver: what one member does and sees, for tests and for scripts."""

import itertools
from collections.abc import Iterator, Mapping

from bot.local_workspace import composer, events, interactions, modals
from bot.local_workspace.block_kit import elements
from bot.local_workspace.entries import Entered
from bot.local_workspace.errors import SlackError
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.files_api import member_file
from bot.local_workspace.page_state import shown_message
from bot.local_workspace.payloads import view_json
from bot.local_workspace.records import Delivery, Json, Member, Message


class Driver:
    """A member at the keyboard; channels go by name or id, "app" is the direct message."""

    def __init__(self, exchange: Exchange, member: Member) -> None:
        self.member = member
        self._exchange = exchange
        self._state = exchange.state
        self._at_home = False

    def types(self, text: str, channel: str, thread_ts: str | None = None) -> Delivery:
        """Type a line and send it: a slash command, or a message."""
        self._at_home = False
        where = self._state.channel(self._key(channel))
        return composer.send(self._exchange, self.member, where, text, thread_ts)

    def sends_file(
        self,
        channel: str,
        name: str,
        content: bytes,
        text: str = "",
        thread_ts: str | None = None,
    ) -> Delivery:
        """Send a message with one file."""
        return self.sends_files(channel, {name: content}, text, thread_ts)

    def sends_files(
        self,
        channel: str,
        files: Mapping[str, bytes],
        text: str = "",
        thread_ts: str | None = None,
    ) -> Delivery:
        """Send a message with files, given as their names and contents."""
        self._at_home = False
        where = self._state.channel(self._key(channel))
        given = [
            member_file(self._state, self.member.id, name, content)
            for name, content in files.items()
        ]
        return composer.send(self._exchange, self.member, where, text, thread_ts, given)

    def sees(self, channel: str) -> list[Json]:
        """The messages of a channel that this member can see, oldest first."""
        with self._state.lock:
            return [shown_message(self._state, message) for message in self._visible(channel)]

    def wait_for_message(
        self, channel: str, containing: str = "", seconds: float = 5, after: str = ""
    ) -> Json:
        """The newest message from the app or Slack that has this text anywhere.

        `after` is the `ts` of a message that it must be newer than. Raises TimeoutError.
        """
        found: list[Message] = []

        def arrived() -> bool:
            found[:] = itertools.islice(self._arrivals(channel, containing, after), 1)
            return bool(found)

        what = f"a message containing {containing!r} for {self.member.name} in {channel}"
        self._state.wait_until(arrived, seconds, what)
        return shown_message(self._state, found[0])

    @property
    def modal(self) -> Json | None:
        """The topmost open modal as Slack has it, with `id`, `hash` and `state`."""
        with self._state.lock:
            shown = self._state.modal(self.member.id)
            return view_json(self._state.app, shown) if shown else None

    @property
    def home(self) -> Json | None:
        """The Home tab that was last published for this member."""
        with self._state.lock:
            shown = self._state.homes.get(self.member.id)
            return view_json(self._state.app, shown) if shown else None

    def wait_for_modal(self, containing: str = "", seconds: float = 5) -> Json:
        """The topmost modal once it has this text anywhere; TimeoutError if it does not come."""

        def shown() -> bool:
            return self.modal is not None and containing in str(self.modal)

        what = f"a modal containing {containing!r} for {self.member.name}"
        self._state.wait_until(shown, seconds, what)
        return self._open_modal()

    def submits(self, entered: Entered | None = None) -> dict[str, str]:
        """Submit the topmost modal; errors by block_id, empty once accepted.

        Fields that are not named hold what they held. Menus of conversations and people take
        names or ids, options go by their values, menus of several take lists; a file_input takes
        a list of file ids or of names with contents. Raises SlackError when the app did not
        answer in time or answered what Slack would refuse.
        """
        came = modals.submit(self._exchange, self.member, self._open_modal()["id"], entered or {})
        if came.error:
            raise SlackError(came.error)
        return dict(came.errors)

    def closes_modal(self, *, everything: bool = False) -> Delivery:
        """Close the topmost modal, or all that are open."""
        return modals.close(
            self._exchange, self.member, self._open_modal()["id"], everything=everything
        )

    def presses(
        self,
        action_id: str,
        value: object = None,
        *,
        in_message: str | None = None,
        entered: Entered | None = None,
    ) -> Delivery:
        """Press the newest visible element with this action_id, or choose `value` in it.

        Looks in the open modal only while there is one; else on Home if that was opened last,
        then in messages, newest first. `in_message` is the `ts` of one message to look in;
        `entered` is what the form around the element holds.
        """
        source = self._source(action_id, in_message)
        action = {"action_id": action_id, "value": value}
        return interactions.act(self._exchange, self.member, source, action, entered)

    def uses_shortcut(self, callback_id: str, message: Json) -> Delivery:
        """Use a message shortcut on a message that this member sees."""
        return interactions.use_shortcut(
            self._exchange, self.member, message["channel"], message["ts"], callback_id
        )

    def uses_global_shortcut(self, callback_id: str, channel: str | None = None) -> Delivery:
        """Use a global shortcut; `channel` is the conversation in view, if any."""
        in_view = self._state.channel(self._key(channel)).id if channel else None
        return interactions.use_global_shortcut(self._exchange, self.member, callback_id, in_view)

    def invites_app(self, channel: str) -> Delivery:
        """Add the app to a channel."""
        return events.invite_app(self._exchange, self.member, self._state.channel(channel))

    def removes_app(self, channel: str) -> Delivery:
        """Remove the app from a channel."""
        return events.remove_app(self._exchange, self._state.channel(channel))

    def opens_messages(self) -> Delivery:
        """Open the app's Messages tab."""
        self._at_home = False
        return interactions.open_home(self._exchange, self.member, "messages")

    def opens_home(self, seconds: float = 5) -> Json:
        """Open the Home tab; its view once the app has published it anew."""
        self._at_home = True
        before = self.home
        interactions.open_home(self._exchange, self.member)

        def published() -> bool:
            return self.home is not None and self.home["hash"] != (before or {}).get("hash")

        self._state.wait_until(published, seconds, f"views.publish for {self.member.name}")
        return self.home or {}

    def _key(self, channel: str) -> str:
        return self.member.id if channel == "app" else channel

    def _visible(self, channel: str) -> list[Message]:
        return self._state.visible(self.member.id, self._state.channel(self._key(channel)).id)

    def _arrivals(self, channel: str, containing: str, after: str) -> Iterator[Message]:
        """Messages from the app or Slack with this text, newest first."""
        where = self._state.channel(self._key(channel)).id
        for message in self._state.newest_first(where):
            if message.ts <= after:
                return
            theirs = message.user is None and self._state.can_see(self.member.id, message)
            if theirs and containing in f"{message.text}\n{message.blocks}":
                yield message

    def _open_modal(self) -> Json:
        modal = self.modal
        if modal is None:
            raise SlackError("no_open_modal")
        return modal

    def _source(self, action_id: str, in_message: str | None) -> Json:
        with self._state.lock:
            for source, blocks in self._sources(in_message):
                if action_id in {element["action_id"] for _, element in elements(blocks)}:
                    return source
        raise SlackError("no_such_element", action_id=action_id)

    def _sources(self, in_message: str | None) -> Iterator[tuple[Json, list[Json]]]:
        """Where to look for an element, in order."""
        modal, home = self._state.modal(self.member.id), self._state.homes.get(self.member.id)
        if modal and in_message is None:
            yield {"type": "view", "view_id": modal.id}, modal.view["blocks"]
            return
        if home and self._at_home and in_message is None:
            yield {"type": "home"}, home.view["blocks"]
        for message in self._newest_first():
            if in_message in {None, message.ts}:
                source = {"type": "message", "channel": message.channel, "ts": message.ts}
                yield source, message.everything

    def _newest_first(self) -> list[Message]:
        """Every message that this member can see, wherever it is."""
        everywhere = [
            message
            for channel in self._state.channels
            for message in self._state.visible(self.member.id, channel)
        ]
        return sorted(everywhere, key=lambda message: message.ts, reverse=True)
