"""The report: exact figures, doubts said, nobody named unasked, and a page that stands alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from segmentation.features import COLUMNS, FEATURES, INDEX
from segmentation.model import SegmentModel, load_model, parsed_model
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.report import report
from segmentation.report_figures import Report
from segmentation.report_json import as_json
from segmentation.report_page import page
from segmentation.store import Store
from segmentation.training import Recipe, train
from tests.conftest import NOON, Publish

SHIPPED = Path(__file__).parents[2] / "model"


@pytest.fixture(scope="module")
def found(portfolio: Portfolio, model: SegmentModel, playbook: Playbook) -> Report:
    return report(portfolio, model, playbook, made_at=NOON)


class _Outside(HTMLParser):
    """Whatever would make a browser ask for something."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        asks = ("src", "href", "srcset", "action", "data", "poster", "background")
        asked = [value or "" for name, value in attrs if name in asks]
        self.asked += [value for value in asked if not value.startswith("#")]
        if tag in ("script", "iframe", "object", "embed", "link", "base"):
            self.asked.append(tag)


def asked_for(text: str) -> list[str]:
    parser = _Outside()
    parser.feed(text)
    return parser.asked + (["url("] if "url(" in text or "@import" in text else [])


def test_sizes_averages_and_medians_are_those_of_the_customers(
    found: Report, portfolio: Portfolio, model: SegmentModel
) -> None:
    labels = model.assign(portfolio.values).segment
    for segment in found.segments:
        values = portfolio.values[labels == segment.id]
        assert segment.customers == len(values)
        assert segment.share == pytest.approx(len(values) / len(portfolio))
        for feature, column in zip(segment.features, values.T, strict=True):
            assert feature.mean == pytest.approx(np.nanmean(column))
            assert feature.median == pytest.approx(np.nanmedian(column))
            assert feature.zeros == pytest.approx((column == 0).mean())
            assert feature.blanks == pytest.approx(np.isnan(column).mean())


def test_every_customer_stands_once_in_each_distribution(found: Report) -> None:
    for segment in (*found.segments, None):
        customers = found.customers if segment is None else segment.customers
        for feature in found.everyone if segment is None else segment.features:
            histogram = feature.histogram
            assert histogram.zeros + histogram.blanks + sum(histogram.counts) == customers


def test_bands_and_border_pairs_count_everyone_who_is_borderline(found: Report) -> None:
    low = sum(segment.bands["low"] for segment in found.segments)
    assert low == sum(pair.customers for pair in found.border_pairs) > 0
    assert all(sum(segment.bands.values()) == segment.customers for segment in found.segments)


def test_nobody_is_named_unless_that_is_asked_for(
    found: Report, portfolio: Portfolio, model: SegmentModel, playbook: Playbook
) -> None:
    told = as_json(found) + page(found)
    assert not any(customer in told for customer in portfolio.ids.tolist())
    named = report(portfolio, model, playbook, made_at=NOON, with_ids=True)
    assert len(named.borderline) == 20
    assert named.borderline[0].confidence == model.assign(portfolio.values).confidence.min()
    assert named.borderline[0].customer in page(named)
    assert all(row.customer in portfolio.ids for row in named.novel)


def test_the_page_asks_nothing_of_the_network(found: Report) -> None:
    told = page(found)
    assert asked_for(told) == []
    assert "default-src 'none'" in told
    assert asked_for('<img src="https://example.org/x.png"><script>1</script>') != []


def test_the_page_tells_every_segment_with_its_claims_and_what_to_do(
    found: Report, playbook: Playbook, model: SegmentModel
) -> None:
    told = page(found)
    for segment in model.segments:
        play = playbook.play(segment)
        assert play.name in told
        assert play.action in told
        assert all(claim.evidence in told for claim in segment.claims)
    assert "in 4 segments" in told


def test_names_and_sources_cannot_become_markup(found: Report) -> None:
    evil = "<script>alert(1)</script> & “more”"
    first = replace(found.segments[0], name=evil, short=evil, action=evil)
    told = page(replace(found, source=evil, segments=(first, *found.segments[1:])))
    assert "<script" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “more”" in told


def test_one_segment_alone_leaves_the_others_out(found: Report) -> None:
    told = page(found, only=2)
    assert "<h1>Cash Advance Heavy, Risk-Prone</h1>" in told
    assert "Low Activity, Low Engagement" not in told
    assert "Drift since training" not in told


def test_the_training_portfolio_itself_has_no_drift(
    portfolio: Portfolio, model: SegmentModel, playbook: Playbook, found: Report
) -> None:
    assert found.is_training
    assert found.drift is None
    assert "no drift to tell" in page(found)
    later = replace(portfolio, fingerprint="another", values=portfolio.values * 1.0)
    later.values[:, INDEX["CREDIT_LIMIT"]] *= 1.5
    changed = report(later, model, playbook, made_at=NOON)
    assert changed.drift is not None
    assert "Since training, Credit limit changed a lot" in page(changed)
    document = json.loads(as_json(changed))
    assert document["drift"]["alarm"] is True
    assert document["drift"]["features"][0]["column"] == "CREDIT_LIMIT"


def test_the_json_beside_holds_the_same_figures(found: Report) -> None:
    document = json.loads(as_json(found))
    assert document["customers"] == found.customers
    assert [s["customers"] for s in document["segments"]] == [s.customers for s in found.segments]
    assert [f["column"] for f in document["everyone"]] == list(COLUMNS)
    assert document["segments"][0]["claims"][0]["verdict"] in ("holds", "weak")


def test_a_snapshot_tells_its_date_and_who_moved(
    store: Store,
    portfolio: Portfolio,
    model: SegmentModel,
    playbook: Playbook,
    publish_portfolio: Publish,
) -> None:
    def told(under: SegmentModel) -> str:
        snapshot = store.newest()
        assert snapshot is not None
        ids, values = zip(*store.customers(snapshot), strict=True)
        assert sum(len(some) for some in ids) == len(portfolio)
        customers = replace(portfolio, fingerprint="", values=np.concatenate(values))
        return page(
            report(
                customers,
                under,
                playbook,
                made_at=NOON,
                as_of=snapshot.as_of,
                movement=snapshot.movement,
            )
        )

    monday = NOON.date() - timedelta(days=9)
    publish_portfolio(portfolio, monday)
    assert "This is the first snapshot" in told(model)
    moved = portfolio.values.copy()
    moved[:200] = model.typical(2)
    publish_portfolio(replace(portfolio, values=moved), monday + timedelta(days=7))
    second = told(model)
    assert "Customer segments on 16 Nov 2026" in second
    assert "Since 9 Nov 2026: " in second
    retrained = parsed_model(model.document.replace('"seed": 42', '"seed": 43'), "a test")
    publish_portfolio(portfolio, monday + timedelta(days=8), retrained)
    assert "scored under another model" in told(retrained)


@pytest.fixture(scope="module", params=[2, 4, 10])
def under(request: pytest.FixtureRequest, portfolio: Portfolio) -> SegmentModel:
    """A model of few segments, of the usual ones, and of many."""
    return train(portfolio, 42, NOON, recipe=Recipe(k=request.param)).model


def _first(rows: int) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda values: values[:rows]


def _blank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    blank = values.copy()
    blank[:, INDEX["MINIMUM_PAYMENTS"]] = np.nan
    return blank


@pytest.mark.parametrize(
    "few",
    [
        pytest.param(_first(1), id="one customer"),
        pytest.param(_first(10), id="ten customers"),
        pytest.param(lambda values: np.repeat(values[:1], 500, axis=0), id="all the same"),
        pytest.param(_blank, id="a column blank throughout"),
        pytest.param(lambda values: np.zeros_like(values[:50]) + 1e-3, id="nearly nothing"),
    ],
)
def test_odd_portfolios_give_a_page_all_the_same(
    portfolio: Portfolio,
    playbook: Playbook,
    under: SegmentModel,
    few: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> None:
    values = few(portfolio.values)
    odd = replace(portfolio, ids=portfolio.ids[: len(values)], values=values, fingerprint="odd")
    found = report(odd, under, playbook, made_at=NOON, with_ids=True)
    told = page(found)
    assert sum(segment.customers for segment in found.segments) == len(values)
    assert all(escape(segment.name) in told for segment in found.segments)
    assert ("Nobody is in this segment" in told) == any(not s.customers for s in found.segments)
    json.loads(as_json(found), parse_constant=_refused)


def _refused(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")


def test_of_many_customers_a_sample_is_drawn_and_all_are_counted(
    portfolio: Portfolio, model: SegmentModel, playbook: Playbook
) -> None:
    many = np.tile(portfolio.values, (10, 1))
    ids = np.arange(len(many)).astype(np.str_)
    found = report(
        replace(portfolio, ids=ids, values=many, fingerprint=""), model, playbook, made_at=NOON
    )
    assert found.customers == 20_000
    assert found.map is not None
    assert found.map.drawn == len(found.map.points) < 2_000
    drawn = [point.segment for point in found.map.points]
    assert all(drawn.count(segment.id) >= 25 for segment in found.segments)
    assert f"{found.map.drawn:,} of 20,000 are drawn" in page(found)


def test_the_map_of_the_public_portfolio_says_how_much_it_hides(
    real_portfolio_path: Path, playbook: Playbook
) -> None:
    real = read_portfolio(real_portfolio_path)
    found = report(real, load_model(SHIPPED), playbook, made_at=NOON)
    assert found.is_training
    assert found.map is not None
    assert found.map.explained == pytest.approx((0.273, 0.203), abs=0.001)
    assert found.map.nearest == pytest.approx(0.939, abs=0.003)
    assert found.map.axes[0].startswith("more purchases total")
    assert found.map.axes[1].startswith("more cash advances")
    assert found.k_evidence is not None
    told = page(found)
    assert found.k_evidence.verdict in told
    assert "47.6\N{NO-BREAK SPACE}% of what distinguishes customers" in told
    assert len(told) < 1_200_000
    assert len(FEATURES) == told.count('<div class="dot-row">') / 4
