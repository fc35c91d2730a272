"""The manifest: what Slack has to grant is what the bot uses, no less and no more."""

from bot.app import COMMANDS, EVENTS
from bot.commands import SUB_COMMANDS
from bot.manifest import SCOPES, manifest


def test_the_manifest_names_every_command_and_event_of_the_bot() -> None:
    made = manifest()
    commands = made["features"]["slash_commands"]
    assert [command["command"] for command in commands] == list(COMMANDS)
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert all(name in commands[0]["usage_hint"] for name in SUB_COMMANDS)


def test_the_bot_asks_for_no_more_than_it_explains() -> None:
    assert manifest()["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert all(reason for reason in SCOPES.values())
