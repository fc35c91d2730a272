"""Workflow steps: the app's functions are run with inputs and completed with outputs."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App, Complete, Fail
from slack_sdk import WebClient

from bot.local_workspace import LocalWorkspace
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import CHANNELS, MANIFEST, Clock, refused

Body = dict[str, Any]
FUNCTIONS = {
    "echo": {
        "title": "Echo",
        "description": "Says it again",
        "input_parameters": {
            "word": {"type": "string", "title": "Word", "is_required": True},
            "times": {"type": "integer", "title": "Times"},
            "who": {"type": "slack#/types/user_id", "title": "Who", "is_required": True},
            "where": {"type": "slack#/types/channel_id", "title": "Where"},
        },
        "output_parameters": {
            "said": {"type": "string", "title": "Said", "is_required": True},
            "length": {"type": "integer", "title": "Length"},
        },
    }
}


@pytest.fixture
def workspace(clock: Clock) -> Iterator[LocalWorkspace]:
    settings = {
        **MANIFEST["settings"],
        "event_subscriptions": {"bot_events": ["function_executed"]},
        "function_runtime": "remote",
    }
    manifest = {**MANIFEST, "functions": FUNCTIONS, "settings": settings}
    workspace = LocalWorkspace(manifest, channels=CHANNELS, clock=clock)
    with workspace.running():
        yield workspace


def test_a_step_is_run_with_its_inputs_and_gives_its_outputs(
    workspace: LocalWorkspace, parrot: App
) -> None:
    @parrot.function("echo")
    def echo(inputs: Body, complete: Complete, client: WebClient) -> None:
        assert client.token.startswith("xwfp-")
        assert client.chat_postMessage(channel=inputs["where"], text=inputs["word"])["ok"]
        complete({"said": inputs["word"] * inputs["times"], "length": 4})

    inputs = {"word": "hi", "times": 2, "where": "C01BIRDS"}
    step = workspace.run_step("echo", inputs, member="Ben Ruiz")
    assert (step.outputs, step.error) == ({"said": "hihi", "length": 4}, None)
    assert step.inputs["who"] == "U02BEN"
    assert workspace.problems == ()


def test_a_step_can_fail_with_a_reason(workspace: LocalWorkspace, parrot: App) -> None:
    @parrot.function("echo")
    def echo(fail: Fail) -> None:
        fail("Too loud")

    step = workspace.run_step("echo", {"word": "hi"})
    assert (step.outputs, step.error) == (None, "Too loud")


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({}, "missing required parameter [json-pointer:/inputs/word]"),
        ({"word": 7}, "must be string [json-pointer:/inputs/word]"),
        ({"word": "hi", "times": "2"}, "must be integer [json-pointer:/inputs/times]"),
        ({"word": "hi", "who": "U404"}, "must be slack#/types/user_id"),
        ({"word": "hi", "where": "C404"}, "must be slack#/types/channel_id"),
        ({"word": "hi", "loud": True}, "unknown parameter [json-pointer:/inputs/loud]"),
    ],
)
def test_inputs_must_fit_the_manifest(
    workspace: LocalWorkspace, inputs: Body, sentence: str
) -> None:
    with pytest.raises(SlackError) as refusal:
        workspace.run_step("echo", inputs)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ({}, "missing required parameter [json-pointer:/outputs/said]"),
        ({"said": 1}, "must be string [json-pointer:/outputs/said]"),
        ({"said": "a", "more": 1}, "unknown parameter [json-pointer:/outputs/more]"),
    ],
)
def test_outputs_must_fit_the_manifest(
    workspace: LocalWorkspace, parrot: App, outputs: Body, sentence: str
) -> None:
    refusals: list[Body] = []

    @parrot.function("echo")
    def echo(client: WebClient, event: Body, fail: Fail) -> None:
        execution = event["function_execution_id"]
        refusals.append(
            refused(
                client,
                "functions.completeSuccess",
                function_execution_id=execution,
                outputs=outputs,
            )
        )
        fail("Refused")

    workspace.run_step("echo", {"word": "hi"})
    assert refusals[0]["error"] == "parameter_validation_failed"
    assert sentence in refusals[0]["response_metadata"]["messages"][0]


def test_a_step_is_completed_once(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    parrot.function("echo")(lambda complete: complete({"said": "hi"}))
    step = workspace.run_step("echo", {"word": "hi"})
    again = refused(client, "functions.completeError", function_execution_id=step.id, error="Late")
    assert again["error"] == "function_execution_not_found"


def test_a_step_that_is_not_in_the_manifest_is_not_run(workspace: LocalWorkspace) -> None:
    with pytest.raises(SlackError, match="function_not_found"):
        workspace.run_step("shout", {})
