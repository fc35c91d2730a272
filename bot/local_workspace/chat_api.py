"""The chat.* methods of the Web API."""

from bot.local_workspace.errors import SlackError
from bot.local_workspace.payloads import message_json
from bot.local_workspace.posting import spoken
from bot.local_workspace.records import Channel, Json, Message
from bot.local_workspace.state import State


def post_message(state: State, arguments: Json) -> Json:
    channel = writable(state, arguments["channel"])
    text, blocks = spoken(state, arguments, by="chat.postMessage")
    message = state.post(
        Message(
            ts=state.new_ts(),
            channel=channel.id,
            text=text,
            blocks=blocks,
            thread_ts=arguments.get("thread_ts"),
            from_bot=True,
        )
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(state.app, message),
    }


def post_ephemeral(state: State, arguments: Json) -> Json:
    channel = state.channel(arguments["channel"])
    if channel.id not in state.bot_channels:
        raise SlackError("not_in_channel")
    if arguments["user"] not in state.members or not state.is_in(arguments["user"], channel.id):
        raise SlackError("user_not_in_channel")
    text, blocks = spoken(state, arguments, by="chat.postEphemeral")
    message = state.post(
        Message(
            ts=state.new_ts(),
            channel=channel.id,
            text=text,
            blocks=blocks,
            visible_to=arguments["user"],
            thread_ts=arguments.get("thread_ts"),
            from_bot=True,
        )
    )
    return {"message_ts": message.ts}


def update(state: State, arguments: Json) -> Json:
    message = _own(state, arguments)
    message.text, message.blocks = spoken(state, arguments, by="chat.update")
    message.edited = True
    state.changed()
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(state.app, message),
    }


def delete(state: State, arguments: Json) -> Json:
    message = _own(state, arguments)
    state.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(state: State, arguments: Json) -> Json:
    channel = state.channel(arguments["channel"])
    message = state.message(channel.id, arguments["message_ts"])
    return {
        "channel": channel.id,
        "permalink": f"{state.url}archives/{channel.id}/p{message.ts.replace('.', '')}",
    }


def writable(state: State, key: str) -> Channel:
    """The channel with this id or name, if the app may post there; raises SlackError if not."""
    channel = state.channel(key)
    open_to_all = "chat:write.public" in state.app.scopes and not channel.is_private
    if channel.id not in state.bot_channels and not open_to_all:
        raise SlackError("channel_not_found" if channel.is_private else "not_in_channel")
    return channel


def _own(state: State, arguments: Json) -> Message:
    """A message of the app's that everyone sees; an ephemeral one cannot be reached again."""
    message = state.message(arguments["channel"], arguments["ts"])
    if message.visible_to is not None:
        raise SlackError("message_not_found")
    if not message.from_bot:
        raise SlackError("cant_update_message")
    return message
