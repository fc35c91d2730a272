"""The manifest: what Slack has to grant is what the bot uses, no less and no more."""

from contextlib import suppress

import pytest

from bot.app import COMMANDS, EVENTS
from bot.blocks.parts import message, section
from bot.commands import SUB_COMMANDS
from bot.desk import Desk
from bot.local_workspace import LocalWorkspace
from bot.manifest import SCOPES, manifest
from bot.sender import RefusedError, post_with_picture
from segmentation.answers import Overview
from segmentation.charts import Picture, sizes_chart
from tests.bot.conftest import CHANNELS, MEMBERS, connected


def test_the_manifest_names_every_command_and_event_of_the_bot() -> None:
    made = manifest()
    commands = made["features"]["slash_commands"]
    assert [command["command"] for command in commands] == list(COMMANDS)
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert all(name in commands[0]["usage_hint"] for name in SUB_COMMANDS)


@pytest.mark.parametrize("scope", SCOPES)
def test_the_bot_asks_for_no_scope_that_it_could_do_without(scope: str, desk: Desk) -> None:
    made = manifest()
    made["oauth_config"]["scopes"]["bot"].remove(scope)
    shop = LocalWorkspace(made, members=MEMBERS, channels=CHANNELS)
    with shop.running(), connected(shop, desk) as client:
        shop.member("Ada Okafor").types("/segment help", channel="segments")
        for picture in (sizes_chart(desk_book(desk)), Picture(b"", "p.png", "p", "none")):
            with suppress(RefusedError):
                post_with_picture(client, "C01SEGMENTS", message([section("Hello")]), picture)
        assert any(scope in problem for problem in shop.problems), shop.problems


def desk_book(desk: Desk) -> Overview:
    book = desk.book()
    assert book is not None
    return book
