"""What a member types and sends: a slash command, or a message and the events it sets off."""

import re
from collections.abc import Iterator, Sequence

from bot.local_workspace import payloads
from bot.local_workspace.errors import SlackError
from bot.local_workspace.events import tell
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.records import Channel, Delivery, File, Json, Member, Message, Reply
from bot.local_workspace.unfurling import link_shared, linked, links

MESSAGE_EVENTS = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}


def send(
    exchange: Exchange,
    member: Member,
    channel: Channel,
    text: str,
    thread_ts: str | None = None,
    files: Sequence[File] = (),
) -> Delivery:
    """Send a line as typed; one that starts with a slash is a command, though not in a thread.

    What goes with files is always a message. Raises SlackError where the member is not, and in
    the app's direct message if its manifest has that switched off.
    """
    if not exchange.state.is_in(member.id, channel.id):
        raise SlackError("channel_not_found")
    if channel.direct_with and not exchange.state.app.takes_messages:
        raise SlackError("messages_tab_is_read_only")
    if files or not text.startswith("/"):
        return _message(exchange, member, channel, text, thread_ts, files)
    if thread_ts:
        command = text.split(maxsplit=1)[0]
        notice = f"`{command}` is not supported in threads."
        exchange.state.notice(member.id, channel.id, notice, thread_ts)
        return Delivery(error="not_supported_in_threads")
    return _command(exchange, member, channel, text)


def _command(exchange: Exchange, member: Member, channel: Channel, text: str) -> Delivery:
    state, command = exchange.state, text.split(maxsplit=1)[0]
    if command not in {known["command"] for known in state.app.commands}:
        state.notice(member.id, channel.id, f"`{command}` is not a valid command.")
        return Delivery(error="unknown_command")
    if "commands" not in state.app.scopes:
        state.problem(f"{command}: the manifest lacks the scope `commands`")
    payload = {
        **payloads.slash_command(state.app, member, channel, text),
        **exchange.handles(member.id, channel.id),
    }
    reply = _while_pending(exchange, member, channel, text, payload)
    error = reply.error
    if reply.body.get("text") or reply.body.get("blocks"):
        error = exchange.respond(payload["response_url"], reply.body, by=f"{command} acknowledged")
    if error:
        state.notice(member.id, channel.id, f'{command} failed with the error "{error}"')
    return Delivery(reply.acknowledged_after, error)


def _while_pending(
    exchange: Exchange, member: Member, channel: Channel, text: str, payload: Json
) -> Reply:
    """Deliver a command; meanwhile the member sees that it is under way."""
    state = exchange.state
    waiting = {"member": member.id, "channel": channel.id, "text": text, "since": state.clock()}
    with state.lock:
        state.pending.append(waiting)
        state.changed()
    reply = exchange.deliver("slash_commands", payload)
    with state.lock:
        state.pending.remove(waiting)
        state.changed()
    return reply


def _message(
    exchange: Exchange,
    member: Member,
    channel: Channel,
    text: str,
    thread_ts: str | None,
    files: Sequence[File],
) -> Delivery:
    state = exchange.state
    with state.lock:
        message = Message(
            ts=state.new_ts(),
            channel=channel.id,
            text=_typed_text(text),
            user=member.id,
            thread_ts=thread_ts,
            files=list(files),
        )
        state.post(message)
    delivery = Delivery()
    for name, content in _events(exchange, channel, message):
        if channel.id in state.bot_channels or name == "link_shared":
            told = tell(exchange, name, content)
            delivery = delivery if told == Delivery() else told
    return delivery


def _typed_text(text: str) -> str:
    """What a member typed, escaped; a mention of someone by id stays one."""
    return linked(re.sub(r"&lt;(@U\w+)&gt;", r"<\1>", payloads.escaped(text)))


def _events(exchange: Exchange, channel: Channel, message: Message) -> Iterator[tuple[str, Json]]:
    """The names and contents of the events that a message sets off."""
    app = exchange.state.app
    mentions = f"<@{app.bot_user_id}>" in message.text
    for name in (MESSAGE_EVENTS[channel.kind], *(["app_mention"] if mentions else [])):
        yield name, payloads.message_event(app, message, channel, name)
    if found := links(exchange.state, message):
        yield "link_shared", link_shared(exchange.state, message, channel, found)
    for file in message.files:
        yield "file_shared", payloads.file_shared(file, message)
