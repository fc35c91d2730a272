"""The doctor's checks of Slack: reachable, tokens, scopes, channels, and whose clock is right."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.doctor import Finding, Greeting, Patient, fine, note, wrong
from bot.manifest import needed_scopes
from segmentation.wording import listed

_OFF: Final = 60  # seconds; Slack's signatures are good for 300


def greeted(client: WebClient) -> Greeting:
    """Ask Slack who the bot is, with its token or without one."""
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        if not isinstance(error.response, dict) and error.response.get("error"):
            return Greeting(error=error.response["error"], at=_date(error.response.headers))
        return Greeting(unreachable="it does not answer as Slack does")
    except (OSError, HTTPException, ValueError) as error:
        return Greeting(unreachable=str(error))
    granted = answer.headers.get("x-oauth-scopes", "")
    return Greeting(
        team=answer["team"],
        team_id=answer["team_id"],
        bot=answer["user"],
        scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
        at=_date(answer.headers),
    )


def _date(headers: Any) -> datetime | None:  # noqa: ANN401 - the SDK says neither
    told = headers.get("date") or headers.get("Date")
    return parsedate_to_datetime(told).astimezone(UTC) if told else None


def reachable(patient: Patient) -> Sequence[Finding]:
    """Whether Slack answers at all."""
    address = patient.settings.slack_api_url
    if patient.greeting.unreachable:
        todo = "Check the network, the proxy (HTTPS_PROXY) and SLACK_API_URL."
        return [wrong("Slack", f"no answer from {address} ({patient.greeting.unreachable})", todo)]
    return [fine("Slack", f"answers at {address}")]


def bot_token(patient: Patient) -> Sequence[Finding]:
    """Whether Slack takes the bot token, and for which workspace it is."""
    greeting = patient.greeting
    if not patient.settings.slack_bot_token.get_secret_value() or greeting.unreachable:
        return []
    if greeting.error:
        todo = (
            "At api.slack.com/apps, in your app: Install App → Install to Workspace, then copy "
            "the Bot User OAuth Token to SLACK_BOT_TOKEN."
        )
        return [wrong("Bot token", f"Slack refuses it ({greeting.error})", todo)]
    return [fine("Bot token", f"{greeting.bot} in the workspace {greeting.team}")]


def scopes(patient: Patient) -> Sequence[Finding]:
    """Whether Slack grants what the manifest asks for, and no more."""
    if not patient.greeting.accepted:
        return []
    needed = needed_scopes(patient.settings.links)
    missing = [scope for scope in needed if scope not in patient.greeting.scopes]
    needless = sorted(patient.greeting.scopes - needed.keys())
    found = []
    if missing:
        todo = (
            "In your app: App Manifest, paste what segbot manifest prints, then "
            "Install App → Reinstall to Workspace."
        )
        why = listed([f"{scope} (to {needed[scope]})" for scope in missing])
        found.append(wrong("Scopes", f"missing: {why}", todo))
    if needless:
        todo = "Take them away on the app's OAuth & Permissions page: the bot never uses them."
        found.append(note("Scopes", f"more than needed: {listed(needless)}", todo))
    return found or [fine("Scopes", f"all {len(needed)} granted, and no other")]


def app_token(patient: Patient) -> Sequence[Finding]:
    """Whether Slack opens a socket for the app-level token."""
    token = patient.settings.slack_app_token.get_secret_value()
    if patient.http or not token or patient.greeting.unreachable:
        return []
    try:
        patient.client.apps_connections_open(app_token=token)
    except (SlackApiError, OSError, HTTPException) as error:
        todo = (
            "In your app: Basic Information → App-Level Tokens → Generate Token and Scopes, with "
            "connections:write, to SLACK_APP_TOKEN; and Socket Mode → Enable Socket Mode."
        )
        return [wrong("App token", f"Slack opens no socket ({_name(error)})", todo)]
    return [fine("App token", "Slack opens a socket (Socket Mode)")]


def digest_channels(patient: Patient) -> Sequence[Finding]:
    """Whether the channels that get the digest are there, and the bot in them."""
    if not patient.subscriptions:
        todo = (
            "In Slack, in the channel that shall get it: /invite @Segbot, then /segment subscribe"
        )
        return [note("Digest channel", "no channel gets the digest yet", todo)]
    if not patient.greeting.accepted:
        return []
    return [_channel(patient, one.channel) for one in patient.subscriptions]


def _channel(patient: Patient, channel: str) -> Finding:
    try:
        found = patient.client.conversations_info(channel=channel)["channel"]
    except (SlackApiError, OSError, HTTPException) as error:
        todo = (
            "If it is a private channel, type there: /invite @Segbot. If it is gone, end it with "
            "/segment unsubscribe, or take it from SEGBOT_DIGEST_CHANNEL."
        )
        return wrong("Digest channel", f"{channel} cannot be seen ({_name(error)})", todo)
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        return wrong("Digest channel", f"{name} is archived", "Name another, or unarchive it.")
    if not found.get("is_member"):
        todo = f"In Slack, in {name}, type: /invite @{patient.greeting.bot}"
        return wrong("Digest channel", f"the bot is not in {name}", todo)
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        todo = "The digest names no customer, but it tells how your portfolio moves: is that meant?"
        return note("Digest channel", f"people of other companies are in {name}", todo)
    return fine("Digest channel", f"the bot is in {name}")


def clock(patient: Patient) -> Sequence[Finding]:
    """Whether this machine's clock is right, by Slack's."""
    if patient.greeting.at is None:
        return []
    off = (patient.now - patient.greeting.at).total_seconds()
    if abs(off) > _OFF:
        todo = "Set the clock (NTP): Slack's signatures count for five minutes only."
        way = "ahead of" if off > 0 else "behind"
        return [wrong("Clock", f"{abs(off):,.0f} s {way} Slack's", todo)]
    return [fine("Clock", "as Slack's, within a minute")]


def _name(error: Exception) -> str:
    return str(error.response["error"]) if isinstance(error, SlackApiError) else str(error)
