"""What the workspace knows of the app: its manifest, and the ids and secrets given to it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.local_workspace.records import Json


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """An app as installed: name and abilities from its manifest, credentials made up here."""

    name: str
    commands: tuple[Json, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    interactive: bool
    has_home: bool
    takes_messages: bool
    shortcuts: tuple[Json, ...]
    functions: Mapping[str, Json]
    function_runtime: str
    unfurl_domains: tuple[str, ...]
    bot_token: str
    app_token: str
    signing_secret: str
    client_id: str
    client_secret: str
    redirect_urls: tuple[str, ...]
    team_id: str
    id: str = "A0LOCALAPP"
    bot_id: str = "B0LOCALBOT"
    bot_user_id: str = "U0LOCALBOT"


def installed_app(manifest: Mapping[str, Any], team_id: str = "T0LOCAL") -> InstalledApp:
    """Install the app that a Slack app manifest describes in a workspace."""
    features = manifest["features"]
    app_home = features.get("app_home", {})
    settings = manifest.get("settings", {})
    return InstalledApp(
        name=features["bot_user"]["display_name"],
        commands=tuple(features.get("slash_commands", ())),
        scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        interactive=settings.get("interactivity", {}).get("is_enabled", False),
        has_home=app_home.get("home_tab_enabled", False),
        takes_messages=app_home.get("messages_tab_enabled", False)
        and not app_home.get("messages_tab_read_only_enabled", False),
        shortcuts=tuple(features.get("shortcuts", ())),
        functions=dict(manifest.get("functions", {})),
        function_runtime=settings.get("function_runtime", ""),
        unfurl_domains=tuple(features.get("unfurl_domains", ())),
        bot_token=f"xoxb-{secrets.token_hex(12)}",
        app_token=f"xapp-{secrets.token_hex(12)}",
        signing_secret=secrets.token_hex(16),
        client_id=f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**12):012d}",
        client_secret=secrets.token_hex(16),
        redirect_urls=tuple(manifest["oauth_config"].get("redirect_urls", ())),
        team_id=team_id,
    )
