"""Dask as an engine: threads of this process, processes of this machine, or a cluster's workers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import dask
from dask.callbacks import Callback
from distributed import Client, KilledWorker, LocalCluster, as_completed
from distributed.comm.core import CommClosedError

from segmentation.engines import Each, EngineError, OnDone, Work

THREADS: Final = "threads"
LOCAL: Final = "local"
_PATIENCE: Final = "30s"  # for a scheduler to answer


@contextmanager
def opened(scheduler: str | None) -> Iterator[Each]:
    """Dask on `threads` (unless told), `local` processes, or a scheduler's address (tcp://…)."""
    if scheduler in (None, THREADS):
        yield _in_threads
    elif scheduler == LOCAL:
        with (
            LocalCluster(  # as many workers as cores, each with a thread and no page to look at
                threads_per_worker=1, memory_limit=0, dashboard_address=None, silence_logs=50
            ) as cluster,
            Client(cluster) as client,
        ):
            yield partial(_on_workers, client)
    else:
        with _client(str(scheduler)) as client:
            yield partial(_on_workers, client)


def _client(address: str) -> Any:  # noqa: ANN401 - Dask's client has no types here
    try:
        return Client(address, timeout=_PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise EngineError(
            f"No Dask scheduler answers at {address} ({error}): name {THREADS}, {LOCAL} or an "
            "address such as tcp://scheduler.example.com:8786."
        ) from None


class _Counting(Callback):  # type: ignore[misc]  # Dask has no types here
    """Tells of each task that is done."""

    def __init__(self, on_done: OnDone) -> None:
        super().__init__(posttask=lambda *_: on_done(1))


def _in_threads(work: Work, common: str, texts: Sequence[str], on_done: OnDone) -> list[bytes]:
    tasks = [dask.delayed(work, pure=False)(common, text) for text in texts]
    with _Counting(on_done):
        return [*dask.compute(*tasks, scheduler="threads", optimize_graph=False)]


def _on_workers(
    client: Any,  # noqa: ANN401 - as above
    work: Work,
    common: str,
    texts: Sequence[str],
    on_done: OnDone,
) -> list[bytes]:
    try:
        shared = client.scatter(common, broadcast=True, hash=False)
        jobs = client.map(partial(_swapped, work), texts, common=shared, pure=False)
        place = {job.key: number for number, job in enumerate(jobs)}
        answers = [b""] * len(jobs)
        for job, answer in as_completed(jobs, with_results=True):
            answers[place[job.key]] = answer
            on_done(1)
    except (ModuleNotFoundError, RuntimeError) as error:  # so Dask tells of what cannot be unpacked
        raise EngineError(
            f"Dask's workers could not begin ({error}): install the same Segbot on each."
        ) from None
    except (KilledWorker, CommClosedError, TimeoutError) as error:
        raise EngineError(
            f"Dask's workers went away before the work was done ({error}). "
            "What was there before is untouched: try again."
        ) from None
    return answers


def _swapped(work: Callable[[str, str], bytes], text: str, common: str) -> bytes:
    return work(common, text)
