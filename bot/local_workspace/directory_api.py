"""The methods of the Web API that tell who and what is in the workspace."""

from bot.local_workspace.errors import SlackError
from bot.local_workspace.payloads import OUTSIDE_TEAM, TEAM_DOMAIN, message_json, team_of, user_name
from bot.local_workspace.records import Channel, Json, Member
from bot.local_workspace.state import State

SCOPED = {"im": "im", "group": "groups", "channel": "channels"}
KINDS = {"im": "im", "group": "private_channel", "channel": "public_channel"}


def auth_test(state: State, _arguments: Json) -> Json:
    app = state.app
    return {
        "url": state.url,
        "team": TEAM_DOMAIN,
        "user": app.name.lower(),
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(state: State, _arguments: Json) -> Json:
    link = state.url.replace("http://", "ws://")
    return {"url": f"{link}link/?ticket={state.tickets.socket()}&app_id={state.app.id}"}


def users_info(state: State, arguments: Json) -> Json:
    if arguments["user"] == state.app.bot_user_id:
        return {"user": _bot_json(state)}
    return {"user": _member_json(state, state.member(arguments["user"]))}


def conversations_info(state: State, arguments: Json) -> Json:
    return {"channel": _channel_json(state, _known(state, arguments["channel"]))}


def conversations_list(state: State, arguments: Json) -> Json:
    kinds = str(arguments.get("types") or "public_channel").split(",")
    for kind, asked in KINDS.items():
        if asked in kinds:
            _check_scope(state, kind, "read")
    return {
        "channels": [
            _channel_json(state, channel)
            for channel in state.channels.values()
            if KINDS[channel.kind] in kinds
            and (channel.id in state.bot_channels or not channel.is_private)
        ],
        "response_metadata": {"next_cursor": ""},
    }


def conversations_members(state: State, arguments: Json) -> Json:
    channel = _known(state, arguments["channel"])
    people = [member for member in state.members if state.is_in(member, channel.id)]
    bots = [state.app.bot_user_id] if channel.id in state.bot_channels else []
    return {"members": [*people, *bots], "response_metadata": {"next_cursor": ""}}


def conversations_open(state: State, arguments: Json) -> Json:
    member = state.member(str(arguments["users"]))
    if member.deleted:
        raise SlackError("user_disabled")
    return {"channel": {"id": state.channel(member.id).id}}


def conversations_join(state: State, arguments: Json) -> Json:
    channel = state.channel(arguments["channel"])
    if channel.is_private or channel.direct_with:
        raise SlackError("method_not_supported_for_channel_type")
    state.bot_channels.add(channel.id)
    state.changed()
    return {"channel": _channel_json(state, channel)}


def conversations_history(state: State, arguments: Json) -> Json:
    channel = _known(state, arguments["channel"], "history")
    if channel.id not in state.bot_channels:
        raise SlackError("not_in_channel")
    shared = [
        message_json(state.app, message)
        for message in reversed(state.messages(channel.id))
        if message.visible_to is None
    ]
    return {"messages": shared[: int(arguments.get("limit") or 100)], "has_more": False}


def conversations_replies(state: State, arguments: Json) -> Json:
    """A message and its thread, oldest first."""
    channel = _known(state, arguments["channel"], "history")
    if channel.id not in state.bot_channels:
        raise SlackError("not_in_channel")
    root = str(arguments["ts"])
    thread = [
        message_json(state.app, message)
        for message in state.messages(channel.id)
        if message.visible_to is None and root in {message.ts, message.thread_ts}
    ]
    if not thread:
        raise SlackError("thread_not_found")
    return {"messages": thread[: int(arguments.get("limit") or 1000)], "has_more": False}


def usergroups_list(state: State, _arguments: Json) -> Json:
    return {
        "usergroups": [
            {
                "id": group.id,
                "handle": group.handle,
                "name": group.handle,
                "user_count": len(group.members),
            }
            for group in state.user_groups
        ]
    }


def usergroups_users_list(state: State, arguments: Json) -> Json:
    for group in state.user_groups:
        if group.id == arguments["usergroup"]:
            return {"users": list(group.members)}
    raise SlackError("subteam_not_found")


def _known(state: State, key: str, verb: str = "read") -> Channel:
    """A channel that the app may know of: a private one only if it is in it.

    `verb` is "read" or "history", as in the scope that it takes.
    """
    channel = state.channel(key)
    if channel.is_private and channel.id not in state.bot_channels:
        raise SlackError("channel_not_found")
    _check_scope(state, channel.kind, verb)
    return channel


def _check_scope(state: State, kind: str, verb: str) -> None:
    """Raise SlackError unless the manifest has the scope for this kind of conversation."""
    needed = f"{SCOPED[kind]}:{verb}"
    if needed not in state.app.scopes:
        raise SlackError(
            "missing_scope", needed=needed, provided=",".join(sorted(state.app.scopes))
        )


def _channel_json(state: State, channel: Channel) -> Json:
    if channel.direct_with:
        return {"id": channel.id, "is_im": True, "user": channel.direct_with}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": False,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "connected_team_ids": [OUTSIDE_TEAM] if channel.is_ext_shared else [],
        "is_member": channel.id in state.bot_channels,
        "topic": {"value": channel.topic},
        "num_members": sum(state.is_in(member, channel.id) for member in state.members),
    }


def _member_json(state: State, member: Member) -> Json:
    return {
        "id": member.id,
        "team_id": team_of(state.app, member),
        "name": user_name(member),
        "real_name": member.name,
        "deleted": member.deleted,
        "is_bot": False,
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_restricted": member.is_guest or member.is_ultra_restricted,
        "is_ultra_restricted": member.is_ultra_restricted,
        "is_stranger": member.is_external,
        "tz": member.time_zone,
        "profile": {
            "real_name": member.name,
            "display_name": member.name,
            "title": member.title,
        },
    }


def _bot_json(state: State) -> Json:
    app = state.app
    return {
        "id": app.bot_user_id,
        "team_id": app.team_id,
        "name": app.name.lower(),
        "real_name": app.name,
        "deleted": False,
        "is_bot": True,
        "profile": {"real_name": app.name, "bot_id": app.bot_id, "api_app_id": app.id},
    }
