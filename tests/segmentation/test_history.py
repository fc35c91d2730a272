"""A customer over time: since when, what before, retrained models said, a small picture in text."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from segmentation.answers import past_of
from segmentation.history import A_YEAR, Sighting, drawn, since_told, stays
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from tests.conftest import Publish

NAMES = {0: "Low Activity", 3: "Installment-Focused"}
MONDAY = date(2026, 10, 5)


def seen(*segments: int, model: str = "m", first: date = MONDAY) -> list[Sighting]:
    return [
        Sighting(first + timedelta(weeks=week), model, segment, 0.5)
        for week, segment in enumerate(segments)
    ]


def told(*sightings: Sighting) -> str:
    return since_told(stays(sightings, lambda sighting: NAMES[sighting.segment]))


def test_since_when_and_which_segment_before() -> None:
    assert told(*seen(3, 3, 0, 0)) == (
        "Low Activity since 19 Oct 2026, before that Installment-Focused"
    )


def test_one_who_never_moved_and_one_who_is_new() -> None:
    assert told(*seen(0, 0)) == "Low Activity since 5 Oct 2026"
    assert told(*seen(0)) == "First seen on 5 Oct 2026"
    assert told() == ""
    assert told(*seen(*[0] * A_YEAR)).endswith("or longer")


def test_a_retrained_model_in_between_is_said() -> None:
    later = seen(0, model="n", first=date(2026, 11, 2))
    assert told(*seen(3, 3), *later) == (
        "Low Activity since 2 Nov 2026, when the model was retrained; "
        "Installment-Focused under the one before"
    )


def test_the_picture_has_the_newest_twelve_snapshots() -> None:
    sightings = [replace(s, confidence=0.99) for s in seen(*[3] * 10, *[0] * 5)]
    before, now = drawn(stays(sightings, lambda sighting: NAMES[sighting.segment]))
    assert (before.picture, now.picture) == ("█" * 7, "█" * 5)
    assert before.told == "Installment-Focused from 26 Oct 2026 to 7 Dec 2026"


def test_history_is_read_by_key_alone(
    store: Store,
    playbook: Playbook,
    portfolio: Portfolio,
    model: SegmentModel,
    publish_portfolio: Publish,
) -> None:
    values = portfolio.values.copy()
    values[0] = model.typical(3)
    publish_portfolio(replace(portfolio, values=values), MONDAY)
    values = values.copy()
    values[0] = model.typical(0)
    publish_portfolio(replace(portfolio, values=values), MONDAY + timedelta(weeks=1))
    customer = str(portfolio.ids[0])
    past = past_of(store, playbook, customer)
    assert since_told(past).startswith("Low Activity since 12 Oct 2026, before that Install")
    asked: list[str] = []
    store._statements._idle[0].driver.set_trace_callback(asked.append)
    past_of(store, playbook, customer)
    (statement,) = (one for one in asked if "assignments" in one)
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    steps = [step[-1] for step in plan]
    assert any("SEARCH assignments USING PRIMARY KEY" in step for step in steps), steps
    assert not any("SCAN assignments" in step for step in steps)
    assert np.isfinite(past[-1].sightings[-1].confidence)
