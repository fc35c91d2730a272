"""Where a portfolio lies: one file, a folder of parts, or a pattern that files match."""

from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from segmentation.endings import (
    PARQUET_ENDING,
    SPREADSHEET_ADVICE,
    SPREADSHEET_ENDINGS,
    TEXT_ENDINGS,
)
from segmentation.errors import PortfolioError
from segmentation.wording import quoted

_PACKINGS: Final = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
_TEXT_ENDINGS: Final = tuple(text + packed for text in TEXT_ENDINGS for packed in ("", *_PACKINGS))


@dataclass(frozen=True, slots=True)
class PortfolioPlace:
    """The files of a portfolio, in their order; `name` is what it is called."""

    name: str
    files: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.stat().st_size for file in self.files)

    @property
    def format(self) -> str:
        """What most of its files are: csv or parquet."""
        tables = sum(file.name.lower().endswith(PARQUET_ENDING) for file in self.files)
        return "parquet" if tables * 2 > len(self.files) else "csv"


def portfolio_at(path: Path) -> PortfolioPlace:
    """The portfolio at a path; PortfolioError unless there is one.

    Of a folder all files are parts, at any depth, but those whose names, or whose folders' names,
    begin with a dot or an underscore: engines keep their own notes in such.
    """
    if path.is_dir():
        parts = [file for file in sorted(path.rglob("*")) if _is_part(file.relative_to(path))]
        found = [file for file in parts if file.is_file()]
        if not found:
            raise PortfolioError([f"The folder {path} holds no files of a portfolio."])
        return _of(path.name or str(path), found)
    if has_magic(str(path)) and not path.exists():
        matching = [Path(name) for name in sorted(glob(str(path), recursive=True))]  # noqa: PTH207 - an absolute pattern may come
        found = [file for file in matching if file.is_file()]
        if not found:
            raise PortfolioError([f"No file matches {path}: check the pattern and the folder."])
        return _of(path.name, found)
    known_file(path)
    return PortfolioPlace(path.name, (path,))


def _is_part(path: Path) -> bool:
    return not any(name.startswith((".", "_")) for name in path.parts)


def _of(name: str, files: Sequence[Path]) -> PortfolioPlace:
    wrong = [file for file in files if not can_be_portfolio(file)]
    if wrong:
        problem = (
            f"{quoted(wrong[0].name)} is among the parts of {quoted(name)} and neither CSV nor "
            f"Parquet: move it away, or name the parts by a pattern: {Path(name) / '*.parquet'}."
        )
        raise PortfolioError([problem])
    for file in files:
        known_file(file)
    return PortfolioPlace(name, tuple(files))


def known_file(path: Path) -> None:
    """Raise PortfolioError unless there is a file of a kind that can be a portfolio."""
    name = quoted(path.name)
    if path.is_dir():
        raise PortfolioError([f"{name} is a folder: name one file in it."])
    if not path.exists():
        raise PortfolioError([f"There is no file {path}: check its name and folder."])
    if not can_be_portfolio(path):
        raise PortfolioError([_unknown_ending(path)])
    if not path.stat().st_size:
        raise PortfolioError([f"{name} is empty: export it again."])


def can_be_portfolio(path: Path) -> bool:
    """Whether the name of a file ends as that of a portfolio does."""
    return path.name.lower().endswith((*_TEXT_ENDINGS, PARQUET_ENDING))


def packing(name: str) -> str | None:
    """How a file of that name is packed, in Arrow's words; None where it is not."""
    return _PACKINGS.get(Path(name).suffix.lower())


def _unknown_ending(path: Path) -> str:
    if path.suffix.lower() in SPREADSHEET_ENDINGS:
        return f"{quoted(path.name)} is a spreadsheet: {SPREADSHEET_ADVICE}, then use that file."
    return (
        f"{quoted(path.name)} does not say what it is: "
        "a portfolio ends in .csv, .tsv, .txt (packed: .csv.gz) or .parquet."
    )
