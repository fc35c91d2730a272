"""What is good for a while only: trigger ids, response urls, and tickets for a socket."""

import secrets
from collections.abc import Callable

from bot.local_workspace.errors import SlackError
from bot.local_workspace.handouts import ResponseUrl, Trigger

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


class Tickets:
    """Issues and redeems tickets; `clock` tells the time in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}
        self._sockets: set[str] = set()

    def trigger(self, member: str, origin: str | None = None) -> str:
        """A new `trigger_id` for what this member just did, with the conversation in view."""
        trigger_id = f"{len(self._triggers) + 1}.{secrets.token_hex(8)}"
        self._triggers[trigger_id] = Trigger(member, self._clock(), origin)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Who is behind a `trigger_id`, once; raises SlackError when it is used or too old."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.created > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.exchanged = True
        return trigger

    def response_url(
        self,
        member: str,
        channel: str,
        source_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """The secret part of a new `response_url`; `source_ts` is the message it came from."""
        secret = secrets.token_urlsafe(16)
        self._response_urls[secret] = ResponseUrl(
            member, channel, self._clock(), source_ts, thread_ts
        )
        return secret

    def use_response_url(self, secret: str) -> ResponseUrl:
        """Use a `response_url` once more; raises SlackError when it is spent or too old."""
        ticket = self._response_urls.get(secret)
        if ticket is None:
            raise SlackError("invalid_url")
        if self._clock() - ticket.created > RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        if ticket.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        ticket.uses += 1
        return ticket

    def socket(self) -> str:
        """A ticket that opens one socket."""
        ticket = secrets.token_urlsafe(16)
        self._sockets.add(ticket)
        return ticket

    def redeem_socket(self, ticket: str) -> bool:
        """Whether the ticket opens a socket; it does so once."""
        known = ticket in self._sockets
        self._sockets.discard(ticket)
        return known
