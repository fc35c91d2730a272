"""Training: the same portfolio and seed give the same model, and bad portfolios a sentence."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest

from segmentation.churn import churn
from segmentation.errors import TrainingError
from segmentation.features import COLUMNS, INDEX
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.training import Recipe, TrainedModel, train
from tests.conftest import NOON


def test_the_same_portfolio_and_seed_give_the_same_model(
    trained: TrainedModel, portfolio: Portfolio
) -> None:
    assert train(portfolio, 42, NOON).model.document == trained.model.document


def test_the_model_agrees_with_scikit_learn_on_every_customer(
    trained: TrainedModel, portfolio: Portfolio
) -> None:
    kmeans = joblib.load(io.BytesIO(trained.kmeans))
    scaler = joblib.load(io.BytesIO(trained.scaler))
    model = trained.model
    labels = kmeans.predict(scaler.transform(model.imputed(portfolio.values)))
    assert (labels == model.assign(portfolio.values).segment).all()
    assert (labels == kmeans.labels_).all()


def test_the_model_file_tells_where_it_comes_from(
    trained: TrainedModel, portfolio: Portfolio, tmp_path: Path
) -> None:
    save(trained, tmp_path)
    told = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["provenance"]
    assert told["customers"] == len(portfolio)
    assert told["portfolio_sha256"] == portfolio.fingerprint
    assert told["trained_at"] == "2026-11-18T12:00:00+00:00"
    for name, digest in told["digests"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_the_segments_shares_and_sizes_are_those_of_the_training_portfolio(
    trained: TrainedModel, portfolio: Portfolio
) -> None:
    counted = np.bincount(trained.model.assign(portfolio.values).segment)
    assert [segment.customers for segment in trained.model.segments] == counted.tolist()
    assert sum(segment.share for segment in trained.model.segments) == pytest.approx(1.0)


def test_one_in_a_hundred_customers_of_each_segment_is_novel(
    trained: TrainedModel, portfolio: Portfolio
) -> None:
    scored = trained.model.assign(portfolio.values)
    for segment in trained.model.segments:
        share = scored.novel[scored.segment == segment.id].mean()
        assert share == pytest.approx(0.01, abs=1 / segment.customers)


def test_too_few_customers_are_refused(portfolio: Portfolio) -> None:
    few = replace(portfolio, ids=portfolio.ids[:150], values=portfolio.values[:150])
    with pytest.raises(TrainingError, match="has 150 customers; training takes 200"):
        train(few, 42, NOON)


def test_a_column_that_is_blank_throughout_is_refused_by_name(portfolio: Portfolio) -> None:
    values = portfolio.values.copy()
    values[:, INDEX["PAYMENTS"]] = np.nan
    with pytest.raises(TrainingError, match="blank for every customer: PAYMENTS"):
        train(replace(portfolio, values=values), 42, NOON)


def test_copies_of_one_customer_are_refused(portfolio: Portfolio) -> None:
    values = np.tile(portfolio.values[0], (len(portfolio), 1))
    with pytest.raises(TrainingError, match="fewer than 200 different customers"):
        train(replace(portfolio, values=values), 42, NOON)


def test_copies_are_refused_though_some_have_a_blank(portfolio: Portfolio) -> None:
    values = np.tile(portfolio.values[0], (len(portfolio), 1))
    values[::2, INDEX["MINIMUM_PAYMENTS"]] = np.nan
    with pytest.raises(TrainingError, match="fewer than 200 different customers"):
        train(replace(portfolio, values=values), 42, NOON)


def test_a_column_that_never_varies_can_be_trained_on(portfolio: Portfolio) -> None:
    values = portfolio.values.copy()
    values[:, INDEX["TENURE"]] = 12.0
    model = train(replace(portfolio, values=values), 42, NOON).model
    assert model.scales[INDEX["TENURE"]] == 1.0
    assert len(model.segments) == 4
    assert model.centroids.shape == (4, len(COLUMNS))


def test_a_retrained_model_is_compared_with_the_one_before(
    trained: TrainedModel, portfolio: Portfolio
) -> None:
    same = churn(trained.model, trained.model, portfolio.values)
    assert (same.changed, same.agreement, same.needs_acceptance) == (0, 1.0, False)
    other = train(portfolio, 42, NOON, recipe=Recipe(k=3)).model
    found = churn(trained.model, other, portfolio.values)
    before, after = (model.assign(portfolio.values).segment for model in (trained.model, other))
    assert found.changed == (before != after).sum()
    assert found.needs_acceptance
    for segment, (customers, changed) in found.moved.items():
        assert customers == (before == segment).sum()
        assert changed == ((before == segment) & (after != segment)).sum()


def test_segments_without_an_archetype_keep_their_ids_when_retrained(
    portfolio: Portfolio,
) -> None:
    before = train(portfolio, 42, NOON, recipe=Recipe(k=7)).model
    after = train(portfolio, 1, NOON, recipe=Recipe(k=7), before=before).model
    labels, labels_before = (model.assign(portfolio.values).segment for model in (after, before))
    unnamed = [segment.id for segment in after.segments if segment.archetype is None]
    assert len(unnamed) > 2
    for segment in unnamed:
        kept = ((labels == segment) & (labels_before == segment)).sum()
        assert kept > 0.5 * (labels == segment).sum()
    assert len({segment.id for segment in after.segments}) == 7
