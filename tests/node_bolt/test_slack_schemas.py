"""Slack's own types take what Segbot sends, its manifest included, and find what is wrong."""

from typing import Any

import pytest

from bot.manifest import manifest
from tests.local_workspace.conftest import button, modal, mrkdwn, number, plain, section
from tests.local_workspace.test_workflow_steps import FUNCTIONS
from tests.slack_schemas import block_kit_faults, manifest_faults


def said(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"text": "Fallback", "blocks": list(blocks)}


def test_segbot_s_manifest_is_one() -> None:
    assert manifest_faults(manifest()) == []


@pytest.mark.parametrize(
    ("at", "key", "value", "fault"),
    [
        ("", "feature", {}, "/: Additional properties are not allowed ('feature' was unexpected)"),
        ("features.slash_commands.0", "hint", "x", "/features/slash_commands/0: Additional"),
        ("features.slash_commands.0", "command", None, "/features/slash_commands/0/command: None"),
        ("oauth_config.scopes", "bot", ["chat:shout"], "/oauth_config/scopes/bot/0: 'chat:shout'"),
        (
            "settings.event_subscriptions",
            "bot_events",
            ["function_executed", "app_home_closed"],
            "/settings/event_subscriptions/bot_events/0: 'app_home_closed' is not one of",
        ),
    ],
)
def test_a_wrong_manifest_is_found_out(at: str, key: str, value: object, fault: str) -> None:
    made = place = manifest()
    for step in filter(None, at.split(".")):
        place = place[int(step) if step.isdigit() else step]
    place[key] = value
    (found,) = manifest_faults(made)
    assert found.startswith(fault)


def test_a_step_of_workflow_builder_stands_in_a_manifest_as_slack_s_reference_has_it() -> None:
    assert manifest_faults({**manifest(), "functions": FUNCTIONS}) == []
    untitled = {"echo": {**FUNCTIONS["echo"], "title": None}}
    assert manifest_faults({**manifest(), "functions": untitled}) == [
        "/functions/echo/title: None is not of type 'string'"
    ]


@pytest.mark.parametrize(
    "payload",
    [
        said(),
        said(section("Look", fields=[mrkdwn("a"), plain("b")], accessory=button("go"))),
        said({"type": "data_visualization", "anything": "goes"}),
        modal(number("count", min_value="1", initial_value="2.5", focus_on_load=True)),
        modal(number("count"), private_metadata="", notify_on_close=True),
        modal(
            {
                "type": "input",
                "label": plain("Where"),
                "element": {"type": "conversations_select", "filter": {"include": ["public"]}},
            },
            {"type": "input", "label": plain("List"), "element": {"type": "file_input"}},
        ),
    ],
)
def test_what_slack_takes_is_taken(payload: dict[str, Any]) -> None:
    assert block_kit_faults(payload) == []


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"blocks": []}, "/: 'text' is a required property"),
        (said({"type": "heading"}), "/blocks/0: 'heading' does not belong here"),
        (said(section("a", colour="red")), "/blocks/0: Additional properties are not allowed"),
        (
            said(section("a"), {"type": "header", "text": mrkdwn("a")}),
            "/blocks/1/text/type: 'plain_text' was expected",
        ),
        (
            said(section("a", accessory={"type": "plain_text_input"})),
            "/blocks/0/accessory: 'plain_text_input' does not belong here",
        ),
        (
            said({"type": "actions", "elements": [button("go", style="loud")]}),
            "/blocks/0/elements/0/style: 'loud' is not one of",
        ),
        (
            said({"type": "context", "elements": [button("go")]}),
            "/blocks/0/elements/0: 'button' does not belong here",
        ),
        (
            said({"type": "image", "image_url": "x"}),
            "/blocks/0: 'alt_text' is a required property",
        ),
        (
            said(section("a", accessory=button("go", confirm={"title": plain("Sure?")}))),
            "/blocks/0/accessory/confirm: 'text' is a required property",
        ),
        (modal(section("a"), title="Form"), "/title: 'Form' is not of type 'object'"),
        (
            {"type": "home", "blocks": [], "submit": plain("Go")},
            "/: Additional properties are not allowed ('submit' was unexpected)",
        ),
        (
            modal(number("count", min_value=1)),
            "/blocks/0/element/min_value: 1 is not of type 'string'",
        ),
        (
            modal({"type": "input", "label": plain("a"), "element": button("go")}),
            "/blocks/0/element: 'button' does not belong here",
        ),
    ],
)
def test_a_wrong_payload_is_found_out_and_the_place_is_named(
    payload: dict[str, Any], fault: str
) -> None:
    (found,) = block_kit_faults(payload)
    assert found.startswith(fault)
