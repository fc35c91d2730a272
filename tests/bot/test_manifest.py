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


def test_every_scope_has_a_reason_and_the_readme_needs_no_other() -> None:
    """That each is enough is shown by the other tests: the workspace refuses what lacks a scope."""
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert len(SCOPES) == 3
