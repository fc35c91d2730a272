"""What the name of a file says of it: a list that can be read, a spreadsheet, or neither."""

from pathlib import Path
from typing import Final

from segmentation.wording import quoted

TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt")
PARQUET_ENDING: Final = ".parquet"
SPREADSHEET_ENDINGS: Final = (".xlsx", ".xlsm", ".xls", ".ods")
SPREADSHEET_ADVICE: Final = "save it from the spreadsheet as “CSV UTF-8”"


def ending_problem(name: str) -> str | None:
    """Why a file of that name cannot be a list, in a sentence; None when it can."""
    ending = Path(name).suffix.lower()
    if ending in SPREADSHEET_ENDINGS:
        return f"{quoted(name)} is a spreadsheet: {SPREADSHEET_ADVICE}."
    if ending not in (*TEXT_ENDINGS, PARQUET_ENDING):
        return f"{quoted(name)} is no list that can be scored: send .csv, .tsv, .txt or .parquet."
    return None
