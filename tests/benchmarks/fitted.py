"""A trained model and the scikit-learn pipeline it was made from, for the benchmarks."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import joblib
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

from segmentation.features import COLUMNS
from segmentation.portfolio import portfolio_from_frame
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import TrainedModel, train


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both ways to the same labels."""

    trained: TrainedModel
    pipeline: Pipeline


@cache
def fitted() -> Fitted:
    """Trained on 10,000 made-up customers; the pipeline's labels are the model's segment ids."""
    made = synthetic_portfolio(10_000, np.random.default_rng(1))
    portfolio = portfolio_from_frame(made, "made up")
    trained = train(portfolio, 42, datetime.now(UTC), resamples=20)
    frame = pd.DataFrame(portfolio.values, columns=COLUMNS)
    steps = [
        ("impute", SimpleImputer(strategy="median").fit(frame)),
        ("scale", joblib.load(io.BytesIO(trained.scaler))),
        ("cluster", joblib.load(io.BytesIO(trained.kmeans))),
    ]
    return Fitted(trained, Pipeline(steps))
