"""The manifest: what Slack has to grant is what the bot uses, no less and no more."""

import re
from pathlib import Path

import pytest

from bot.app import COMMANDS, EVENTS, SHORTCUTS
from bot.commands import SUB_COMMANDS
from bot.link_pattern import LinkPattern
from bot.local_workspace.events import EVENT_SCOPES
from bot.local_workspace.web_api import METHODS
from bot.manifest import LINK_SCOPES, SCOPES, manifest
from bot.steps import FUNCTIONS
from segmentation.errors import SegbotError

BOT = Path(__file__).parents[2] / "bot"
LINKS = LinkPattern("https://crm.example.com/customers/{id}")
ALL_SCOPES = SCOPES | LINK_SCOPES
BY_PYTHON_NAME = {name.replace(".", "_"): name for name in METHODS}


def methods_called() -> set[str]:
    """The Web API methods that the bot's code calls, as Slack names them."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in BOT.rglob("*.py")
        if "local_workspace" not in path.parts
    )
    called = set(re.findall(r"client\.([a-z]+_[A-Za-z_]+)\(", code))
    return {BY_PYTHON_NAME[name] for name in called}


def test_the_manifest_names_every_command_and_event_of_the_bot() -> None:
    made = manifest(links=LINKS)
    commands = made["features"]["slash_commands"]
    assert [command["command"] for command in commands] == list(COMMANDS)
    assert made["settings"]["event_subscriptions"]["bot_events"] == [*EVENTS, "function_executed"]
    assert all(name in commands[0]["usage_hint"] for name in SUB_COMMANDS)


def test_the_manifest_names_every_shortcut_of_the_bot() -> None:
    made = manifest()["features"]["shortcuts"]
    assert [shortcut["callback_id"] for shortcut in made] == list(SHORTCUTS)
    assert all(shortcut["type"] in {"message", "global"} for shortcut in made)
    assert all(len(shortcut["name"]) <= 24 for shortcut in made)  # Slack's limit
    assert all(len(shortcut["description"]) <= 150 for shortcut in made)  # likewise


def test_every_method_that_the_bot_calls_has_a_scope_in_the_manifest() -> None:
    for name in methods_called():
        scopes = METHODS[name].scopes
        assert not scopes or ALL_SCOPES.keys() & set(scopes), name


def test_every_scope_in_the_manifest_is_needed() -> None:
    needed = {scope for name in methods_called() for scope in METHODS[name].scopes}
    needed |= {scope for event in EVENTS for scope in EVENT_SCOPES.get(event, ())}
    assert ALL_SCOPES.keys() <= needed | {"commands"}


def test_for_socket_mode_the_manifest_names_no_address() -> None:
    assert manifest()["settings"]["socket_mode_enabled"]
    assert "://" not in str(manifest())


def test_for_http_the_manifest_tells_slack_where_to_post() -> None:
    made = manifest("https://bot.example.com/segbot/")
    posted_to = "https://bot.example.com/segbot/slack/events"
    assert not made["settings"]["socket_mode_enabled"]
    assert made["features"]["slash_commands"][0]["url"] == posted_to
    assert made["settings"]["interactivity"]["request_url"] == posted_to
    assert made["settings"]["event_subscriptions"]["request_url"] == posted_to
    assert "redirect_urls" not in made["oauth_config"]


@pytest.mark.parametrize("address", ["bot.example.com", "http://bot.example.com", "https://a b"])
def test_an_address_that_slack_could_not_post_to_is_refused(address: str) -> None:
    with pytest.raises(SegbotError, match="such as https"):
        manifest(address)


def test_the_manifest_names_every_shortcut_and_step_as_slack_takes_them() -> None:
    made = manifest()
    named = {each["callback_id"]: each for each in made["features"]["shortcuts"]}
    assert set(named) == set(SHORTCUTS)
    assert all(len(each["name"]) <= 24 for each in named.values())
    assert {each["type"] for each in named.values()} <= {"global", "message"}
    assert set(made["functions"]) == set(FUNCTIONS)
    assert made["settings"]["function_runtime"] == "remote"
