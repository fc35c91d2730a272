"""The delivery ledger: one digest a period, whoever asks, however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.ledger import Ledger
from bot.tables import BOT
from segmentation.errors import StoreError
from segmentation.store import Store, open_store
from segmentation.versions import note_version

WEEK = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_of_many_who_ask_at_once_one_may_post(store_url: str) -> None:
    ledgers = [Ledger(open_store(store_url).engine) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: ledgers[n % 4].claim("C1", WEEK, NOW), range(32)))
    assert claims.count(True) == 1


def test_channels_and_weeks_have_digests_of_their_own(store: Store) -> None:
    ledger = Ledger(store.engine)
    assert ledger.claim("C1", WEEK, NOW)
    assert ledger.claim("C2", WEEK, NOW)
    assert ledger.claim("C1", WEEK + timedelta(days=7), NOW)


def test_a_posted_digest_is_never_posted_again(store: Store) -> None:
    ledger = Ledger(store.engine)
    ledger.claim("C1", WEEK, NOW)
    ledger.posted("C1", WEEK, NOW)
    assert not ledger.claim("C1", WEEK, NOW + timedelta(days=30))


def test_a_digest_begun_and_not_confirmed_is_not_repeated(store: Store) -> None:
    ledger = Ledger(store.engine)
    ledger.claim("C1", WEEK, NOW)
    assert not ledger.claim("C1", WEEK, NOW + timedelta(days=1))
    delivery = ledger.delivery("C1", WEEK)
    assert delivery is not None
    assert delivery.state == "claimed"


def test_a_refused_digest_is_tried_again_with_growing_pauses(store: Store) -> None:
    ledger, now, pauses = Ledger(store.engine), NOW, []
    for _ in range(10):
        assert ledger.claim("C1", WEEK, now)
        retry_at = ledger.failed("C1", WEEK, now).retry_at
        assert not ledger.claim("C1", WEEK, retry_at - timedelta(seconds=1))
        pauses.append(retry_at - now)
        now = retry_at
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses[-1] == timedelta(hours=6)


def test_a_ledger_of_a_newer_version_says_what_to_do(store: Store) -> None:
    Ledger(store.engine)
    with store.engine.begin() as connection:
        note_version(connection, BOT, "0999")
    with pytest.raises(StoreError, match="made by a newer version of Segbot"):
        Ledger(store.engine)
