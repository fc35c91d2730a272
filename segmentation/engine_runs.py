"""A partitioned portfolio scored on an engine: parts and counts come back, whole or not at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from segmentation.drift_bins import Counts
from segmentation.engines import Each, OnDone
from segmentation.errors import PortfolioError
from segmentation.model import SegmentModel
from segmentation.partition_work import Job, Outcome, part_name, score_partition
from segmentation.partitions import PartitionedPortfolio, pieces, tell_problems
from segmentation.portfolio_notes import Notes
from segmentation.portfolio_scan import ScoredPart, doubled_problem, worked
from segmentation.portfolio_text import no_customers
from segmentation.rejects import RejectsFile
from segmentation.run_folders import run_folder
from segmentation.scored_folders import Manifest
from segmentation.scored_tables import Looks
from segmentation.scoring import COMPILED_FROM
from segmentation.scoring_run import Load, Ran, batches
from segmentation.spread_ids import doubled_hashes, doubled_ids, share_text, shares_for


@dataclass(frozen=True, slots=True)
class EngineRan:
    """What was scored, and how many customers fell into each bin of the model's baseline."""

    ran: Ran
    bins: Counts


@dataclass(frozen=True, slots=True)
class EngineRun:
    """Everything that a run on an engine needs.

    Parts go to the folder `out`, a path or URL. `load`, where there is one, takes batches and
    returns when all of them are stored. Rows that are wrong go to `rejects`, where it is given;
    else they end the run, and nothing is left of it. `on_done` hears of partitions that are done.
    """

    portfolio: PartitionedPortfolio
    model: SegmentModel
    looks: Looks
    out: str
    as_of: date
    rejects: RejectsFile | None
    load: Load | None
    on_done: OnDone

    def __call__(self, each: Each) -> EngineRan:
        """Score; PortfolioError says what is wrong with the portfolio or its place."""
        with run_folder(self.out) as folder, self._rejects() as rejects:
            job = self._job(folder.url)
            outcomes = self._outcomes(each, job)
            doubled = self._doubled(each, outcomes)
            if doubled and rejects is None:
                raise PortfolioError([doubled_problem(doubled)])
            if doubled:
                job = replace(job, doubled=[*doubled])
                outcomes = self._outcomes(each, job)
            if rejects is not None:
                for outcome in outcomes:
                    rejects.add(outcome.rejects)
            found = self._summed(outcomes)
            parts = [part_name(partition.number) for partition in self.portfolio.partitions]
            folder.publish(self._manifest(found.ran), parts)
        if self.load is not None:
            self.load(batches(self._scored_again(job, found.ran)))
        return found

    def _rejects(self) -> AbstractContextManager[RejectsFile | None]:
        return nullcontext() if self.rejects is None else self.rejects.opened()

    def _job(self, folder: str) -> Job:
        return Job(
            model=self.model.document,
            names=self.looks.names,
            folder=folder,
            shares=shares_for(self.portfolio.rows),
            several=self.portfolio.several,
            compiled=self.portfolio.rows >= COMPILED_FROM,
            rejecting=self.rejects is not None,
        )

    def _outcomes(self, each: Each, job: Job) -> list[Outcome]:
        texts = [partition.as_text() for partition in self.portfolio.partitions]
        answers = each(score_partition, job.as_text(), texts, self.on_done)
        outcomes = [Outcome.from_json(answer) for answer in answers]
        tell_problems(self.portfolio, [outcome.problems for outcome in outcomes])
        return outcomes

    def _doubled(self, each: Each, outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
        files = [outcome.hashes for outcome in outcomes if outcome.hashes is not None]
        shares = [share_text(files, share) for share in range(shares_for(self.portfolio.rows))]
        answers = each(doubled_hashes, "", shares, lambda _: None)
        rejecting = self.rejects is not None
        return doubled_ids(answers, self.portfolio.partitions, rejecting=rejecting)

    def _summed(self, outcomes: Sequence[Outcome]) -> EngineRan:
        notes = sum((outcome.notes for outcome in outcomes), Notes())
        rejected = sum(len(outcome.rejects) for outcome in outcomes)
        if not notes.customers and not rejected:
            raise no_customers(self.portfolio.name)
        sizes: Counter[int] = Counter()
        for outcome in outcomes:
            sizes.update(outcome.sizes)
        bins = tuple(
            tuple(np.sum(counts, axis=0).tolist())
            for counts in zip(*(outcome.bins for outcome in outcomes), strict=True)
        )
        ignored = dict.fromkeys(header for outcome in outcomes for header in outcome.ignored)
        by_segment = dict(sorted(sizes.items()))
        ran = Ran(notes.customers, by_segment, notes.sentences(), tuple(ignored), rejected)
        return EngineRan(ran, bins)

    def _manifest(self, ran: Ran) -> Manifest:
        return Manifest(
            customers=ran.customers,
            sizes=ran.sizes,
            model=self.model.fingerprint,
            source=self.portfolio.name,
            as_of=self.as_of.isoformat(),
        )

    def _scored_again(self, job: Job, expected: Ran) -> Iterator[ScoredPart]:
        """All customers part by part for the store, which keeps more digits than the parts do.

        Scoring is a small share of what loading costs.
        """
        how = replace(job.how(self.model), render=None)
        sizes: Counter[int] = Counter()
        for partition in self.portfolio.partitions:
            for piece in pieces(partition):
                found = worked(piece, how, several=self.portfolio.several)
                customers = np.bincount(found.scored.segment).tolist()
                sizes.update({segment: n for segment, n in enumerate(customers) if n})
                yield found
        if sizes != expected.sizes:
            problem = (
                f"{self.portfolio.name} changed between scoring and loading. The parts in "
                f"{self.out} are whole, nothing of it is in the store: score it again."
            )
            raise PortfolioError([problem])
