"""A made-up portfolio to try Segbot with, and how it moves from one week to the next.

The figures in `synthetic_portfolio.json` were measured on the public portfolio of 8,950 customers:
one set a segment, from which customers are drawn with a Gaussian copula.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES, Unit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FIGURES: Final = Path(__file__).with_name("synthetic_portfolio.json")
_WINDOW: Final = 12
_NEWCOMERS_WINDOW: Final = 6.0
_SMALLEST_LIMIT: Final = 50
_BLANK_FOR_NO_REASON: Final = 0.0084
_PULLED_UNDER_LIMIT: Final = 0.8

# Shares a week, of the customers unless said otherwise, chosen so that under one frozen model
# 2 to 4 % of 5,000 customers change segment.
_LEAVING: Final = 0.002
_NET_GROWTH: Final = 0.0005
_WINDOW_GROWS: Final = 12 / 52
_TURNING: Final = 0.027  # over a third of them towards others of their own segment
_STIRRED: Final = 0.6
_STIR: Final = 0.12  # of an amount or count, as one standard deviation
_MONTH_OFF: Final = 0.25  # of the shares of months; most steps are then refused
_PULLED_IN_A_WEEK: Final = 0.4  # of the balances over the limit: keeps their number

_LIMIT: Final = "CREDIT_LIMIT"
_SHARES: Final = [feature.column for feature in FEATURES if feature.unit is Unit.SHARE]
_COUNTS: Final = [feature.column for feature in FEATURES if feature.unit is Unit.COUNT]
_AMOUNTS: Final = [
    feature.column
    for feature in FEATURES
    if feature.unit is Unit.AMOUNT and feature.column not in ("PURCHASES", _LIMIT)
]
_ZERO_WITH: Final = {
    "BALANCE_FREQUENCY": "BALANCE",
    "ONEOFF_PURCHASES_FREQUENCY": "ONEOFF_PURCHASES",
    "PURCHASES_INSTALLMENTS_FREQUENCY": "INSTALLMENTS_PURCHASES",
    "PURCHASES_FREQUENCY": "PURCHASES",
    "PURCHASES_TRX": "PURCHASES",
    "CASH_ADVANCE_FREQUENCY": "CASH_ADVANCE",
    "CASH_ADVANCE_TRX": "CASH_ADVANCE",
}
_AT_LEAST: Final = (
    ("PURCHASES_FREQUENCY", "ONEOFF_PURCHASES_FREQUENCY"),
    ("PURCHASES_FREQUENCY", "PURCHASES_INSTALLMENTS_FREQUENCY"),
    ("PURCHASES_TRX", "PURCHASES_FREQUENCY"),
    ("CASH_ADVANCE_TRX", "CASH_ADVANCE_FREQUENCY"),
)


def synthetic_portfolio(customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """A made-up portfolio: `CUST_ID` (C10001, …, ascending), then the 17 features.

    Features are floats, blanks are NaN. The segments have the proportions of the public portfolio,
    and the rows are shuffled.
    """
    rows = _drawn(_in_proportion(customers), rng).iloc[rng.permutation(customers)]
    # Enough digits for the ids to ascend as text too, those of later newcomers included.
    return _numbered(rows, 10 ** max(4, len(str(customers // 8))) + 1)


def a_week_later(portfolio: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What `synthetic_portfolio` or this function returned, one week on, as a new data frame.

    Most customers move a little or not at all, a few take up another behaviour, and a few leave;
    as many newcomers, or slightly more, join under higher ids.
    """
    staying = portfolio[rng.random(len(portfolio)) >= _LEAVING].reset_index(drop=True)
    joining = len(portfolio) - len(staying) + round(_NET_GROWTH * len(portfolio))
    newest = int(portfolio[CUSTOMER_ID].iloc[-1].removeprefix("C"))
    aged = _aged(staying[list(COLUMNS)], rng)
    aged.insert(0, CUSTOMER_ID, staying[CUSTOMER_ID])
    newcomers = _consistent(_drawn_at_random(joining, rng).assign(TENURE=_NEWCOMERS_WINDOW))
    return pd.concat([aged, _numbered(newcomers, newest + 1)], ignore_index=True)


@cache
def _figures() -> dict[str, Any]:
    return dict(json.loads(_FIGURES.read_text(encoding="utf-8")))


def _proportions() -> Floats:
    customers = np.array([segment["n"] for segment in _figures()["segments"]])
    return np.asarray(customers / customers.sum())


def _in_proportion(customers: int) -> Integers:
    """How many of the customers each segment gets, by largest remainder."""
    quotas = customers * _proportions()
    sizes = np.floor(quotas).astype(np.int64)
    sizes[np.argsort(sizes - quotas, kind="stable")[: customers - sizes.sum()]] += 1
    return sizes


def _drawn_at_random(customers: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = _drawn(rng.multinomial(customers, _proportions()), rng)
    return rows.iloc[rng.permutation(customers)]


def _drawn(sizes: Integers, rng: np.random.Generator) -> pd.DataFrame:
    """Customers without ids, so many of each segment, one segment after the other."""
    segments = zip(_figures()["segments"], sizes, strict=True)
    rows = pd.concat(
        [_of_segment(segment, int(size), rng) for segment, size in segments], ignore_index=True
    )
    rows[_LIMIT] = (rows[_LIMIT] / 100).round().mul(100).clip(lower=_SMALLEST_LIMIT)
    blank = rng.random(len(rows)) < _BLANK_FOR_NO_REASON
    rows["MINIMUM_PAYMENTS"] = rows["MINIMUM_PAYMENTS"].mask(blank)
    return _consistent(_under_limit(rows, _PULLED_UNDER_LIMIT, rng))


def _of_segment(segment: dict[str, Any], customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers of one segment, before their columns are made to agree with each other."""
    columns = _figures()["features"]
    zeros = np.array(segment["p0"])
    ranks = ndtr(rng.standard_normal((customers, len(columns))) @ _root(segment["R"], len(columns)))
    positive = np.clip((ranks - zeros) / (1 - zeros), 0, 1)
    marginals = zip(columns, segment["q"], positive.T, strict=True)
    rows = pd.DataFrame({column: _values(column, q, at) for column, q, at in marginals})
    return rows.mask((ranks < zeros) & [column not in _ZERO_WITH for column in columns], 0.0)


def _root(upper: Sequence[int], size: int) -> Floats:
    """What turns independent normals into correlated ones, from the upper triangle in percent."""
    correlation = np.eye(size)
    correlation[np.triu_indices(size, 1)] = np.array(upper) / 100
    values, vectors = np.linalg.eigh(correlation, UPLO="U")
    root = vectors * np.sqrt(np.maximum(values, 0.001)) @ vectors.T
    return np.asarray(root / np.linalg.norm(root, axis=0))


def _values(column: str, q: Sequence[float], ranks: Floats) -> Floats:
    """The values above zero at these ranks, 0 to 1: from quantiles, or weights of the months."""
    if column not in (*_SHARES, "TENURE"):
        return np.exp(np.interp(ranks, _figures()["P"], np.log(q)))
    steps = np.searchsorted(np.cumsum(q[:-1]) / np.sum(q), ranks, side="right")
    months = 1 + _WINDOW - len(q) + steps.astype(np.float64)
    return months / _WINDOW if column in _SHARES else months


def _aged(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The 17 features of the same customers a week later."""
    longer = rows["TENURE"] + (rng.random(len(rows)) < _WINDOW_GROWS)
    aged = _stirred(rows.assign(TENURE=longer.clip(upper=_WINDOW)), rng)
    turning = np.flatnonzero(rng.random(len(rows)) < _TURNING)
    aged.iloc[turning] = _turned(aged.iloc[turning], rng)
    return _consistent(_under_limit(aged, _PULLED_IN_A_WEEK, rng))


def _stirred(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The rows, some customers' amounts and counts a little off, some shares off by a month."""
    rows = rows.copy()
    totals = [*_AMOUNTS, *_COUNTS]
    stirred = rng.random((len(rows), 1)) < _STIRRED
    factors = np.exp(rng.normal(0, _STIR, (len(rows), len(totals))) * stirred)
    rows[totals] = (rows[totals] * factors).clip(upper=_largest(), axis=1)
    # Rounded up as often as the fraction says, so that small counts keep their mean.
    rows[_COUNTS] = np.floor(rows[_COUNTS] + rng.random((len(rows), len(_COUNTS))))
    for column in _SHARES:
        rows[column] = _month_off(rows[column].to_numpy(), rows["TENURE"].to_numpy(), rng)
    return rows


def _largest() -> "pd.Series[float]":
    """The largest amount or count that any segment draws, by column."""
    tops = [[q[-1] for q in segment["q"]] for segment in _figures()["segments"]]
    return pd.Series(np.max(tops, axis=0), _figures()["features"])[[*_AMOUNTS, *_COUNTS]]


def _month_off(shares: Floats, tenure: Floats, rng: np.random.Generator) -> Floats:
    """The shares, some a month up or down, but neither from nor to 0.

    A step is taken as often as its end is common (Metropolis), which keeps the distribution.
    """
    months = np.rint(shares * tenure).astype(np.int64)
    ends = months + rng.choice([-1, 1], len(months))
    customers = np.bincount(months, minlength=_WINDOW + 2)
    possible = (months > 0) & (ends > 0) & (ends <= tenure)
    accepted = rng.random(len(months)) * customers[months] < _MONTH_OFF * customers[ends]
    return np.where(possible & accepted, ends / tenure, shares)


def _turned(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The rows most of the way towards customers drawn afresh; limit and months in window stay.

    What those never do is given up at once, so that as many as before do none of it.
    """
    others = _drawn_at_random(len(rows), rng).set_axis(rows.index)
    way = rng.uniform(0.8, 1, (len(rows), 1))
    turned = (rows.fillna(others) * (1 - way) + others * way).mask(others == 0, 0.0)
    return turned.assign(**{kept: rows[kept] for kept in (_LIMIT, "TENURE")})


def _under_limit(rows: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """The rows, that share of the balances over the limit pulled back to just under it."""
    pulled = (rows["BALANCE"] > rows[_LIMIT]) & (rng.random(len(rows)) < share)
    within = rows[_LIMIT] * rng.uniform(0.9, 1, len(rows))
    return rows.assign(BALANCE=rows["BALANCE"].mask(pulled, within))


def _consistent(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every identity between columns restored, columns in the usual order."""
    rows = rows.copy()
    # No amount above zero may round to zero, which is shared with other columns.
    rows[_AMOUNTS] = rows[_AMOUNTS].clip(lower=(rows[_AMOUNTS] > 0) * 0.01).round(2)
    rows["PURCHASES"] = (rows["ONEOFF_PURCHASES"] + rows["INSTALLMENTS_PURCHASES"]).round(2)
    rows["MINIMUM_PAYMENTS"] = rows["MINIMUM_PAYMENTS"].mask(rows["PAYMENTS"] == 0)
    rows[_COUNTS] = rows[_COUNTS].round()
    rows[_SHARES] = rows[_SHARES].mul(rows["TENURE"], axis=0).round()  # as months, for a while
    for column, amount in _ZERO_WITH.items():
        rows[column] = rows[column].clip(lower=1).where(rows[amount] > 0, 0.0)
    for column, part in _AT_LEAST:
        rows[column] = rows[[column, part]].max(axis=1)
    rows[_SHARES] = rows[_SHARES].div(rows["TENURE"], axis=0).round(6)
    return rows[list(COLUMNS)]


def _numbered(rows: pd.DataFrame, first: int) -> pd.DataFrame:
    """The rows with ascending ids from `first` on, in the order they stand in."""
    rows = rows.reset_index(drop=True)
    rows.insert(0, CUSTOMER_ID, [f"C{first + number}" for number in range(len(rows))])
    return rows
