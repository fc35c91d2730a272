"""What Slack sends to an app, and how it shows a message or view in JSON: pure builders."""

from typing import Any

from bot.local_workspace.entries import entered_state
from bot.local_workspace.file_json import file_json, page_file
from bot.local_workspace.installed_app import InstalledApp
from bot.local_workspace.records import Channel, File, Json, Member, Message, OpenView

TEAM_DOMAIN = "local-workspace"
OUTSIDE_TEAM = "T0OUTSIDE"


def escaped(text: str) -> str:
    """Typed text as Slack passes it on: three characters become entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slash_command(app: InstalledApp, member: Member, channel: Channel, typed: str) -> Json:
    """A slash command; every value is a string, as in the form that Slack posts."""
    command, _, text = typed.strip().partition(" ")
    return {
        "token": "local",
        "team_id": app.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.direct_with else channel.name,
        "user_id": member.id,
        "user_name": user_name(member),
        "command": command,
        "text": escaped(text.strip()),
        "api_app_id": app.id,
        "is_enterprise_install": "false",
    }


def message_action(
    app: InstalledApp,
    member: Member,
    message: Message,
    channel: Channel,
    unfurled: str | None = None,
) -> Json:
    """A press or a choice in a message, or below its link `unfurled`.

    An ephemeral message does not travel along.
    """
    container = {
        "type": "message_attachment" if unfurled else "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.visible_to is not None,
    }
    if unfurled:
        container |= {"is_app_unfurl": True, "app_unfurl_url": unfurled}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_interaction("block_actions", app, member),
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
    }
    return payload if message.visible_to else {**payload, "message": message_json(app, message)}


def view_action(app: InstalledApp, member: Member, view: OpenView) -> Json:
    """A press or a choice in a modal or on Home."""
    return {
        **_interaction("block_actions", app, member),
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(app, view),
    }


def message_shortcut(
    app: InstalledApp,
    member: Member,
    message: Message,
    channel: Channel,
    callback_id: str,
    action_ts: str,
) -> Json:
    """A message shortcut."""
    return {
        **_interaction("message_action", app, member),
        "callback_id": callback_id,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message_json(app, message),
        "message_ts": message.ts,
        "action_ts": action_ts,
    }


def global_shortcut(app: InstalledApp, member: Member, callback_id: str, action_ts: str) -> Json:
    """A global shortcut; it has no channel."""
    return {
        **_interaction("shortcut", app, member),
        "callback_id": callback_id,
        "action_ts": action_ts,
    }


def view_submission(app: InstalledApp, member: Member, view: OpenView) -> Json:
    """A submitted modal."""
    return {**_interaction("view_submission", app, member), "view": view_json(app, view)}


def view_closed(app: InstalledApp, member: Member, view: OpenView, *, is_cleared: bool) -> Json:
    """A modal that was closed without being submitted."""
    return {
        **_interaction("view_closed", app, member),
        "view": view_json(app, view),
        "is_cleared": is_cleared,
    }


def message_event(app: InstalledApp, message: Message, channel: Channel, name: str) -> Json:
    """The content of a message.* or app_mention event."""
    return {
        **message_json(app, message),
        "type": name.partition(".")[0],
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": message.ts,
    }


def file_shared(file: File, message: Message) -> Json:
    """The content of a file_shared event."""
    return {
        "type": "file_shared",
        "file_id": file.id,
        "file": {"id": file.id},
        "user_id": message.user,
        "channel_id": message.channel,
        "event_ts": message.ts,
    }


def event(app: InstalledApp, content: Json, event_id: str, seconds: float) -> Json:
    """The envelope of the Events API around one event."""
    return {
        "token": "local",
        "team_id": app.team_id,
        "api_app_id": app.id,
        "event": content,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(seconds),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": app.team_id,
                "user_id": app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def view_json(app: InstalledApp, view: OpenView) -> Json:
    """A view as Slack returns it and sends it, with what has been entered in it."""
    whole: dict[str, Any] = {"private_metadata": "", "callback_id": "", "external_id": ""}
    if view.view["type"] == "modal":
        whole |= {"submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
    return {
        **whole,
        **view.view,
        "id": view.id,
        "team_id": app.team_id,
        "app_id": app.id,
        "bot_id": app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": entered_state(view.view["blocks"], view.entered)},
    }


def message_json(app: InstalledApp, message: Message) -> Json:
    """A message as Slack returns it and sends it."""
    shown: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": app.team_id}
    shown["user"] = app.bot_user_id if message.from_bot else message.user
    if message.from_bot:
        shown |= {"bot_id": app.bot_id, "app_id": app.id}
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.files:
        shown["subtype"] = "file_share"
        shown["files"] = [file_json(file) for file in message.files]
    if message.unfurls:
        shown["attachments"] = [
            {"id": number, "from_url": url, "is_app_unfurl": True, "blocks": blocks}
            for number, (url, blocks) in enumerate(message.unfurls.items(), start=1)
        ]
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited:
        shown["edited"] = {"user": app.bot_user_id, "ts": message.ts}
    return shown


def page_message(app: InstalledApp, message: Message, member: Member | None) -> Json:
    """A message as the page shows it; `member` is its author, None for the app and for Slack."""
    name = member.name if member else app.name if message.from_bot else "Slackbot"
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "bot": message.from_bot,
        "name": name,
        "text": message.text,
        "blocks": message.blocks,
        "ephemeral": message.visible_to is not None,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "unfurls": [{"url": url, "blocks": each} for url, each in message.unfurls.items()],
        "system": message.system,
        "files": [page_file(file) for file in message.files],
    }


def team_of(app: InstalledApp, member: Member) -> str:
    """The workspace that a member belongs to."""
    return OUTSIDE_TEAM if member.is_external else app.team_id


def user_name(member: Member) -> str:
    """The short name that Slack makes of a full one."""
    return member.name.lower().replace(" ", ".")


def _interaction(kind: str, app: InstalledApp, member: Member) -> Json:
    return {
        "type": kind,
        "team": {"id": app.team_id, "domain": TEAM_DOMAIN},
        "user": {
            "id": member.id,
            "username": user_name(member),
            "name": user_name(member),
            "team_id": team_of(app, member),
        },
        "api_app_id": app.id,
        "token": "local",
        "enterprise": None,
        "is_enterprise_install": False,
    }
