"""Workflow steps: a customer's segment without figures, the digest, and who may run them."""

from dataclasses import replace

import pytest
from slack_sdk import WebClient

from bot.access import Access
from bot.desk import Desk
from bot.local_workspace import Channel, Driver, LocalWorkspace
from bot.manifest import manifest
from bot.policy import Action, Rule
from bot.steps import FUNCTIONS, GET_SEGMENT, POST_DIGEST
from segmentation.portfolio import Portfolio
from tests.bot.conftest import MEMBERS, OPEN, connected


@pytest.fixture
def at_work(workspace: LocalWorkspace, bot: WebClient) -> LocalWorkspace:
    assert bot.token
    return workspace


def test_a_workflow_gets_the_segment_and_no_figures(
    at_work: LocalWorkspace, desk: Desk, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[0])
    step = at_work.run_step(GET_SEGMENT, {"customer_id": customer})
    assert step.error is None
    assert step.outputs is not None
    assert set(step.outputs) == set(FUNCTIONS[GET_SEGMENT].outputs)
    assert step.outputs["segment"] == "Cash Advance Heavy, Risk-Prone"
    assert step.outputs["snapshot_date"] == "2026-11-16"
    assert not any(sign.isdigit() for sign in step.outputs["how_sure"])
    record = desk.audit.records()[-1]
    assert (record.member, record.action, record.result) == (
        "U01ADA", "workflow look up", "shown",
    )  # fmt: skip


def test_an_unknown_customer_ends_the_step_with_near_ids(
    at_work: LocalWorkspace, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[74])
    step = at_work.run_step(GET_SEGMENT, {"customer_id": customer.lower()})
    assert step.error is not None
    assert f"Did you mean {customer}?" in step.error


def test_the_digest_is_posted_where_the_workflow_says(at_work: LocalWorkspace, ada: Driver) -> None:
    step = at_work.run_step(POST_DIGEST, {"channel": "C01SEGMENTS"})
    assert step.outputs == {"snapshot": "Snapshot of 16 Nov 2026"}
    message, details, file = ada.sees("segments")[-3:]
    assert "Customer segments on 16 Nov 2026" in message["text"]
    assert "data_visualization" in str(message["blocks"])
    assert details["thread_ts"] == file["thread_ts"] == message["ts"]


def test_a_channel_without_the_bot_ends_the_step_with_advice(at_work: LocalWorkspace) -> None:
    step = at_work.run_step(POST_DIGEST, {"channel": "C02RISK"})
    assert step.error is not None
    assert "Please invite it there with `/invite @Segbot`" in step.error


def test_where_people_of_other_companies_read_along_the_step_ends_without_a_digest(
    desk: Desk,
) -> None:
    shared = Channel("C03SHARED", "with-acme", is_ext_shared=True)
    with (workspace := LocalWorkspace(manifest(), members=MEMBERS, channels=(shared,))).running():
        with connected(workspace, desk):
            step = workspace.run_step(POST_DIGEST, {"channel": shared.id})
        assert step.error is not None
        assert "people of other companies are in the channel" in step.error
        assert workspace.member("Ada Okafor").sees("with-acme") == []


def test_who_runs_a_workflow_must_be_allowed_to(
    at_work: LocalWorkspace, desk: Desk, portfolio: Portfolio
) -> None:
    only_ben = Rule(members=frozenset(["U02BEN"]))
    policy = replace(OPEN, rules=dict.fromkeys(Action, only_ben))
    closed = replace(desk, access=Access(policy, desk.audit))
    with connected(at_work, closed):
        for name, inputs in (
            (GET_SEGMENT, {"customer_id": str(portfolio.ids[0])}),
            (POST_DIGEST, {"channel": "C01SEGMENTS"}),
        ):
            step = at_work.run_step(name, inputs)
            assert step.error is not None
            assert step.error.startswith("You may not")
            assert desk.audit.records()[-1].result == "denied"
