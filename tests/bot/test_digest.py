"""The digest: one message with its picture, once a week, whatever is restarted."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.blocks.digest import LastTold, digest_message
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.answers import Overview
from segmentation.drift import drift
from segmentation.features import INDEX
from segmentation.model import parsed_model
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.sizes_csv import sizes_csv
from segmentation.training import TrainedModel
from tests.bot.conftest import (
    DIGEST_CHANNEL,
    LAST_WEEK,
    THIS_WEEK,
    bare_desk,
    deliver,
    for_channel,
)
from tests.conftest import NOON


def digests(member: Driver, channel: str = "segments") -> list[dict]:
    seen = member.sees(channel)
    return [m for m in seen if m["bot"] and not m["ephemeral"] and not m["thread_ts"]]


def with_flows(book: Overview, flows: dict[tuple[int, int], int]) -> Overview:
    movement = book.snapshot.movement
    assert movement is not None
    snapshot = replace(book.snapshot, movement=replace(movement, flows=flows))
    return replace(book, snapshot=snapshot)


def test_the_digest_stands_in_the_channel_once_however_often_it_is_asked_for(
    ada: Driver, desk: Desk, bot: WebClient
) -> None:
    deliver(desk, bot)
    deliver(desk, bot)
    (posted,) = digests(ada)
    told = str(posted["blocks"])
    (chart,) = (block for block in posted["blocks"] if block["type"] == "data_visualization")
    assert {part["label"] for part in chart["chart"]["segments"]} >= {"Low Activity"}
    assert posted["files"] == []
    assert "2,000 customers" in told
    assert "Largest movements" in told
    settled = desk.ledger.delivery(DIGEST_CHANNEL.id, THIS_WEEK)
    assert settled is not None
    assert (settled.state, settled.as_of) == ("posted", THIS_WEEK)


def test_the_thread_has_a_table_and_a_file_that_is_safe_to_open(
    ada: Driver, desk: Desk, bot: WebClient
) -> None:
    (posted,) = digests(ada)
    details, file = (m for m in ada.sees("segments") if m["thread_ts"] == posted["ts"])
    (table,) = (block for block in details["blocks"] if block["type"] == "table")
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells[0] == ["Segment", "Customers", "Share", "Chance allows", "Change", "In training"]
    assert len(cells) == 5
    assert "Low Activity, Low Engagement" in details["text"]
    assert "Net flow (Stuart–Maxwell)" in details["text"]
    assert file["files"][0]["name"] == "segments-2026-11-16.csv"
    book = desk.book()
    assert book is not None
    wicked = replace(book.sizes[0].play, name='=HYPERLINK("http://x")')
    sizes = (replace(book.sizes[0], play=wicked), *book.sizes[1:])
    assert "'=HYPERLINK" in sizes_csv(replace(book, sizes=sizes)).decode("utf-8-sig")
    assert bot.token


def test_a_new_week_brings_a_new_digest(ada: Driver, desk: Desk, bot: WebClient) -> None:
    before = len(digests(ada))
    next_week = replace(desk, now=lambda: NOON + timedelta(days=7))
    deliver(next_week, bot)
    assert len(digests(ada)) == before + 1


def test_without_a_snapshot_the_digest_waits_and_comes_later(
    tmp_path: Path,
    ada: Driver,
    bot: WebClient,
    trained: TrainedModel,
    playbook: Playbook,
    portfolio: Portfolio,
) -> None:
    desk = bare_desk(tmp_path, trained, playbook)
    before = len(digests(ada))
    deliver(desk, bot)
    assert len(digests(ada)) == before
    publish(
        desk.store,
        scored_batches(trained.model, portfolio),
        model=trained.model,
        as_of=THIS_WEEK,
        source="first.csv",
        started_at=NOON,
    )
    deliver(desk, bot)
    assert "This is the first snapshot" in str(digests(ada)[-1]["blocks"])


def test_a_digest_begun_before_a_crash_is_reported_and_not_repeated(
    ada: Driver,
    desk: Desk,
    bot: WebClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, now = len(digests(ada)), NOON + timedelta(days=14)
    later = for_channel(replace(desk, now=lambda: now), DIGEST_CHANNEL.id, owner="U01ADA")
    week = THIS_WEEK + timedelta(days=14)
    desk.ledger.claim(DIGEST_CHANNEL.id, week, now - timedelta(minutes=9))
    deliver(later, bot)  # another replica may be at it still
    assert ada.sees("app") == []
    desk.ledger.missed(DIGEST_CHANNEL.id, week - timedelta(days=7), now)
    with caplog.at_level(logging.WARNING):
        for minutes in (1, 2):
            then = now + timedelta(minutes=minutes)
            deliver(replace(later, now=lambda then=then: then), bot)
    assert "begun but not confirmed" in caplog.text
    assert len(digests(ada)) == before
    (told,) = ada.sees("app")
    assert "It is not known whether the digest of 30 Nov 2026 arrived" in told["text"]


def test_old_figures_are_said_to_be_old(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    fresh = digest_message(book, THIS_WEEK + timedelta(days=8), "")
    stale = digest_message(book, THIS_WEEK + timedelta(days=9), "")
    assert "days old" not in fresh.text
    assert "*These figures are 9 days old.*" in stale.text


def test_what_spoils_the_figures_is_said_before_them(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    again = digest_message(book, THIS_WEEK, "", LastTold(LAST_WEEK, THIS_WEEK)).text
    assert "*No new snapshot since the digest of 9 Nov 2026.*" in again.split("\n")[1]
    assert "No new snapshot" not in digest_message(book, THIS_WEEK, "").text
    movement = book.snapshot.movement
    assert movement is not None
    twice = replace(movement, sizes_before={0: 4_000})
    shrunk = replace(book, snapshot=replace(book.snapshot, movement=twice))
    told = digest_message(shrunk, THIS_WEEK, "").text.split("\n")
    assert told[1].startswith("*This snapshot has 50.0\N{NO-BREAK SPACE}% fewer customers")
    assert told[2].startswith("*Worth a look.*")


def test_the_first_sentence_says_whether_anything_matters(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    calm = digest_message(book, THIS_WEEK, "").text.split("\n")[1]
    assert calm.startswith("*Nothing to act on.*")
    assert "much as they did in training" in calm
    flows = with_flows(book, {(0, 0): 900, (0, 2): 100})
    assert "*Worth a look.*" in digest_message(flows, THIS_WEEK, "").text


def test_movement_under_the_noise_is_called_noise(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    assert "no more than noise (below 2.0" in digest_message(book, THIS_WEEK, "").text
    told = digest_message(with_flows(book, {(0, 0): 900, (0, 2): 100}), THIS_WEEK, "").text
    assert "100 of the 1,000 customers who are in both snapshots (10.0" in told
    assert "on balance Cash Advance Heavy gained 100 and Low Activity lost 100" in told


def test_snapshots_without_a_common_customer_are_not_judged(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    told = digest_message(with_flows(book, {}), THIS_WEEK, "").text
    assert "None of these customers was in the snapshot of 9 Nov 2026" in told
    assert "noise" not in told
    few = digest_message(with_flows(book, {(0, 0): 90, (0, 2): 10}), THIS_WEEK, "").text
    assert "too few customers to judge" in few


def test_after_a_retraining_no_movement_is_claimed(
    tmp_path: Path, trained: TrainedModel, playbook: Playbook, portfolio: Portfolio
) -> None:
    desk = bare_desk(tmp_path, trained, playbook)
    retrained = parsed_model(trained.model.document.replace('"seed": 42', '"seed": 1'), "a test")
    for model, as_of in ((trained.model, THIS_WEEK - timedelta(days=7)), (retrained, THIS_WEEK)):
        publish(
            desk.store,
            scored_batches(model, portfolio),
            model=model,
            as_of=as_of,
            source="p.csv",
            started_at=NOON,
        )
    book = desk.book()
    assert book is not None
    told = digest_message(book, THIS_WEEK, "").text
    assert "*There is a new model.* The model was retrained since 9 Nov 2026" in told
    assert "Largest movements" not in told


def test_the_digest_says_whether_customers_are_like_those_of_training(
    desk: Desk, portfolio: Portfolio
) -> None:
    book = desk.book()
    assert book is not None
    assert (
        "Customers look much as they did in training." in digest_message(book, THIS_WEEK, "").text
    )
    raised = portfolio.values.copy()
    raised[:, INDEX["CREDIT_LIMIT"]] *= 1.5
    shares = {size.segment.id: size.segment.share for size in book.sizes}
    found = drift(book.model.baseline, shares, raised, book.snapshot.sizes)
    told = digest_message(replace(book, drift=found), THIS_WEEK, "").text
    assert "*These customers differ from those the segments were made from.*" in told
    assert "Since training, Credit limit changed a lot." in told
    assert "much as they did" not in told
