"""`segbot score --engine`: what it takes, and what it tells."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from rich.console import Console

from segmentation.cli_progress import OnMore, partitions_done
from segmentation.errors import SegbotError
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.wording import counted, percent

if TYPE_CHECKING:
    from segmentation.engine_runs import EngineRan
    from segmentation.rejects import RejectsFile
    from segmentation.scored_batches import ScoredBatch
    from segmentation.scoring_run import Ran

_URL: Final = re.compile(r"^([a-z][a-z0-9+.-]+):/(?=[^/])")
_out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class OnEngine:
    """A portfolio to be scored past one machine: by which engine, where it runs, and to where."""

    engine: str
    scheduler: str | None
    source: str
    out: str

    @property
    def name(self) -> str:
        """What the portfolio is called."""
        return PurePosixPath(self.source).name

    @property
    def beside(self) -> Path:
        """What rejects stand beside: the output, or what is in this folder where that is far."""
        return Path(self.name) if "://" in self.out else Path(self.out)

    def run(
        self,
        model: SegmentModel,
        playbook: Playbook,
        as_of: date,
        aside: "RejectsFile | None",
        load: "Callable[[OnMore, Iterator[ScoredBatch]], None] | None",
    ) -> "Ran":
        """Score on the engine, with progress; tell what came of it where no store will."""
        from segmentation.engine_runs import EngineRun
        from segmentation.engines import engine
        from segmentation.partitions import partitioned_portfolio
        from segmentation.run_folders import check_run_folder
        from segmentation.scored_tables import Looks

        check_run_folder(self.out)
        portfolio = partitioned_portfolio(self.source)
        looks = Looks.of(model, playbook)
        with (
            engine(self.engine, self.scheduler) as each,
            partitions_done("Scoring", len(portfolio.partitions), portfolio.rows) as shown,
        ):
            on_done, on_stored = shown
            into = partial(load, on_stored) if load else None
            found = EngineRun(portfolio, model, looks, self.out, as_of, aside, into, on_done)(each)
        if load is None:
            _tell(found, model, playbook)
        return found.ran


def on_engine(
    engine: str | None,
    scheduler: str | None,
    portfolio: Path,
    out: Path | None,
    file_format: str | None,
) -> OnEngine | None:
    """What an engine was asked for, if any; SegbotError where options do not go together."""
    if engine is None:
        check_no_scheduler(scheduler)
        return None
    if out is None:
        raise SegbotError("--engine needs --out: a folder for the parts that its workers write.")
    if file_format == "csv":
        raise SegbotError("Engines write Parquet: leave --format away, or score without --engine.")
    source, target = as_typed(portfolio), as_typed(out)
    if f"{target.rstrip('/')}/".startswith(f"{source.rstrip('/')}/"):
        raise SegbotError(f"{target} lies in the portfolio's own folder: name another output.")
    check_installed(engine)
    return OnEngine(engine, scheduler, source, target)


def check_installed(engine: str) -> None:
    """EngineError where what an engine needs is not installed."""
    from segmentation.engines import adapter

    adapter(engine)


def check_no_scheduler(scheduler: str | None) -> None:
    """SegbotError where a scheduler was named, and no engine."""
    if scheduler is not None:
        raise SegbotError("--scheduler says where an engine runs: add --engine dask or spark.")


def as_typed(path: Path) -> str:
    """A path or URL as it was typed: s3://bucket/folder has lost a slash as a path."""
    return _URL.sub(r"\1://", str(path), count=1)


def _tell(found: "EngineRan", model: SegmentModel, playbook: Playbook) -> None:
    from segmentation.drift import drift_of_counts

    names = {each.id: playbook.play(each).name for each in model.segments}
    for segment, customers in found.ran.sizes.items():
        share = percent(customers / found.ran.customers)
        _out.print(f"{names[segment]}: {counted(customers, 'customer')} ({share})")
    shares = {each.id: each.share for each in model.segments}
    sizes = {each.id: 0 for each in model.segments} | found.ran.sizes
    _out.print(drift_of_counts(model.baseline, shares, found.bins, sizes).verdict(names))
