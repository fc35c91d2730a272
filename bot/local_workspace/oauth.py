"""Installing the app and removing it: codes, the bot's token, and the events of its end."""

import base64
import binascii
import secrets

from bot.local_workspace.errors import SlackError
from bot.local_workspace.events import tell
from bot.local_workspace.exchange import Exchange
from bot.local_workspace.handouts import Grant
from bot.local_workspace.payloads import TEAM_DOMAIN
from bot.local_workspace.records import Json
from bot.local_workspace.state import State

CODE_SECONDS = 600.0


def grant(state: State, member: str, redirect_uri: str, scopes: str) -> str:
    """The code of a member's consent."""
    with state.lock:
        code = secrets.token_hex(12)
        state.grants[code] = Grant(member, redirect_uri, scopes, state.clock())
    return code


def access(state: State, arguments: Json) -> Json:
    """Exchange a code for the bot's token; an app that was removed gets a new one."""
    app = state.app
    if arguments["client_id"] != app.client_id:
        raise SlackError("invalid_client_id")
    if arguments["client_secret"] != app.client_secret:
        raise SlackError("bad_client_secret")
    given = _redeemed(state, str(arguments["code"]), arguments.get("redirect_uri"))
    state.bot_token = state.bot_token or f"xoxb-{secrets.token_hex(12)}"
    state.changed()
    return {
        "access_token": state.bot_token,
        "token_type": "bot",
        "scope": given.scopes,
        "bot_user_id": app.bot_user_id,
        "app_id": app.id,
        "team": {"id": app.team_id, "name": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": given.member},
    }


def revoke(state: State, arguments: Json) -> Json:
    """Give the bot's token back, which removes the app."""
    if str(arguments.get("test", "")).lower() in {"1", "true"}:
        return {"revoked": False}
    state.bot_token = None
    state.changed()
    return {"revoked": True}


def tell_uninstalled(exchange: Exchange) -> None:
    """Send the events by which an app learns that it was removed."""
    state = exchange.state
    tokens = {"oauth": [], "bot": [state.app.bot_user_id]}
    for name, content in (("tokens_revoked", {"tokens": tokens}), ("app_uninstalled", {})):
        tell(exchange, name, {"type": name, **content, "event_ts": state.new_ts()})


def client_of(basic: str) -> Json:
    """The client id and secret of a Basic authorization."""
    try:
        name, _, secret = base64.b64decode(basic).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret}


def _redeemed(state: State, code: str, redirect_uri: object) -> Grant:
    given = state.grants.get(code)
    if given is None or state.clock() - given.created > CODE_SECONDS:
        raise SlackError("invalid_code")
    if given.used:
        raise SlackError("code_already_used")
    if redirect_uri is not None and redirect_uri != given.redirect_uri:
        raise SlackError("bad_redirect_uri")
    given.used = True
    return given
