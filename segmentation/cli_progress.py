"""Progress of commands that take long, on standard error: how far, how fast, how long yet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from segmentation.scoring_run import OnPart

OnMore = Callable[[int], None]
_out: Final = Console(stderr=True)


@contextmanager
def bytes_read(size: int) -> "Iterator[tuple[OnPart, OnMore]]":
    """Scoring by the bytes of the portfolio; hears of customers and bytes so far, and of stored."""
    began, done = monotonic(), 0
    with _shown() as shown:
        scoring = shown.add_task("Scoring", total=size, said="")

        def on_part(customers: int, end: int) -> None:
            nonlocal done
            done += customers
            rate = done / max(monotonic() - began, 1e-9)
            said = f"{done:,} customers, {rate:,.0f} a second"
            shown.update(scoring, completed=end, said=said)

        yield on_part, _storing(shown, scoring, lambda: done)


@contextmanager
def partitions_done(doing: str, partitions: int, rows: int = 0) -> Iterator[tuple[OnMore, OnMore]]:
    """By partitions; hears of each that is done, and of customers stored, at most `rows`."""
    done = 0
    with _shown() as shown:
        task = shown.add_task(doing, total=partitions, said=f"0/{partitions}")

        def on_done(more: int) -> None:
            nonlocal done
            done += more
            shown.update(task, completed=done, said=f"{done}/{partitions}")

        yield on_done, _storing(shown, task, lambda: rows)


def _shown() -> Progress:
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=_out)


def _storing(shown: Progress, before: TaskID, total: Callable[[], int]) -> OnMore:
    """A line for what is still to be stored when the task before is done."""
    task = shown.add_task("Storing", total=None, said="", visible=False)
    stored = 0

    def on_stored(customers: int) -> None:
        nonlocal stored
        stored += customers
        said, due = f"{stored:,} customers", shown.tasks[before].finished
        shown.update(task, completed=stored, total=total(), said=said, visible=due)

    return on_stored
