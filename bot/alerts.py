"""Alerts: what stands out in a new snapshot, told once in each channel that wants to hear of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from slack_sdk import WebClient

from bot.blocks.alerts import alert_message
from bot.blocks.delivery_news import refused_message, unclear_alert_message
from bot.channels import check_inside
from bot.desk import Desk
from bot.lease import Lease
from bot.ledger import Ledger
from bot.owners import tell_owner
from bot.sender import Letter, RefusedError, UnconfirmedError, post
from bot.subscriptions import Part, Subscription
from segmentation.answers import Overview
from segmentation.snapshot_alarms import Alarm, AlarmKind, Thresholds, alarms

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What stands out, and how long after an alert no other of its kind is posted."""

    thresholds: Thresholds
    cool_down: timedelta


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """Posts what stands out, once a channel, snapshot and kind, whoever asks and however often."""

    desk: Desk
    client: WebClient
    lease: Lease
    rules: AlertRules

    def __call__(self) -> None:
        """Post the alerts of the newest snapshot that are due."""
        newest, now = self.desk.store.newest(), self.desk.now()
        self._settle_begun(now)
        wanting = [
            one
            for one in self.desk.subscriptions.all()
            if Part.ALERTS in one.parts
            and newest is not None
            and (one.seen is None or one.seen < newest.as_of)
        ]
        if not wanting:
            return
        book = self.desk.book()
        assert book is not None
        found = alarms(book, self.rules.thresholds)
        due = [(one, told) for one in wanting if (told := self._due(one, found, book, now))]
        if not due:
            return
        with self.lease.held(now) as mine:
            for one, told in due if mine else ():
                self._alert(one, book, told, now)

    def _settle_begun(self, now: datetime) -> None:
        """What was begun so long ago that nobody is at it may stand in the channel, or not."""
        by_channel = {one.channel: one for one in self.desk.subscriptions.all()}
        left: dict[tuple[str, date], list[AlarmKind]] = {}
        for kind in AlarmKind:
            for delivery in self._ledger(kind).open(now):
                if delivery.state == "claimed" and delivery.channel in by_channel:
                    left.setdefault((delivery.channel, delivery.period), []).append(kind)
        for (channel, as_of), kinds in left.items():
            self._note_unclear(by_channel[channel], kinds, as_of, now)

    def _note_unclear(
        self, one: Subscription, kinds: Sequence[AlarmKind], as_of: date, now: datetime
    ) -> None:
        """Note it of each kind, and tell the owner of all in one."""
        noted = [self._ledger(kind).unclear(one.channel, as_of, now) for kind in kinds]
        if any(noted):
            _log.warning("An alert for %s was begun but not confirmed", one.channel)
            tell_owner(self.desk, self.client, one, unclear_alert_message(one, as_of))

    def _due(
        self, one: Subscription, found: list[Alarm], book: Overview, now: datetime
    ) -> list[Alarm]:
        """What a channel has not been told, and is not to be spared for a while."""
        return [
            alarm
            for alarm in found
            if (ledger := self._ledger(alarm.kind)).is_due(one.channel, book.snapshot.as_of, now)
            and not self._cools_down(ledger, one.channel, now)
        ]

    def _alert(self, one: Subscription, book: Overview, due: list[Alarm], now: datetime) -> None:
        """Claim each kind by itself, and post those that are the caller's in one message."""
        as_of = book.snapshot.as_of
        ledgers = {alarm.kind: self._ledger(alarm.kind) for alarm in due}
        mine = [alarm for alarm in due if ledgers[alarm.kind].claim(one.channel, as_of, now)]
        if not mine:
            return
        message = alert_message(mine, book, self.desk.label)
        try:
            check_inside(self.client, one.channel)
            post(self.client, one.channel, Letter(message))
        except RefusedError as error:
            failed = [
                ledgers[alarm.kind].failed(one.channel, as_of, now, error.reason) for alarm in mine
            ]
            _log.error("Slack refused an alert for %s (%s)", one.channel, error)
            if failed[0].attempts == 1:
                news = refused_message(one, error.reason, failed[0].retry_at, what="alert")
                tell_owner(self.desk, self.client, one, news)
        except UnconfirmedError:
            _log.exception("It is not known whether an alert arrived in %s", one.channel)
            self._note_unclear(one, list(ledgers), as_of, now)
        else:
            for alarm in mine:
                ledgers[alarm.kind].posted(one.channel, as_of, now, as_of)
            _log.info("Posted an alert in %s", one.channel)

    def _cools_down(self, ledger: Ledger, channel: str, now: datetime) -> bool:
        last = ledger.last(channel, "posted")
        return last is not None and now - last.changed_at < self.rules.cool_down

    def _ledger(self, kind: AlarmKind) -> Ledger:
        return self.desk.ledger.of(f"alert {kind}")
