"""What is good for a while only: trigger ids and response urls."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import Clock, modal, refused, section

Body = dict[str, Any]


@pytest.fixture
def command(workspace: LocalWorkspace, parrot: App) -> Body:
    """A command that Ada has just typed, as the app got it."""
    heard: Body = {}

    @parrot.command("/parrot")
    def hear(ack: Ack, command: Body) -> None:
        heard.update(command)
        ack()

    workspace.member("Ada Okafor").types("/parrot", channel="birds")
    return heard


@pytest.fixture
def webhook(command: Body) -> WebhookClient:
    """A client of the command's response_url."""
    return WebhookClient(command["response_url"])


def test_a_trigger_opens_one_modal(
    workspace: LocalWorkspace, client: WebClient, command: Body
) -> None:
    view = modal(section("a"))
    client.views_open(trigger_id=command["trigger_id"], view=view)
    again = refused(client, "views.open", trigger_id=command["trigger_id"], view=view)
    assert again["error"] == "exchanged_trigger_id"
    assert workspace.problems == ("views.open: exchanged_trigger_id",)


def test_a_trigger_is_good_for_three_seconds(
    workspace: LocalWorkspace, client: WebClient, command: Body, clock: Clock
) -> None:
    clock.now += 3.1
    view = modal(section("a"))
    late = refused(client, "views.open", trigger_id=command["trigger_id"], view=view)
    assert late["error"] == "expired_trigger_id"
    assert workspace.problems == ("views.open: expired_trigger_id",)


def test_a_response_url_is_good_for_five_messages(
    workspace: LocalWorkspace, webhook: WebhookClient
) -> None:
    answers = [webhook.send(text=f"{n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert len(workspace.member("Ada Okafor").sees("birds")) == 5


def test_a_response_url_is_good_for_half_an_hour(
    workspace: LocalWorkspace, webhook: WebhookClient, clock: Clock
) -> None:
    clock.now += 30 * 60 + 1
    assert "expired_url" in webhook.send(text="Late").body
    assert workspace.problems == ("response_url: expired_url",)


def test_blocks_sent_to_a_response_url_are_checked(webhook: WebhookClient) -> None:
    answer = webhook.send(text="F", blocks=[section("")])
    assert answer.status_code == 404
    assert "invalid_blocks" in answer.body


def test_a_response_is_private_unless_it_says_otherwise(
    workspace: LocalWorkspace, webhook: WebhookClient
) -> None:
    webhook.send(text="Private")
    webhook.send(text="Public", response_type="in_channel")
    assert [seen["text"] for seen in workspace.member("Ben Ruiz").sees("birds")] == ["Public"]
