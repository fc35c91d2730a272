"""Installing the bot in a workspace by OAuth, in a browser: off to Slack, and back with a code."""

import html
import logging
from typing import Final
from urllib.parse import urljoin

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator, OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.installations import STATE_SECONDS, Installations
from bot.manifest import needed_scopes
from bot.paths import INSTALL_PATH, REDIRECT_PATH
from bot.settings import Settings

_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Segbot</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:18px/1.5 sans-serif;max-width:36em;margin:4em auto;padding:0 1em}}</style>
<p>{told}</p></html>"""
_AGAIN: Final = f'Start again: <a href="{INSTALL_PATH}">install Segbot</a>.'
_log = logging.getLogger(__name__)


class OAuth:
    """The two pages of an installation; only workspaces on the list get as far as a token."""

    def __init__(self, installations: Installations, settings: Settings) -> None:
        self._installations = installations
        self._client = WebClient(base_url=settings.slack_api_url)
        self._id = settings.slack_client_id
        self._secret = settings.slack_client_secret.get_secret_value()
        self._cookies = OAuthStateUtils(expiration_seconds=STATE_SECONDS)
        self._consent = AuthorizeUrlGenerator(
            client_id=self._id,
            scopes=list(needed_scopes(settings.links)),
            authorization_url=urljoin(settings.slack_api_url, "/oauth/v2/authorize"),
        )
        self.routes = [Route(INSTALL_PATH, self.install), Route(REDIRECT_PATH, self.come_back)]

    def install(self, _request: Request) -> Response:
        """Off to Slack, with a state that this browser alone can bring back, once."""
        state = self._installations.states.issue()
        cookie = self._cookies.build_set_cookie_for_new_state(state)
        there = self._consent.generate(state)
        return RedirectResponse(there, 302, {"Set-Cookie": f"{cookie}; SameSite=Lax"})

    def come_back(self, request: Request) -> Response:
        """Back from Slack: the code becomes a token, unless the workspace is not on the list."""
        query = request.query_params
        if "error" in query:
            told = f"Slack says {html.escape(query['error'])}: nothing was installed. {_AGAIN}"
            return _page(told, 400)
        state = query.get("state", "")
        if not (
            self._cookies.is_valid_browser(state, {"cookie": request.headers.get("cookie", "")})
            and self._installations.states.consume(state)
        ):
            return _page(f"This link is too old, or of another browser. {_AGAIN}", 400)
        try:
            installation = self._exchanged(query.get("code", ""))
        except SlackApiError as error:
            _log.warning("Slack gives no token for a code (%s)", error.response["error"])
            return _page(f"Slack does not take this code. {_AGAIN}", 400)
        except OSError as error:
            _log.warning("Slack cannot be reached for a token (%s)", error)
            return _page(f"Slack cannot be reached. {_AGAIN}", 502)
        return self._kept(installation)

    def _kept(self, installation: Installation) -> Response:
        team, name = installation.team_id or "", html.escape(installation.team_name or "")
        if team not in self._installations.teams:
            _log.warning("The workspace %s is not in SEGBOT_TEAMS; it was refused", team)
            self._client.auth_revoke(token=installation.bot_token)
            if installation.is_enterprise_install:
                told = "Install Segbot in one workspace, not in a whole organisation"
                return _page(f"{told}. Nothing was kept. {_AGAIN}", 403)
            return _page(
                f"Segbot may not be installed in {name} ({html.escape(team)}). Ask whoever runs "
                "Segbot to add that id to SEGBOT_TEAMS. Nothing was kept.",
                403,
            )
        self._installations.keep(installation)
        _log.info("The workspace %s has installed Segbot", team)
        return _page(f"Segbot is installed in {name}. In Slack, type <code>/segment help</code>.")

    def _exchanged(self, code: str) -> Installation:
        answer = self._client.oauth_v2_access(
            client_id=self._id, client_secret=self._secret, code=code
        )
        token = answer["access_token"]
        return Installation(
            app_id=answer["app_id"],
            enterprise_id=(answer.get("enterprise") or {}).get("id"),
            team_id=(answer.get("team") or {}).get("id"),
            team_name=(answer.get("team") or {}).get("name"),
            bot_token=token,
            bot_id=self._client.auth_test(token=token)["bot_id"],
            bot_user_id=answer["bot_user_id"],
            bot_scopes=answer["scope"],
            user_id=answer["authed_user"]["id"],
            is_enterprise_install=bool(answer.get("is_enterprise_install")),
        )


def _page(told: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(told=told), status)
