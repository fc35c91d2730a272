"""Customers a bin of each feature stand with the generation, so that drift needs no customer."""

import json
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from numpy.typing import NDArray

from segmentation.migrations.features import FEATURES

revision = "0004"
down_revision = "0003"

_AT_A_TIME = 10_000
_generations = sa.table(
    "generations",
    sa.column("generation", sa.Integer),
    sa.column("model", sa.String),
    sa.column("bins", sa.JSON),
)
_published = sa.table("published", sa.column("generation", sa.Integer))
_models = sa.table("models", sa.column("fingerprint", sa.String), sa.column("document", sa.Text))
_assignments = sa.table(
    "assignments",
    sa.column("generation", sa.Integer),
    *(sa.column(feature, sa.Float) for feature in FEATURES),
)


def upgrade() -> None:
    """Count the customers of every snapshot in the bins of its model."""
    op.add_column("generations", sa.Column("bins", sa.JSON))
    connection = op.get_bind()
    snapshots = connection.execute(
        sa.select(_published.c.generation, _models.c.document)
        .join(_generations, _generations.c.generation == _published.c.generation)
        .join(_models, _models.c.fingerprint == _generations.c.model)
    ).all()
    for generation, document in snapshots:
        bins = _bins(connection, generation, _edges(json.loads(document)))
        connection.execute(
            sa.update(_generations).where(_generations.c.generation == generation).values(bins=bins)
        )


def _edges(model: dict[str, Any]) -> list[list[float]]:
    """The tops of the bins; a model of the first format has none, and all that is known in one."""
    if "drift" not in model:
        return [[] for _ in FEATURES]
    return [feature["edges"] for feature in model["drift"]["features"]]


def _bins(connection: sa.Connection, generation: int, edges: list[list[float]]) -> list[list[int]]:
    totals = [np.zeros(len(tops) + 2, np.int64) for tops in edges]
    query = (
        sa.select(*(_assignments.c[feature] for feature in FEATURES))
        .where(_assignments.c.generation == generation)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for rows in connection.execute(query).partitions():
        columns = np.array(rows, dtype=np.float64).T
        counts = [_counts(*feature) for feature in zip(edges, columns, strict=True)]
        totals = [total + more for total, more in zip(totals, counts, strict=True)]
    return [total.tolist() for total in totals]


def _counts(tops: list[float], values: NDArray[np.float64]) -> NDArray[np.int64]:
    places = np.searchsorted(tops, values, side="left")
    places[np.isnan(values)] = len(tops) + 1
    return np.bincount(places, minlength=len(tops) + 2)
