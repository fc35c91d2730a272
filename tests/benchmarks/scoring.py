"""Scoring in memory: the model's own arrays against scikit-learn's pipeline on a data frame."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from segmentation.features import COLUMNS
from segmentation.portfolio import portfolio_from_frame
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train
from tests.benchmarks.measuring import Comparison, medians

ROWS = 200_000


def compared() -> list[Comparison]:
    """`SegmentModel.assign` (with runner-up, confidence, novelty) against labels alone."""
    portfolio = portfolio_from_frame(synthetic_portfolio(5_000, np.random.default_rng(1)), "made")
    model = train(portfolio, 42, datetime.now(UTC)).model
    pipeline = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        KMeans(4, n_init=1, init=model.centroids, max_iter=1),
    ).fit(pd.DataFrame(portfolio.values, columns=COLUMNS))
    values = np.tile(portfolio.values, (ROWS // len(portfolio), 1))
    frame = pd.DataFrame(values, columns=COLUMNS)
    with threadpool_limits(1):
        ours, theirs = medians(lambda: model.assign(values), lambda: pipeline.predict(frame))
    return [
        Comparison(
            f"score {ROWS:,} customers, runner-up and confidence too",
            f"{ours:.2f} CPU s",
            "pipeline.predict(DataFrame), labels only",
            f"{theirs:.2f} CPU s",
            ours / theirs,
        )
    ]
