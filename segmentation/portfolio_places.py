"""Where a portfolio lies: one file, a folder of parts, or a pattern that files match."""

from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from segmentation.endings import PARQUET_ENDING
from segmentation.errors import PortfolioError
from segmentation.portfolio_files import can_be_portfolio, known_file
from segmentation.wording import quoted


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
