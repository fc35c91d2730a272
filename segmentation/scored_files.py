"""A scored portfolio as files, CSV or Parquet, one or a folder of parts; whole or not at all."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet

from segmentation.assignment import Assignments
from segmentation.errors import PortfolioError
from segmentation.scored_folders import Manifest, check_folder, replacing, write_manifest
from segmentation.scored_tables import CSV_HEADER, SCHEMA, Looks

FORMATS: Final = ("csv", "parquet")
PART_CUSTOMERS: Final = 1_000_000  # of a folder of parts
_GROUP_CUSTOMERS: Final = 131_072  # of a row group in Parquet
_DICTIONARIES: Final = ["segment", "segment_name", "runner_up", "band"]

Rendered = Any  # a pyarrow table, which has no types, or a memoryview
Render = Callable[[pa.Array, Assignments], Rendered]
Write = Callable[[Rendered, int], None]


@dataclass(frozen=True, slots=True)
class Output:
    """Where scored customers go, and as what: `format` is csv or parquet."""

    path: Path
    format: str
    in_parts: bool

    def render(self, looks: Looks) -> Render:
        """What makes of scored customers the piece of output that they are."""
        return looks.csv if self.format == "csv" else looks.table

    @contextmanager
    def opened(self, manifest: Callable[[], Manifest]) -> Iterator[Write]:
        """What takes rendered customers, with their number; all of them appear at the end.

        `manifest` tells then what a folder holds. Raises PortfolioError when something cannot be
        written; what was there before still is.
        """
        try:
            with self._parts(manifest) if self.in_parts else self._one_file() as write:
                yield write
        except OSError as error:
            problem = f"{self.path} cannot be written: {error.strerror or error}."
            raise PortfolioError([problem]) from None

    @contextmanager
    def _one_file(self) -> Iterator[Write]:
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            with _WRITERS[self.format](beside) as write:
                yield write
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    @contextmanager
    def _parts(self, manifest: Callable[[], Manifest]) -> Iterator[Write]:
        with replacing(self.path) as folder, ExitStack() as part:
            written = {"part": 0, "customers": PART_CUSTOMERS}
            current: list[Write] = []

            def write(rendered: Rendered, customers: int) -> None:
                if written["customers"] >= PART_CUSTOMERS:
                    part.close()
                    name = f"part-{written['part']:05d}.{self.format}"
                    current[:] = [part.enter_context(_WRITERS[self.format](folder / name))]
                    written.update(part=written["part"] + 1, customers=0)
                current[0](rendered, customers)
                written["customers"] += customers

            yield write
            part.close()
            write_manifest(folder, manifest())


def output_at(path: Path, named: str | None, source_format: str) -> Output:
    """The output that a path asks for; `named` is the format where somebody said it.

    A path that ends in .csv or .parquet is one file, any other a folder of parts, in the format
    of the portfolio unless told. Raises PortfolioError when nothing can be written there.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending in FORMATS and not path.is_dir():
        if named not in (None, ending):
            raise PortfolioError([f"{path.name} ends in .{ending}, and {named} was asked for."])
        if not path.parent.is_dir():
            raise PortfolioError([f"The folder {path.parent} does not exist: make it first."])
        return Output(path, ending, in_parts=False)
    if ending and not path.is_dir():
        problem = (
            f"{path.name} ends in neither .csv nor .parquet: name the output so, or name a "
            "folder, which has no ending."
        )
        raise PortfolioError([problem])
    check_folder(path)
    return Output(path, named or source_format, in_parts=True)


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    path.touch(mode=0o600)
    with path.open("wb") as file:
        file.write(CSV_HEADER)

        def write(rendered: Rendered, customers: int) -> None:  # noqa: ARG001 - as for Parquet
            file.write(rendered)

        yield write


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    path.touch(mode=0o600)
    with parquet_into(path) as write:
        yield write


@contextmanager
def parquet_into(where: Path | BinaryIO) -> Iterator[Write]:
    """What takes rendered tables, with their number of customers, into a Parquet file."""
    waiting: list[pa.Table] = []
    writing: list[Future[None]] = []
    with (
        pyarrow.parquet.ParquetWriter(where, SCHEMA, use_dictionary=_DICTIONARIES) as file,
        ThreadPoolExecutor(1) as pool,  # while it writes a row group, the next one is scored
    ):

        def flush() -> None:
            while writing:
                writing.pop().result()
            if waiting:
                group = pa.concat_tables(waiting, promote_options="default")
                writing.append(pool.submit(file.write_table, group))
                waiting.clear()

        def write(rendered: Rendered, customers: int) -> None:  # noqa: ARG001 - for parts
            waiting.append(rendered)
            if sum(map(len, waiting)) >= _GROUP_CUSTOMERS:
                flush()

        yield write
        flush()
        for last in writing:
            last.result()


_WRITERS: Final = {"csv": _csv, "parquet": _parquet}
