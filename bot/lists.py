"""Lists on their way: fetched, scored in a process apart, and sent back to who asked."""

import csv
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.audit import AuditTrail
from bot.blocks.lists import (
    done_message,
    progress_message,
    scored_message,
    stopped_message,
    unclear_message,
    waiting_message,
)
from bot.blocks.parts import Message
from bot.downloads import fetch
from bot.errands import tell
from bot.list_jobs import ListJobs, LostJob
from bot.list_worker import CHART, SCORED, StoppedError, Worker
from bot.parcels import Attachment
from bot.sender import UnconfirmedError, patiently, send_files
from bot.sign_of_life import SignOfLife
from bot.trouble import told
from segmentation.errors import SegbotError
from segmentation.list_summary import ListSummary
from segmentation.model import MODEL_FILE
from segmentation.safe_csv import as_it_was

_AT_ONCE: Final = 2
_UPDATE_EVERY: Final = 2.0  # seconds between two words about progress
_ALIVE_EVERY: Final = 20.0  # seconds between two signs of life
_INTERRUPTED: Final = "Segbot was stopped before this list was scored. Please send it again."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A list to be scored: the file, whose wish it is, and where it was wished for.

    `origin` is the same when Slack repeats itself. The answer goes to the direct messages of the
    member, into `thread_ts` there, or a thread of its own. `model` is the text of the model.
    """

    origin: str
    file_id: str
    name: str
    member: str
    channel: str
    thread_ts: str | None
    model: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a member waits: a direct message's thread, and the message there that is updated."""

    channel: str
    thread: str
    ts: str


class Lists:
    """Scores lists, so many at once; the others wait and are told so.

    `update_every` is how many seconds pass between two words about progress, `alive_every` between
    two signs of life, which keep the other processes from taking a list for lost.
    """

    def __init__(
        self,
        jobs: ListJobs,
        audit: AuditTrail,
        worker: Worker,
        now: Callable[[], datetime],
        label: str,
        largest_mb: int,
        update_every: float = _UPDATE_EVERY,
        alive_every: float = _ALIVE_EVERY,
    ) -> None:
        self._jobs = jobs
        self._audit = audit
        self._worker = worker
        self._now = now
        self._label = label
        self._largest_mb = largest_mb
        self._update_every = update_every
        # One after the other, so that a message's lists are begun in its order.
        self._front = ThreadPoolExecutor(1, thread_name_prefix="list-taken")
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="list")
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._alive = SignOfLife(lambda: jobs.alive(now()), alive_every)

    def take(self, client: WebClient, order: Order) -> bool:
        """Take an order, which the member's direct messages then say; False for one taken before.

        Nothing is asked of Slack here, so that many can be taken before Slack is kept waiting.
        Raises SegbotError while the bot is stopping.
        """
        with self._lock:
            if self._stop.is_set():
                raise SegbotError(_INTERRUPTED)
            job = self._jobs.add(order.origin, order.member, order.name, self._now())
            if job is None:
                return False
            before = max(self._alive.begin() - _AT_ONCE + 1, 0)
            self._front.submit(self._begin, client, order, job, before)
        return True

    def close(self) -> None:
        """Stop scoring, and tell whoever waits."""
        with self._lock:
            self._stop.set()
        self._front.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def tell_lost(self, client_of: Callable[[str], WebClient | None]) -> None:
        """Tell those whose list was being scored when its process died, and remove what it left.

        `client_of` is the client for a member, None where the member's workspace is gone.
        """
        for job in self._jobs.lost(self._now()):
            _remove_left(job)
            self._audit.record(job.member, "", "upload", [("", "interrupted")])
            client = client_of(job.member)
            if client is not None:
                where = job.channel or job.member
                tell(client, where, f"{job.name}: {_INTERRUPTED}", job.thread or None)

    def forget_old(self) -> None:
        """Forget the lists that were dealt with long ago."""
        self._jobs.forget_old(self._now())

    def _end(self, job: int, state: str) -> None:
        try:
            self._jobs.close(job, state)
        finally:
            self._alive.end()

    def _begin(self, client: WebClient, order: Order, job: int, before: int) -> None:
        """Say that an order was taken, and have it done; where that fails, it is told."""
        try:
            self._audit.record(order.member, order.channel, "upload", [("", "begun")])
            place = _begun(client, order, waiting_message(order.name, before))
            self._jobs.waits_in(job, place.channel, place.thread)
            self._pool.submit(self._work, client, order, job, place)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member waits for an answer
            self._end(job, "failed")
            where = order.channel if order.thread_ts else order.member
            tell(client, where, f"{order.name}: {told(error)}", order.thread_ts)
            self._audit.record(order.member, order.channel, "upload", [("", "failed")])

    def _work(self, client: WebClient, order: Order, job: int, place: _Place) -> None:
        state = "failed"
        try:
            with TemporaryDirectory(prefix=_prefix(self._jobs.runner, job)) as folder:
                self._score(client, order, place, Path(folder))
            state = "done"
        except StoppedError:
            state = "interrupted"
            self._tell_end(client, order, place, _INTERRUPTED, state)
        except UnconfirmedError as error:
            state = "unclear"
            self._tell_end(client, order, place, told(error), state)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member waits for an answer
            self._tell_end(client, order, place, told(error), state)
        finally:
            self._end(job, state)

    def _score(self, client: WebClient, order: Order, place: _Place, folder: Path) -> None:
        if self._stop.is_set():
            raise StoppedError
        file = folder / f"list{Path(order.name).suffix.lower()}"
        (folder / MODEL_FILE).write_text(order.model, encoding="utf-8")
        fetch(client, order.file_id, file, self._largest_mb)
        progress = self._progress(client, order, place)
        summary = self._worker.score(folder, file, order.name, progress, self._stop)
        self._account_for(order, summary, folder / SCORED)
        stem = Path(order.name).stem
        attachments = [
            Attachment(f"{stem}-segments.csv", f"{stem}-segments.csv", folder / SCORED),
            Attachment("segments.png", "Customers by segment", folder / CHART, summary.chart_told),
        ]
        message = scored_message(summary, order.name, self._label)
        send_files(client, place.channel, message, attachments, place.thread)
        _update(client, place, done_message(summary, order.name))

    def _progress(
        self, client: WebClient, order: Order, place: _Place
    ) -> Callable[[int, int], None]:
        """Tells the member how far it is, now and then."""
        last = time.monotonic()

        def tell_now_and_then(done: int, expected: int) -> None:
            nonlocal last
            now = time.monotonic()
            if expected and now >= last + self._update_every:
                last = now
                _update(client, place, progress_message(order.name, done, expected))

        return tell_now_and_then

    def _account_for(self, order: Order, summary: ListSummary, scored: Path) -> None:
        """The record of what is about to be sent; ids alone were look-ups, one by one."""
        result = f"{summary.rows} rows, {summary.bad} bad"
        results = [("", result)]
        self._audit.record(order.member, order.channel, "upload", results)
        if summary.as_of is not None:
            with scored.open(encoding="utf-8-sig", newline="") as file:
                looked_up = [
                    (as_it_was(row["CUST_ID"]), "unknown" if row["problem"] else "shown")
                    for row in csv.DictReader(file)
                ]
            self._audit.record(order.member, order.channel, "look up", looked_up)

    def _tell_end(
        self, client: WebClient, order: Order, place: _Place, why: str, state: str
    ) -> None:
        try:
            self._audit.record(order.member, order.channel, "upload", [("", state)])
        finally:
            ended = unclear_message if state == "unclear" else stopped_message
            _update(client, place, ended(order.name))
            tell(client, place.channel, why, place.thread)


def _begun(client: WebClient, order: Order, message: Message) -> _Place:
    """Post the first word about an order; SlackApiError or OSError where that is not possible."""
    where: dict[str, Any] = {
        "channel": order.channel if order.thread_ts else order.member,
        "thread_ts": order.thread_ts,
    }
    posted = patiently(lambda: client.chat_postMessage(**where, **message.payload()))
    return _Place(posted["channel"], order.thread_ts or posted["ts"], posted["ts"])


def _update(client: WebClient, place: _Place, message: Message) -> None:
    """Renew the word about progress; a list does not fail over that."""
    try:
        client.chat_update(channel=place.channel, ts=place.ts, **message.payload())
    except (SlackApiError, OSError, HTTPException) as error:
        _log.warning("A word about progress could not be renewed (%s)", type(error).__name__)


def _prefix(runner: str, job: int) -> str:
    return f"segbot-list-{runner}-{job}-"


def _remove_left(job: LostJob) -> None:
    """Remove the files of a job whose process died on this machine."""
    for folder in Path(gettempdir()).glob(f"{_prefix(job.runner, job.id)}*"):
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
