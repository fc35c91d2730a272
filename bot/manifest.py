"""The Slack app manifest, made from the routes: what is pasted into Slack's “create an app”."""

import re
from typing import Any, Final

from bot.app import COMMANDS, EVENTS, SHORTCUTS
from bot.commands import SUB_COMMANDS
from bot.link_pattern import LinkPattern
from bot.paths import EVENTS_PATH, REDIRECT_PATH
from bot.steps import FUNCTIONS
from segmentation.errors import SegbotError

# Scope → why it is needed; the Web API calls that the bot makes need these and no more.
SCOPES: Final = {
    "commands": "answer /segment",
    "chat:write": "post the digest and alerts, and tell members what concerns them",
    "files:write": "attach the digest's chart and its CSV file",
    "im:write": "send a preview of the digest with its files to one member",
    "users:read": "tell guests from members, and offer members their own time zone",
    "usergroups:read": "let the policy name user groups",
    "channels:read": "see whether the bot is in a channel, and other companies are",
    "groups:read": "likewise for private channels",
    "files:read": "read the lists that members send to be scored",
    "im:history": "hear of the ids and lists that members send in a direct message",
}
# Where links to customers are unfolded, and then only.
LINK_SCOPES: Final = {
    "links:read": "hear of links to customers",
    "links:write": "show the segment's name beneath them",
}
_LINK_EVENT: Final = "link_shared"
_DEPARTURES: Final = ("app_uninstalled", "tokens_revoked")  # by which a workspace is forgotten
_STEP_EVENT: Final = "function_executed"  # Bolt's own, for every step


def needed_scopes(links: LinkPattern | None) -> dict[str, str]:
    """Scope → why, for what the bot is told to do."""
    return SCOPES | (LINK_SCOPES if links else {})


def manifest(
    address: str = "", *, many: bool = False, links: LinkPattern | None = None
) -> dict[str, Any]:
    """The manifest for Socket Mode, or for signed HTTP at `address`; `many` is for OAuth.

    With `links` those of the pattern are unfolded. Raises SegbotError when Slack could not post to
    that address.
    """
    if address and not re.fullmatch(r"https://[^/\s]+(/[^\s?#]*)?", address):
        raise SegbotError("--http should be an address such as https://bot.example.com.")
    base = address.rstrip("/")
    request_url = {"request_url": f"{base}{EVENTS_PATH}"} if base else {}
    heard = [event for event in EVENTS if links or event != _LINK_EVENT]
    events = [*heard, _STEP_EVENT, *(_DEPARTURES if many else ())]
    return {
        "display_information": {
            "name": "Segbot",
            "description": "Which kind of customer is this, why, and what to do about it",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Segbot", "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    "description": "Look up a customer's segment; alone it opens a form",
                    "usage_hint": f"[customer id | form | {' | '.join(SUB_COMMANDS)}]",
                    "should_escape": False,
                    **({"url": request_url["request_url"]} if base else {}),
                }
                for command in COMMANDS
            ],
            "shortcuts": [
                {
                    "name": shortcut.name,
                    "type": shortcut.type,
                    "callback_id": callback_id,
                    "description": shortcut.description,
                }
                for callback_id, shortcut in SHORTCUTS.items()
            ],
            **({"unfurl_domains": [links.domain]} if links else {}),
        },
        "functions": {
            callback_id: {
                "title": step.name,
                "description": step.description,
                "input_parameters": step.inputs,
                "output_parameters": step.outputs,
            }
            for callback_id, step in FUNCTIONS.items()
        },
        "oauth_config": {
            **({"redirect_urls": [f"{base}{REDIRECT_PATH}"]} if base and many else {}),
            "scopes": {"bot": list(needed_scopes(links))},
        },
        "settings": {
            "event_subscriptions": {"bot_events": events, **request_url},
            "function_runtime": "remote",
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": True,  # steps in Workflow Builder ask for it
            "socket_mode_enabled": not base,
            "token_rotation_enabled": False,
        },
    }
