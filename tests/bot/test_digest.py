"""The digest: one message with its picture, once a week, whatever is restarted."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.blocks.digest import digest_message
from bot.desk import Desk
from bot.digest import DigestDelivery
from bot.ledger import Ledger
from bot.local_workspace import Driver
from segmentation.answers import Overview
from segmentation.drift import drift
from segmentation.features import INDEX
from segmentation.model import parsed_model
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.publishing import publish
from segmentation.scoring import scored_batches
from segmentation.training import TrainedModel
from tests.bot.conftest import DIGEST_CHANNEL, THIS_WEEK, bare_desk
from tests.conftest import NOON


def digests(member: Driver, channel: str = "segments") -> list[dict]:
    return [m for m in member.sees(channel) if m["bot"] and not m["ephemeral"]]


def with_flows(book: Overview, flows: dict[tuple[int, int], int]) -> Overview:
    movement = book.snapshot.movement
    assert movement is not None
    snapshot = replace(book.snapshot, movement=replace(movement, flows=flows))
    return replace(book, snapshot=snapshot)


def delivery(desk: Desk, client: WebClient, channel: str = DIGEST_CHANNEL.id) -> DigestDelivery:
    return DigestDelivery(desk, Ledger(desk.store.engine), client, channel)


def test_the_digest_stands_in_the_channel_once_however_often_it_is_asked_for(
    ada: Driver, desk: Desk, bot: WebClient
) -> None:
    delivery(desk, bot)()
    delivery(desk, bot)()
    (posted,) = digests(ada)
    (picture,) = posted["files"]
    assert picture["mimetype"] == "image/png"
    assert picture["width"] > 1_000
    assert picture["alt_txt"].startswith("Bar chart of customers by segment on 16 Nov 2026.")
    assert "2,000 customers" in str(posted["blocks"])
    assert "Largest movements" in str(posted["blocks"])
    settled = Ledger(desk.store.engine).delivery(DIGEST_CHANNEL.id, THIS_WEEK)
    assert settled is not None
    assert settled.state == "posted"


def test_a_new_week_brings_a_new_digest(ada: Driver, desk: Desk, bot: WebClient) -> None:
    before = len(digests(ada))
    next_week = replace(desk, now=lambda: NOON + timedelta(days=7))
    delivery(next_week, bot)()
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
    delivery(desk, bot)()
    assert len(digests(ada)) == before
    publish(
        desk.store,
        scored_batches(trained.model, portfolio),
        model=trained.model,
        as_of=THIS_WEEK,
        source="first.csv",
        started_at=NOON,
    )
    delivery(desk, bot)()
    assert "This is the first snapshot" in str(digests(ada)[-1]["blocks"])


def test_a_digest_begun_before_a_crash_is_reported_and_not_repeated(
    ada: Driver,
    desk: Desk,
    bot: WebClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = len(digests(ada))
    later = replace(desk, now=lambda: NOON + timedelta(days=14))
    Ledger(desk.store.engine).claim(DIGEST_CHANNEL.id, THIS_WEEK + timedelta(days=14), NOON)
    with caplog.at_level(logging.WARNING):
        delivery(later, bot).warn_of_unconfirmed()
        delivery(later, bot)()
    assert "begun but not confirmed" in caplog.text
    assert len(digests(ada)) == before


def test_old_figures_are_said_to_be_old(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    fresh = digest_message(book, THIS_WEEK + timedelta(days=8), "")
    stale = digest_message(book, THIS_WEEK + timedelta(days=9), "")
    assert "days old" not in fresh.text
    assert "*These figures are 9 days old.*" in stale.text


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
    assert "The model was retrained since 9 Nov 2026" in told
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
