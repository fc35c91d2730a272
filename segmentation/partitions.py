"""A portfolio in partitioned Parquet, wherever fsspec reaches: found, and cut into partitions.

A partition is whole row groups of one file. It travels to a worker as a line of text, and is read
there a piece at a time.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from segmentation.endings import PARQUET_ENDING
from segmentation.errors import PortfolioError
from segmentation.portfolio_headers import headings
from segmentation.portfolio_pieces import TablePiece
from segmentation.portfolio_text import FIRST_ROW, no_customers
from segmentation.wording import FEW, counted, quoted

ROWS_AT_ONCE: Final = 65_536  # rows of a piece: some 9 MB of features
_ROWS: Final = 500_000  # rows after which a file's next row group begins a new partition
_FOOTERS_AT_ONCE: Final = 16  # that are read side by side: a store far away answers slowly


@dataclass(frozen=True, slots=True)
class Partition:
    """The row groups `begin` to before `end` of a Parquet file, `rows` rows from row `first_row`.

    `number` counts the partitions of a portfolio from 0; `name` is what people call the file: its
    path within the portfolio.
    """

    number: int
    url: str
    name: str
    begin: int
    end: int
    rows: int
    first_row: int

    def as_text(self) -> str:
        """The partition as `from_text` takes it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Partition":
        """The partition that `as_text` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class PartitionedPortfolio:
    """The partitions of a portfolio in their order; `name` is what it is called."""

    name: str
    partitions: tuple[Partition, ...]

    @property
    def several(self) -> bool:
        """Whether it has more than one file."""
        return len({partition.url for partition in self.partitions}) > 1

    @property
    def rows(self) -> int:
        """Rows in all, blank ones counted."""
        return sum(partition.rows for partition in self.partitions)


def partitioned_portfolio(source: str) -> PartitionedPortfolio:
    """The portfolio in a Parquet file, a folder of such or a glob, by a path or a URL.

    Of a folder all files are parts, at any depth, but those whose names, or whose folders' names,
    begin with a dot or an underscore. Raises PortfolioError unless each file can be read and has
    all columns.
    """
    system, root = reached(source)
    try:
        names = _files(system, root, source)
        with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
            read = list(pool.map(lambda file: _footer(system, *file), names))
    except (OSError, ValueError) as error:
        raise PortfolioError([f"{source} cannot be read: {error}."]) from None
    cut = [partition for some in read for partition in some]
    partitions = tuple(replace(partition, number=n) for n, partition in enumerate(cut))
    name = PurePosixPath(root).name or source
    if not partitions:
        raise no_customers(name)
    return PartitionedPortfolio(name, partitions)


def tell_problems(portfolio: PartitionedPortfolio, problems: Sequence[Sequence[str]]) -> None:
    """Raise PortfolioError where partitions have problems, given one by one in their order.

    Those of the first faulty partition of a file are told, of a few files; more are counted.
    """
    wrong = [
        (partition, told)
        for partition, told in zip(portfolio.partitions, problems, strict=True)
        if told
    ]
    first = {partition.url: (partition, told) for partition, told in reversed(wrong)}
    shown = sorted(first.values(), key=lambda each: each[0].number)[:FEW]
    sentences = [
        f"{quoted(partition.name)}: {problem}" if portfolio.several else problem
        for partition, told in shown
        for problem in told
    ]
    if len(wrong) > len(shown):
        more = counted(len(wrong) - len(shown), "more part")
        sentences.append(f"And something is wrong in {more} of the portfolio.")
    if sentences:
        raise PortfolioError(sentences)


def file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system that a path or URL lies in, and what it is called there.

    Raises PortfolioError for a kind of URL that nothing installed here can open.
    """
    try:
        return url_to_fs(url)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise PortfolioError([f"{url} cannot be opened here: {error}."]) from None


def reached(url: str) -> tuple[AbstractFileSystem, str]:
    """The same, once the file system has answered; PortfolioError where it does not."""
    system, path = file_system(url)
    if not is_local(system):
        try:
            system.exists(path.partition("*")[0])
        except Exception as error:  # noqa: BLE001 - each kind of store has errors of its own
            told = str(error).strip() or type(error).__name__
            raise PortfolioError([f"{url} cannot be reached: {told}"]) from None
    return system, path


def is_local(system: AbstractFileSystem) -> bool:
    """Whether files lie on this machine (or are mounted), where folders can be renamed."""
    return isinstance(system, LocalFileSystem)


def pieces(partition: Partition) -> Iterator[TablePiece]:
    """The rows of a partition, a piece at a time; PortfolioError when they cannot be read."""
    system, path = file_system(partition.url)
    row = partition.first_row
    try:
        with _parquet(system, path) as file:
            headers = file.schema_arrow.names
            found = headings(headers)
            names = {headers[place]: column for column, place in found.positions.items()}
            for batch in file.iter_batches(
                ROWS_AT_ONCE,
                row_groups=range(partition.begin, partition.end),
                columns=[*names],
                use_threads=False,
            ):
                known = [names[name] for name in batch.schema.names]
                table = pa.Table.from_batches([batch]).rename_columns(known)
                yield TablePiece(partition.name, table, found.ignored, row, 0)
                row += len(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise PortfolioError([_unreadable(partition.name, error)]) from None


def _files(system: AbstractFileSystem, root: str, source: str) -> list[tuple[str, str]]:
    """Path and name of each file."""
    if any(letter in root for letter in "*?["):
        found = [path for path in system.glob(root) if system.isfile(path)]
        if not found:
            raise PortfolioError([f"No file matches {source}: check the pattern and the folder."])
        return [(path, PurePosixPath(path).name) for path in _parquet_only(sorted(found), source)]
    if system.isdir(root):
        base = root.rstrip("/") + "/"
        parts = {path.removeprefix(base): path for path in system.find(root)}
        kept = [name for name in sorted(parts) if not _is_hidden(name)]
        if not kept:
            raise PortfolioError([f"The folder {source} holds no files of a portfolio."])
        return [(parts[name], name) for name in _parquet_only(kept, source)]
    if not system.exists(root):
        raise PortfolioError([f"There is no file {source}: check its name and folder."])
    return [(root, PurePosixPath(root).name) for root in _parquet_only([root], source)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def _parquet_only(names: list[str], source: str) -> list[str]:
    others = [name for name in names if not name.lower().endswith(PARQUET_ENDING)]
    if others:
        problem = (
            f"{quoted(PurePosixPath(others[0]).name)} in {source} is not Parquet, which engines "
            "need: write the portfolio as Parquet, or score it without --engine."
        )
        raise PortfolioError([problem])
    return names


def _footer(system: AbstractFileSystem, path: str, name: str) -> list[Partition]:
    """The partitions of a file."""
    try:
        with _parquet(system, path) as file:
            found = headings(file.schema_arrow.names)
            groups = [
                file.metadata.row_group(group).num_rows
                for group in range(file.metadata.num_row_groups)
            ]
    except (pa.ArrowException, OSError) as error:
        raise PortfolioError([_unreadable(name, error)]) from None
    if found.problems:
        raise PortfolioError([f"{quoted(name)}: {problem}" for problem in found.problems])
    url = path if is_local(system) else system.unstrip_protocol(path)
    return list(_cut(url, name, groups))


def _cut(url: str, name: str, groups: list[int]) -> Iterator[Partition]:
    begin, first_row, rows = 0, FIRST_ROW, 0
    for group, more in enumerate(groups):
        if rows and rows + more > _ROWS:
            yield Partition(0, url, name, begin, group, rows, first_row)
            begin, first_row, rows = group, first_row + rows, 0
        rows += more
    if rows:
        yield Partition(0, url, name, begin, len(groups), rows, first_row)


@contextmanager
def _parquet(system: AbstractFileSystem, path: str) -> Iterator[Any]:
    if is_local(system):
        with pyarrow.parquet.ParquetFile(path) as file:
            yield file
    else:
        with system.open(path, "rb") as raw, pyarrow.parquet.ParquetFile(raw) as file:
            yield file


def _unreadable(name: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"{quoted(name)} cannot be read: {error.strerror}."
    return f"{quoted(name)} is damaged or not Parquet: export or copy it again."
