"""The Web API: which methods there are, the scope each needs, and how a call is answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.local_workspace import (
    chat_api,
    directory_api,
    files_api,
    oauth,
    unfurling,
    views_api,
    workflow_steps,
)
from bot.local_workspace.answers import Answer, ratelimited
from bot.local_workspace.errors import SlackError, invalid
from bot.local_workspace.posting import decoded
from bot.local_workspace.records import Json
from bot.local_workspace.state import State


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, the scopes of which it needs one, and its required arguments."""

    run: Callable[[State, Json], Json]
    scopes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    app_token: bool = False
    without_token: bool = False


SEES_CHANNELS = ("channels:read", "groups:read", "mpim:read", "im:read")
READS_CHANNELS = ("channels:history", "groups:history", "mpim:history", "im:history")
METHODS = {
    "apps.connections.open": Method(directory_api.connections_open, app_token=True),
    "auth.revoke": Method(oauth.revoke),
    "auth.test": Method(directory_api.auth_test),
    "chat.delete": Method(chat_api.delete, ("chat:write",), ("channel", "ts")),
    "chat.getPermalink": Method(chat_api.get_permalink, (), ("channel", "message_ts")),
    "chat.postEphemeral": Method(chat_api.post_ephemeral, ("chat:write",), ("channel", "user")),
    "chat.postMessage": Method(chat_api.post_message, ("chat:write",), ("channel",)),
    "chat.unfurl": Method(unfurling.unfurl, ("links:write",), ("unfurls",)),
    "chat.update": Method(chat_api.update, ("chat:write",), ("channel", "ts")),
    "conversations.history": Method(
        directory_api.conversations_history, READS_CHANNELS, ("channel",)
    ),
    "conversations.info": Method(directory_api.conversations_info, SEES_CHANNELS, ("channel",)),
    "conversations.join": Method(
        directory_api.conversations_join, ("channels:join",), ("channel",)
    ),
    "conversations.list": Method(directory_api.conversations_list, SEES_CHANNELS),
    "conversations.members": Method(
        directory_api.conversations_members, SEES_CHANNELS, ("channel",)
    ),
    "conversations.open": Method(directory_api.conversations_open, ("im:write",), ("users",)),
    "conversations.replies": Method(
        directory_api.conversations_replies, READS_CHANNELS, ("channel", "ts")
    ),
    "files.completeUploadExternal": Method(files_api.complete_upload, ("files:write",), ("files",)),
    "files.getUploadURLExternal": Method(
        files_api.get_upload_url, ("files:write",), ("filename", "length")
    ),
    "files.info": Method(files_api.info, ("files:read",), ("file",)),
    "functions.completeError": Method(
        workflow_steps.complete_error, (), ("function_execution_id", "error")
    ),
    "functions.completeSuccess": Method(
        workflow_steps.complete_success, (), ("function_execution_id", "outputs")
    ),
    "oauth.v2.access": Method(
        oauth.access, needs=("client_id", "client_secret", "code"), without_token=True
    ),
    "usergroups.list": Method(directory_api.usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": Method(
        directory_api.usergroups_users_list, ("usergroups:read",), ("usergroup",)
    ),
    "users.info": Method(directory_api.users_info, ("users:read",), ("user",)),
    "views.open": Method(views_api.open_modal, (), ("trigger_id", "view")),
    "views.publish": Method(views_api.publish, (), ("user_id", "view")),
    "views.push": Method(views_api.push_modal, (), ("trigger_id", "view")),
    "views.update": Method(views_api.update, (), ("view",)),
}
JSON_ARGUMENTS = ("blocks", "files", "outputs", "unfurls", "view")


def answer(state: State, name: str, token: str, arguments: Json) -> Answer:
    """What Slack answers to a call, errors included; faults are noted as problems."""
    try:
        with state.lock:
            if broken := state.outages.answer(name):
                return broken
            if seconds := state.rate_limits.wait(name, arguments):
                return ratelimited(seconds)
            return Answer({"ok": True, **_answer(state, name, token, arguments)})
    except SlackError as refusal:
        if refusal.is_fault:
            state.problem(f"{name}: {refusal}")
        return Answer(refusal.response)


def arguments_of(content_type: str, body: bytes, query: Mapping[str, str]) -> Json:
    """The arguments of a call, from its address and a body of JSON or form."""
    if content_type.startswith("application/json"):
        return {**query, **json.loads(body or b"{}")}
    return {**query, **dict(parse_qsl(body.decode(), keep_blank_values=True))}


def _answer(state: State, name: str, token: str, arguments: Json) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    _authorise(state, method, token)
    given = {key: value for key, value in arguments.items() if value is not None}
    missing = [need for need in method.needs if given.get(need) in (None, "")]
    if missing:
        fields = [f"[ERROR] missing required field: {need}" for need in missing]
        raise invalid("invalid_arguments", fields)
    for key in JSON_ARGUMENTS:
        if key in given:
            given[key] = decoded(given[key], key)
    return method.run(state, given)


def _check_step_token(state: State, token: str) -> None:
    """Raise SlackError unless the token came with a workflow step that is not completed yet."""
    step = state.step_tokens.get(token)
    if step is None:
        raise SlackError("token_revoked" if token == state.app.bot_token else "invalid_auth")
    if step.completed:
        raise SlackError("token_expired")


def _authorise(state: State, method: Method, token: str) -> None:
    """Raise SlackError unless the token may call this method."""
    app = state.app
    if method.without_token:
        return
    if not token:
        raise SlackError("not_authed")
    if token not in {state.bot_token, app.app_token}:
        _check_step_token(state, token)
    if (token == app.app_token) != method.app_token:
        raise SlackError("not_allowed_token_type")
    if method.scopes and not app.scopes.intersection(method.scopes):
        raise SlackError(
            "missing_scope",
            needed=",".join(method.scopes),
            provided=",".join(sorted(app.scopes)),
        )
