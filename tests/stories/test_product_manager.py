"""A product manager has whole lists scored: dropped, chosen in a form, and pointed at."""

import numpy as np
import pandas as pd
import pytest

from bot.blocks.lists import FILE, SCORE, SUBMITTED
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.features import COLUMNS
from segmentation.portfolio import Portfolio
from tests.bot.test_uploads import as_csv, result, settled
from tests.stories.office import Office, asks, newest, opens

DRIVES = {"message.im", "/segment upload", SUBMITTED, SCORE}


@pytest.fixture
def frame(portfolio: Portfolio) -> pd.DataFrame:
    """Twenty customers of the portfolio as a product manager would have them."""
    made = pd.DataFrame(portfolio.values[40:60], columns=list(COLUMNS)).astype(object)
    made.insert(0, "CUST_ID", portfolio.ids[40:60])
    return made


def test_a_product_manager_drops_a_list_and_gets_it_back_with_the_bad_row_explained(
    workspace: LocalWorkspace,
    office: Office,
    pia: Driver,
    ben: Driver,
    frame: pd.DataFrame,
    portfolio: Portfolio,
) -> None:
    frame.loc[4, "PURCHASES"] = "1,234.50"
    frame.loc[5, "CUST_ID"] = "=cmd()"
    before = newest(pia, "app")
    assert pia.sends_file("app", "march.csv", as_csv(frame)).error is None
    message, lines = result(workspace, pia, before)
    own = next(seen for seen in pia.sees("app") if seen["ts"] > before)
    progress = settled(workspace, pia, "Scored *march.csv*: 20 rows", before)
    assert progress["edited"]  # it said first that the list was being read
    assert message["thread_ts"] == progress["thread_ts"] == own["ts"]
    scored = office.desk.shelf.current().assign(portfolio.values[40:60])
    good = [row for row in range(20) if row != 4]
    assert [int(lines[row]["segment"]) for row in good] == scored.segment[good].tolist()
    assert lines[4]["problem"].startswith("PURCHASES is “1,234.50”, and must be a number.")
    assert lines[5]["CUST_ID"] == "'=cmd()"
    assert "20 rows, 19 with a segment and 1 without." in str(message["blocks"])
    assert message["files"][1]["alt_txt"].startswith("Bar chart of the scored customers")
    assert not any("march" in str(seen) for seen in ben.sees("app"))


def test_a_product_manager_chooses_a_list_of_ids_in_the_form(
    workspace: LocalWorkspace, pia: Driver, room: str, customers: list[str]
) -> None:
    opens(pia, "/segment upload", room)
    errors = pia.submits({FILE: {FILE: [("april.xlsx", b"PK")]}})
    assert "is a spreadsheet: save it" in errors[FILE]
    ids = [*customers[70:73], "C99999"]
    before = newest(pia, "app")
    assert pia.submits({FILE: {FILE: [("ids.csv", "\n".join(["CUST_ID", *ids]).encode())]}}) == {}
    assert "*ids.csv* is being scored" in str(pia.modal)
    message, lines = result(workspace, pia, before)
    assert [line["CUST_ID"] for line in lines] == ids
    assert "has no such customer" in lines[3]["problem"]
    assert "Looked up in the snapshot of 16 Nov 2026" in str(message["blocks"])
    settled(workspace, pia, "Scored *ids.csv*", before)


def test_a_product_manager_points_at_a_colleagues_list_and_alone_gets_the_result(
    workspace: LocalWorkspace, pia: Driver, ben: Driver, room: str, frame: pd.DataFrame
) -> None:
    ben.sends_file(room, "campaign.csv", as_csv(frame), text="Who are these?")
    (posted,) = ben.sees(room)
    before = newest(pia, "app")
    assert pia.uses_shortcut(SCORE, posted).error is None
    told = pia.wait_for_message(room, containing="Scoring *campaign.csv*")
    assert told["ephemeral"]
    assert told["thread_ts"] is None  # Slack shows no private answer in a thread not yet begun
    _, lines = result(workspace, pia, before)
    settled(workspace, pia, "Scored *campaign.csv*", before)
    assert len(lines) == 20
    assert not np.any([line["problem"] for line in lines])
    assert ben.sees(room) == [posted]
    assert not any("campaign" in str(seen) for seen in ben.sees("app"))


def test_a_guest_has_no_list_scored(
    gus: Driver, pia: Driver, room: str, frame: pd.DataFrame
) -> None:
    told = "You may not have whole lists scored. Ask Nia Mensah"
    assert told in asks(gus, "/segment upload", room)["text"]
    before = newest(gus, "app")
    gus.sends_file("app", "list.csv", as_csv(frame))
    assert told in gus.wait_for_message("app", after=before)["text"]
    pia.sends_file(room, "list.csv", as_csv(frame))
    gus.uses_shortcut(SCORE, pia.sees(room)[-1])
    gus.wait_for_message(room, containing=told)


def test_a_product_manager_left_no_way_of_sending_a_list_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
