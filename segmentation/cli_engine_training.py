"""`segbot train --engine`: the survey of all customers before training, and what follows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from segmentation.cli_engines import as_typed, check_installed, check_no_scheduler
from segmentation.cli_progress import partitions_done

if TYPE_CHECKING:
    from segmentation.engine_training import Ask, Survey
    from segmentation.training import TrainedModel

_PASSES: Final = 3  # that an engine makes over the portfolio before training
_out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was found out about all customers, and the engine that can go through them again."""

    found: "Survey"
    ask: "Ask"
    seed: int

    def finished(self, trained: "TrainedModel", resamples: int) -> "TrainedModel":
        """The model with the counts of all customers; tells how good the sample was."""
        trained, error = self.found.finished(trained, self.ask, self.seed, resamples)
        _out.print(error.told)
        return trained


@contextmanager
def surveying(
    engine: str | None,
    scheduler: str | None,
    portfolio: Path,
    seed: int,
    size: int,
    winsorised: bool,
) -> Iterator[Surveyed | None]:
    """A survey of all customers on an engine, if one was asked for, at work until the end."""
    if engine is None:
        check_no_scheduler(scheduler)
        yield None
        return
    check_installed(engine)
    from segmentation.engine_training import Ask, survey
    from segmentation.engines import engine as opened
    from segmentation.partitions import partitioned_portfolio

    found = partitioned_portfolio(as_typed(portfolio))
    with opened(engine, scheduler) as each:
        with partitions_done("Counting", _PASSES * len(found.partitions)) as (on_done, _):
            surveyed = survey(
                Ask(each, found, on_done), seed=seed, size=size, winsorised=winsorised
            )
        yield Surveyed(surveyed, Ask(each, found, lambda _: None), seed)
