"""When something breaks: a sentence where the person is looking, and a reference for the log."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.blocks.form import INPUT, OPEN
from bot.blocks.form_result import EDIT
from bot.desk import Desk
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.features import FEATURES
from segmentation.playbook import Playbook
from segmentation.training import TrainedModel
from tests.bot.conftest import bare_desk, connected

TYPED = {feature.column: {INPUT: "1"} for feature in FEATURES}


@pytest.fixture
def desk(tmp_path: Path, trained: TrainedModel, playbook: Playbook) -> Desk:
    return bare_desk(tmp_path, trained, playbook)


@pytest.fixture
def ada(workspace: LocalWorkspace, desk: Desk) -> Iterator[Driver]:
    with connected(workspace, desk):
        member = workspace.member("Ada Okafor")
        yield member
        if member.modal is not None:
            member.closes_modal(everything=True)


def breaks(desk: Desk, table: str) -> None:
    with desk.store.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {table}"))


def reference(told: str, log: pytest.LogCaptureFixture) -> str:
    """The reference a person was given; the log has a traceback under it."""
    assert "Something went wrong on Segbot's side. Please look whether it was done" in told
    (found,) = re.findall(r"reference: ([0-9a-f]{8})", told)
    (record,) = [record for record in log.records if found in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    return found


def test_a_command_that_fails_is_answered_with_a_reference(
    ada: Driver, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    breaks(desk, "published")
    ada.types("/segment C10001", channel="segments")
    answer = ada.sees("segments")[-1]
    assert answer["ephemeral"]
    assert reference(answer["text"], caplog)
    assert "C10001" not in caplog.text


def test_a_form_that_fails_says_so_in_its_place(
    ada: Driver, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    ada.types("/segment", channel="segments")
    breaks(desk, "audit")
    assert ada.submits(TYPED) == {}
    assert reference(str(ada.modal), caplog)
    ada.closes_modal()
    assert "number_input" in str(ada.modal)  # with what was typed


def test_a_button_in_a_modal_still_works_when_the_model_went_away(
    ada: Driver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ada.types("/segment", channel="segments")
    ada.submits(TYPED)
    model = tmp_path / "model" / "model.json"
    model.unlink()
    model.mkdir()
    assert ada.presses(EDIT).error is None
    assert "number_input" in str(ada.wait_for_modal())  # a model that went away is kept
    assert "Kept model" in caplog.text


def test_home_that_fails_says_so_on_home(
    ada: Driver, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    breaks(desk, "published")
    assert reference(str(ada.opens_home()), caplog)


def test_a_button_on_home_still_works_without_a_snapshot(ada: Driver) -> None:
    ada.opens_home()
    assert ada.presses(OPEN).error is None
    assert "Which segment?" in str(ada.wait_for_modal())
