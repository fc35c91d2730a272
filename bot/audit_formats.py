"""Audit records as text for auditors: CSV whose cells cannot become formulas, and JSON lines."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

from bot.audit import Record
from bot.audit_chain import TOLD
from segmentation.safe_csv import SafeWriter


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """A heading and a line a record, each with its line end."""
    yield _csv_line(TOLD)
    for record in records:
        yield _csv_line(_cells(record))


def json_lines(records: Iterable[Record]) -> Iterator[str]:
    """A JSON object a record, one on each line."""
    for record in records:
        told = asdict(record) | {"at": record.at.isoformat(timespec="seconds")}
        yield json.dumps(told, ensure_ascii=False) + "\n"


FORMATS: Final[dict[str, Callable[[Iterable[Record]], Iterator[str]]]] = {
    "csv": csv_lines,
    "jsonl": json_lines,
}


def _cells(record: Record) -> list[str]:
    return [record.at.isoformat(timespec="seconds"), *map(str, list(asdict(record).values())[1:])]


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    SafeWriter(line).row(cells)
    return line.getvalue()
