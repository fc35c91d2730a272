"""Installing the app by OAuth, and removing it."""

import http.client
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import CHANNELS, MANIFEST, Clock, refused

Body = dict[str, Any]
BACK = "http://127.0.0.1:9/slack/oauth_redirect"


@pytest.fixture
def workspace(clock: Clock) -> Iterator[LocalWorkspace]:
    scopes = MANIFEST["oauth_config"]["scopes"]
    events = ["app_uninstalled", "tokens_revoked"]
    manifest = {
        **MANIFEST,
        "oauth_config": {"redirect_urls": [BACK], "scopes": scopes},
        "settings": {**MANIFEST["settings"], "event_subscriptions": {"bot_events": events}},
    }
    workspace = LocalWorkspace(manifest, channels=CHANNELS, clock=clock, team_id="T0OTHER")
    with workspace.running():
        yield workspace


class Visitor:
    """A browser that is sent to the page that asks."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self.host = workspace.url.split("/")[2]
        self.request = {"client_id": workspace.client_id, "scope": "chat:write", "state": "s<1>"}

    def asks(self, **changed: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        connection.request("GET", f"/oauth/v2/authorize?{urlencode(self.request | changed)}")
        response = connection.getresponse()
        status, page = response.status, response.read().decode()
        connection.close()
        return status, page

    def answers(self, answer: str) -> dict[str, list[str]]:
        """What comes back to the app."""
        page = self.asks()[1]
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        kept = {name: unescape(value) for name, value in fields.items()}
        body = urlencode({**kept, "member": "U02BEN", "answer": answer})
        connection = http.client.HTTPConnection(self.host, timeout=5)
        origin = {"Origin": f"http://{self.host}"}
        connection.request("POST", "/page/oauth", body, origin)
        response = connection.getresponse()
        address = response.headers["location"]
        connection.close()
        assert address.startswith(f"{BACK}?")
        return parse_qs(urlsplit(address).query)


@pytest.fixture
def visitor(workspace: LocalWorkspace) -> Visitor:
    return Visitor(workspace)


def test_a_member_s_consent_becomes_a_token_once(
    workspace: LocalWorkspace, visitor: Visitor
) -> None:
    back = visitor.answers("allow")
    assert back["state"] == ["s<1>"]
    client = WebClient(base_url=workspace.api_url)
    secrets = {"client_id": workspace.client_id, "client_secret": workspace.client_secret}
    granted = client.oauth_v2_access(**secrets, code=back["code"][0], redirect_uri=BACK)
    assert granted["access_token"] == workspace.bot_token
    assert (granted["authed_user"]["id"], granted["scope"]) == ("U02BEN", "chat:write")
    assert granted["team"]["id"] == workspace.team_id == "T0OTHER"
    with pytest.raises(SlackApiError, match="code_already_used"):
        client.oauth_v2_access(**secrets, code=back["code"][0])


def test_a_member_can_decline(visitor: Visitor) -> None:
    assert visitor.answers("cancel") == {"error": ["access_denied"], "state": ["s<1>"]}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
    ],
)
def test_a_request_that_slack_would_not_put_to_a_member_shows_an_error(
    visitor: Visitor, changed: dict[str, str], error: str
) -> None:
    status, page = visitor.asks(**changed)
    assert status == 400
    assert error in page


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "guess"}, "bad_client_secret"),
        ({"code": "guess"}, "invalid_code"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
    ],
)
def test_a_code_is_for_the_app_alone(
    workspace: LocalWorkspace, visitor: Visitor, changed: dict[str, str], error: str
) -> None:
    right = {
        "client_id": workspace.client_id,
        "client_secret": workspace.client_secret,
        "code": visitor.answers("allow")["code"][0],
    }
    with pytest.raises(SlackApiError, match=error):
        WebClient(base_url=workspace.api_url).oauth_v2_access(**right | changed)


def test_a_code_is_good_for_ten_minutes(
    workspace: LocalWorkspace, visitor: Visitor, clock: Clock
) -> None:
    code = visitor.answers("allow")["code"][0]
    clock.now += 601
    with pytest.raises(SlackApiError, match="invalid_code"):
        WebClient(base_url=workspace.api_url).oauth_v2_access(
            client_id=workspace.client_id, client_secret=workspace.client_secret, code=code
        )


@pytest.mark.parametrize("by", ["the app", "the workspace"])
def test_a_removed_app_is_told_and_its_token_is_worth_nothing(
    workspace: LocalWorkspace, parrot: App, client: WebClient, visitor: Visitor, by: str
) -> None:
    heard: list[str] = []

    def hear(event: Body) -> None:
        heard.append(event["type"])

    parrot.event("tokens_revoked")(hear)
    parrot.event("app_uninstalled")(hear)
    if by == "the app":
        assert client.auth_revoke()["revoked"] is True
    else:
        workspace.uninstall()
    workspace.wait_until(lambda: len(heard) == 2)
    assert sorted(heard) == ["app_uninstalled", "tokens_revoked"]
    old = str(client.token)
    assert refused(client, "auth.test")["error"] == "token_revoked"
    new = WebClient(base_url=workspace.api_url).oauth_v2_access(
        client_id=workspace.client_id,
        client_secret=workspace.client_secret,
        code=visitor.answers("allow")["code"][0],
    )["access_token"]
    assert new not in {"", old}
    assert WebClient(new, base_url=workspace.api_url).auth_test()["ok"]
