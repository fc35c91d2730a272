"""A scored portfolio as a file: written beside and renamed."""

from pathlib import Path
from typing import Final

import pandas as pd

from segmentation.assignment import Assignments
from segmentation.errors import PortfolioError
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.safe_csv import harmless

OUTPUT_ENDINGS: Final = (".csv", ".parquet")


def scored_frame(
    model: SegmentModel, playbook: Playbook, portfolio: Portfolio, scored: Assignments
) -> pd.DataFrame:
    """The scored portfolio as a table, one row a customer, in the portfolio's order."""
    names = {segment.id: playbook.play(segment).name for segment in model.segments}
    return pd.DataFrame(
        {
            "CUST_ID": portfolio.ids,
            "segment": scored.segment,
            "segment_name": [names[segment] for segment in scored.segment.tolist()],
            "runner_up": scored.runner_up,
            "confidence": scored.confidence.round(4),
            "band": scored.band_names(),
            "novel": scored.novel,
        }
    )


def write_scored(frame: pd.DataFrame, path: Path) -> None:
    """Write a scored portfolio as CSV or Parquet, by the file's ending; whole or not at all.

    In CSV a text that a spreadsheet would run as a formula gets a leading apostrophe.
    Raises PortfolioError when the ending is neither, or the file cannot be written.
    """
    check_output(path)
    beside = path.with_name(f".{path.name}.new")
    try:
        if path.suffix.lower() == ".csv":
            frame.assign(CUST_ID=frame["CUST_ID"].map(harmless)).to_csv(beside, index=False)
        else:
            frame.to_parquet(beside, index=False)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PortfolioError([f"{path} cannot be written: {error.strerror}."]) from None


def check_output(path: Path) -> None:
    """Raise PortfolioError unless a scored portfolio can be written under that name."""
    if path.suffix.lower() not in OUTPUT_ENDINGS:
        endings = " nor ".join(OUTPUT_ENDINGS)
        raise PortfolioError([f"{path.name} ends in neither {endings}: name the output so."])
    if not path.parent.is_dir():
        raise PortfolioError([f"The folder {path.parent} does not exist: make it first."])
