"""What one member sees of the workspace, as the page gets it in JSON; read under the lock."""

from bot.local_workspace.exchange import Exchange
from bot.local_workspace.payloads import page_message, view_json
from bot.local_workspace.records import Json, Member, Message
from bot.local_workspace.state import State


def page_state(exchange: Exchange, member: Member) -> Json:
    """Everything the page draws for this member."""
    state = exchange.state
    direct = state.channel(member.id)
    shared = [each for each in state.conversations(member.id) if not each.direct_with]
    return {
        "revision": state.revision,
        "workspace": {"name": f"{state.app.name} demo"},
        "app": {
            "id": state.app.id,
            "name": state.app.name,
            "bot_user_id": state.app.bot_user_id,
            "takes_messages": state.app.takes_messages,
            "connected": exchange.link.connected,
        },
        "member": member.id,
        "members": [
            {"id": each.id, "name": each.name, "title": each.title, "standing": each.standing}
            for each in state.members.values()
            if not each.deleted
        ],
        "channels": [
            {
                "id": channel.id,
                "name": channel.name,
                "topic": channel.topic,
                "is_private": channel.is_private,
                "is_ext_shared": channel.is_ext_shared,
            }
            for channel in shared
        ],
        "direct_messages": [{"id": direct.id, "name": state.app.name}],
        "commands": [
            {
                "command": each["command"],
                "description": each["description"],
                "usage_hint": each.get("usage_hint", ""),
            }
            for each in state.app.commands
        ],
        "shortcuts": list(state.app.shortcuts),
        "messages": {
            channel.id: [
                shown_message(state, message) for message in state.visible(member.id, channel.id)
            ]
            for channel in [*shared, direct]
        },
        "home": _home(state, member),
        "modal": _modal(state, member),
        "pending": [each for each in state.pending if each["member"] == member.id],
    }


def shown_message(state: State, message: Message) -> Json:
    """A message as the page and the drivers get it."""
    author = state.members[message.user] if message.user else None
    return page_message(state.app, message, author)


def _home(state: State, member: Member) -> Json | None:
    home = state.homes.get(member.id)
    return {"view": view_json(state.app, home)} if home else None


def _modal(state: State, member: Member) -> Json | None:
    """The topmost open modal; `depth` counts those that are open."""
    shown = state.modal(member.id)
    if shown is None:
        return None
    return {
        "view_id": shown.id,
        "hash": shown.hash,
        "depth": len(state.modals[member.id]),
        "view": view_json(state.app, shown),
    }
