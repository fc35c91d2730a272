"""Slow days: whatever a listener waits for, Slack has its answer in time and the member later."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from slack_bolt import BoltResponse

from bot.blocks.card import WHY
from bot.blocks.form import INPUT
from bot.desk import Desk
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.features import FEATURES
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from tests.bot.conftest import connected

SLOW = "takes longer than usual"


class Slowness:
    """Middleware behind which everything waits while it is on."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.over.set()

    def __call__(self, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002
        assert self.over.wait(20)
        return next()


@pytest.fixture
def slowness(workspace: LocalWorkspace, desk: Desk) -> Iterator[Slowness]:
    made = Slowness()
    with connected(workspace, desk, made, patience=0.05):
        yield made
        made.over.set()


@pytest.fixture
def ada(workspace: LocalWorkspace, slowness: Slowness) -> Driver:
    assert slowness.over.is_set()
    return workspace.member("Ada Okafor")


def test_a_command_is_acknowledged_in_a_sentence_and_its_answer_follows(
    ada: Driver, slowness: Slowness, portfolio: Portfolio
) -> None:
    slowness.over.clear()
    assert ada.types(f"/segment {portfolio.ids[3]}", channel="segments").error is None
    meanwhile = ada.sees("segments")[-1]
    assert SLOW in meanwhile["text"]
    assert meanwhile["ephemeral"]
    slowness.over.set()
    card = ada.wait_for_message("segments", f"Customer {portfolio.ids[3]}", after=meanwhile["ts"])
    assert card["ephemeral"]


def test_more_commands_than_there_are_threads_are_all_acknowledged_and_answered(
    ada: Driver, slowness: Slowness, portfolio: Portfolio
) -> None:
    slowness.over.clear()
    customers = [str(customer) for customer in portfolio.ids[40:65]]
    for customer in customers:
        assert ada.types(f"/segment {customer}", channel="segments").error is None
    slowness.over.set()
    for customer in customers:
        ada.wait_for_message("segments", f"Customer {customer}")


def test_a_button_is_acknowledged_and_what_it_shows_follows(
    ada: Driver, slowness: Slowness, portfolio: Portfolio
) -> None:
    ada.types(f"/segment {portfolio.ids[5]}", channel="segments")
    ada.wait_for_message("segments", f"Customer {portfolio.ids[5]}")
    slowness.over.clear()
    assert ada.presses(WHY).error is None
    assert ada.modal is None
    slowness.over.set()
    assert "Why" in str(ada.wait_for_modal())
    ada.closes_modal(everything=True)


def test_a_form_waits_in_view_and_shows_its_result_there(
    ada: Driver, slowness: Slowness, model: SegmentModel
) -> None:
    ada.types("/segment form", channel="segments")
    ada.wait_for_modal()
    slowness.over.clear()
    typed = {
        feature.column: {INPUT: str(round(value))}
        for feature, value in zip(FEATURES, model.typical(0).tolist(), strict=True)
    }
    assert ada.submits(typed) == {}
    assert SLOW in str(ada.wait_for_modal(containing=SLOW))
    slowness.over.set()
    assert "How sure?" in str(ada.wait_for_modal(containing="How sure?"))
    ada.closes_modal(everything=True)


def test_a_form_with_faults_tells_them_in_the_waiting_view_and_keeps_what_was_typed(
    ada: Driver, slowness: Slowness
) -> None:
    ada.types("/segment form", channel="segments")
    ada.wait_for_modal()
    slowness.over.clear()
    typed = {feature.column: {INPUT: "1"} for feature in FEATURES}
    assert ada.submits(typed | {"TENURE": {INPUT: "13"}}) == {}
    slowness.over.set()
    told = str(ada.wait_for_modal(containing="Close this to mend it."))
    assert re.search("Months in window[^:]*: Must be from 1 to 12, not 13", told), told
    ada.closes_modal()
    assert "number_input" in str(ada.modal)
    ada.closes_modal(everything=True)
