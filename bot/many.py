"""The bot in many workspaces: one app for all, and what is due sent for each with its own token."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from slack_bolt import App
from slack_sdk import WebClient

from bot.app import slack_app
from bot.desk import Desk
from bot.installations import DEPARTURES, Installations, home_noted
from bot.list_jobs import ListJobs
from bot.settings import Settings

_log = logging.getLogger(__name__)
_KINDS: Final = ("digests", "alerts", "watches")
Looks = Mapping[str, Callable[[], None]]


def opened_installations(settings: Settings, desk: Desk) -> Installations:
    """The installations in the store, and what is forgotten with one."""
    return Installations(
        desk.store.engine,
        settings.slack_client_id,
        settings.teams,
        _client(settings),
        forget=(
            desk.watches.forget,
            desk.subscriptions.forget,
            desk.recent.forget,
            desk.feedback.forget,
            ListJobs(desk.store.engine).forget,
        ),
    )


def app_for_many(settings: Settings, desk: Desk, installations: Installations) -> App:
    """The app; each request is answered with the token of the workspace that it comes from."""
    app = slack_app(
        replace(desk, subscriptions=desk.subscriptions.apart(installations.home)),
        _client(settings),
        lambda team_id: installations.authorize(team_id),  # noqa: PLW0108 - Bolt asks by name
    )
    app.use(partial(home_noted, installations))
    for event, listener in DEPARTURES.items():
        app.event(event)(partial(listener, installations))
    return app


def looks_for_many(
    looks: Callable[[Desk, WebClient, str], Looks], desk: Desk, installations: Installations
) -> Looks:
    """The looks of one workspace, taken for each in turn: its channels, its members, its token."""
    made: dict[str | None, Looks] = {}  # by token, so that a new one is taken up

    def look(kind: str) -> None:
        for team in installations.installed():
            try:
                look_at(team, kind)
            except Exception:  # noqa: BLE001 - whatever it is, the other workspaces wait for their turn
                _log.exception("The %s of the workspace %s failed", kind, team)

    def look_at(team: str, kind: str) -> None:
        client = installations.client_for(team)
        if client is None:
            return
        if client.token not in made:
            is_theirs = partial(installations.is_at_home, team)
            theirs = replace(
                desk,
                subscriptions=desk.subscriptions.among(team),
                watches=desk.watches.among(is_theirs),
            )
            made[client.token] = looks(theirs, client, team)
        made[client.token][kind]()

    return {kind: partial(look, kind) for kind in _KINDS} | {
        "lost lists": partial(desk.lists.tell_lost, installations.client_of),
        "old records": desk.forget_old,
    }


def _client(settings: Settings) -> WebClient:
    return WebClient(base_url=settings.slack_api_url, retry_handlers=[])
