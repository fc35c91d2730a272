"""One exchange with the app: what a member did goes out, what the app answers is carried out."""

import itertools
import math
import secrets

from bot.local_workspace import payloads
from bot.local_workspace.errors import SlackError
from bot.local_workspace.link import Kind, Link, Redelivery
from bot.local_workspace.posting import respond
from bot.local_workspace.records import Json, Message, OpenView, Reply
from bot.local_workspace.state import State


class Exchange:
    """The workspace's side of the conversation with the app."""

    def __init__(self, state: State, link: Link, redelivery: Redelivery | None = None) -> None:
        self.state = state
        self.link = link
        self._redelivery = redelivery
        self._counted = itertools.count(1)

    def deliver(self, kind: Kind, payload: Json) -> Reply:
        """Send a payload and wait for the acknowledgement; never call this under the lock."""
        if kind == "interactive" and not self.state.app.interactive:
            self.state.problem("the manifest has interactivity switched off")
        reply = self.link.deliver(kind, payload)
        if self._redelivery and self._is_due_again(self._redelivery, kind, reply):
            self.link.deliver(kind, payload, retry=1)
        return reply

    def event(self, content: Json) -> Reply:
        """Send an event of the Events API."""
        state = self.state
        channel = state.channels.get(content.get("channel") or content.get("channel_id") or "")
        event_id = f"Ev{secrets.token_hex(8)}"  # of all workspaces, not of this one alone
        payload = payloads.event(state.app, content, event_id, state.clock())
        payload["is_ext_shared_channel"] = channel is not None and channel.is_ext_shared
        return self.deliver("events_api", payload)

    def respond(self, response_url: str, body: Json, *, by: str) -> str | None:
        """Do what a `response_url` or an acknowledgement asks; the refusal's name if refused."""
        try:
            with self.state.lock:
                ticket = self.state.tickets.use_response_url(response_url.rpartition("/")[2])
                respond(self.state, ticket, body, by=by)
        except SlackError as refusal:
            if refusal.is_fault:
                self.state.problem(f"{by}: {refusal}")
            return refusal.name
        return None

    def handles(
        self, member: str, channel: str, message: Message | None = None, *, acts_on: bool = False
    ) -> Json:
        """A fresh `response_url` and `trigger_id`; with `acts_on` the url can replace `message`."""
        url = self.response_url(
            member,
            channel,
            source_ts=message.ts if message and acts_on else None,
            thread_ts=message.thread_ts if message else None,
        )
        return {"response_url": url, **self.trigger(member, channel)}

    def response_url(
        self,
        member: str,
        channel: str,
        source_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """A fresh `response_url`."""
        secret = self.state.tickets.response_url(member, channel, source_ts, thread_ts)
        return f"{self.state.url}hooks/{secret}"

    def trigger(self, member: str, origin: str | None = None) -> Json:
        """A fresh `trigger_id`; `origin` is the conversation in view, if any."""
        return {"trigger_id": self.state.tickets.trigger(member, origin)}

    def seen(self, member: str, channel: str, ts: str) -> Message:
        """A message that this member can see; raises SlackError when there is none."""
        message = self.state.message(channel, ts)
        if not self.state.can_see(member, message):
            raise SlackError("message_not_found")
        return message

    def shown(self, member: str, source: Json) -> OpenView:
        """The member's Home, or their topmost modal; raises SlackError when it is another."""
        if source["type"] == "home":
            shown = self.state.homes.get(member)
        else:
            shown = self.state.modal(member)
        if shown is None or (source["type"] == "view" and shown.id != source["view_id"]):
            raise SlackError("not_found")
        return shown

    def _is_due_again(self, redelivery: Redelivery, kind: Kind, reply: Reply) -> bool:
        if kind not in redelivery.kinds or next(self._counted) % redelivery.every:
            return False
        return (reply.acknowledged_after or math.inf) >= redelivery.slower_than
