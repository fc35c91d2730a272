"""What every listener answers from: store, model, playbook and clock, in one record."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.access import Access
from bot.audit import AuditTrail
from bot.blocks.times import told_in_both
from bot.errands import Errands
from bot.feedback import Feedback
from bot.ledger import Ledger
from bot.link_pattern import LinkPattern
from bot.lists import Lists
from bot.once import EventsTaken
from bot.recent import RecentLookUps
from bot.schedule import WeeklySlot
from bot.subscriptions import Subscriptions
from bot.watches import Watches
from segmentation.answers import Overview, overview
from segmentation.errors import ModelError
from segmentation.model import MODEL_FILE, SegmentModel, load_model
from segmentation.playbook import Playbook
from segmentation.store import Store

_A_DAY: Final = timedelta(days=1)  # no zone is farther from UTC
_log = logging.getLogger(__name__)


class ModelShelf:
    """The model in the model folder: taken up anew when the file changes, kept when that fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._model = load_model(folder)

    def current(self) -> SegmentModel:
        """The newest model that could be read; a bad one is refused with a line in the log."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._model = load_model(self._folder)
                    _log.info("Took up model %s", self._model.fingerprint[:12])
                except ModelError as error:
                    _log.warning("Kept model %s: %s", self._model.fingerprint[:12], error)
            return self._model

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / MODEL_FILE).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


@dataclass(frozen=True, slots=True)
class Desk:
    """What listeners need; `label` is the line under every answer, `now` the clock.

    `slot` is the settings' day, time and zone, whether a channel goes with it or not; `links` is
    how links name customers, None where links are left alone.
    """

    store: Store
    shelf: ModelShelf
    playbook: Playbook
    audit: AuditTrail
    access: Access
    watches: Watches
    feedback: Feedback
    events: EventsTaken
    recent: RecentLookUps
    subscriptions: Subscriptions
    ledger: Ledger
    links: LinkPattern | None
    slot: WeeklySlot
    label: str
    now: Callable[[], datetime]
    errands: Errands
    lists: Lists

    def book(self) -> Overview | None:
        """The whole portfolio at the newest snapshot."""
        return overview(self.store, self.playbook)

    def forget_old(self) -> None:
        """Forget what only keeps Slack's repetitions from being answered twice, once it is old."""
        self.events.forget_old()
        self.lists.forget_old()

    def today(self) -> date:
        """Today in the digest's time zone."""
        return self.now().astimezone(self.slot.zone).date()

    def told(self) -> dict[str, date]:
        """The date of each channel's newest digest; a channel gets one a date, whatever its slot.

        What a clock that ran ahead left behind does not count.
        """
        return self.ledger.newest((self.now() + _A_DAY).date())

    def next_post(self, member: str) -> str:
        """When the next digest that a member may know of is due, in their time and its own zone."""
        subscriptions = self.subscriptions.seen_by(member)
        if not subscriptions:
            return "No channel gets the digest yet; `/segment subscribe` changes that"
        now, told = self.now(), self.told()
        due, zone = min(
            (
                (one.slot.next_after(now, told.get(one.channel)), one.slot.zone)
                for one in subscriptions
            ),
            key=lambda next_: next_[0],
        )
        return f"Next digest: {told_in_both(due, zone)}"
