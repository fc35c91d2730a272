"""The digest's delivery: due by its slots, claimed in the ledger, posted in each channel once."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from slack_sdk import WebClient

from bot.blocks.delivery_news import (
    NO_SNAPSHOT,
    NOT_RUNNING,
    missed_message,
    refused_message,
    unclear_message,
)
from bot.blocks.digest import LastTold
from bot.desk import Desk
from bot.digest_letter import Digest, digest_of, post_in_channel
from bot.lease import Lease
from bot.owners import tell_owner
from bot.sender import RefusedError, UnconfirmedError
from bot.subscriptions import Part, Subscription
from segmentation.answers import Overview
from segmentation.charts import Picture, sizes_chart

_log = logging.getLogger(__name__)
Send = Callable[[WebClient, str, Digest], None]


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that nobody has posted, and where it stands: new, failed before, or left begun."""

    one: Subscription
    period: date
    state: str = "new"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DigestDelivery:
    """Posts each subscription's digest, once a period, whoever asks and however often.

    A digest that is later than `catch_up` is noted as missed, and its owner told.
    """

    desk: Desk
    client: WebClient
    lease: Lease
    catch_up: timedelta
    send: Send = post_in_channel

    def __call__(self) -> None:
        """Post what is due, unless another replica is at it."""
        now = self.desk.now()
        due = list(self._due(now))
        if not due:
            return
        with self.lease.held(now) as mine:
            if mine:
                self._settle(due, now)

    def _due(self, now: datetime) -> Iterator[Due]:
        ledger, subscriptions = self.desk.ledger, self.desk.subscriptions.all()
        newest = self.desk.told()
        for one in subscriptions:
            bounds = [one.since] if one.since else []
            if one.channel in newest:
                bounds.append(one.slot.on(newest[one.channel]))
            after = max(bounds, default=now - self.catch_up)
            for period in one.slot.periods(after, now):
                yield Due(one, period)
        by_channel = {one.channel: one for one in subscriptions}
        for left in ledger.open(now):
            if left.channel in by_channel:
                yield Due(by_channel[left.channel], left.period, left.state, left.reason)

    def _settle(self, due: list[Due], now: datetime) -> None:
        for each in due:
            if each.state == "claimed":
                self._note_unclear(each, now)
        late = [each for each in due if each.state != "claimed" and self._is_late(each, now)]
        book = self.desk.book()
        self._note_missed(late, now, NOT_RUNNING if book else NO_SNAPSHOT)
        wanted = [each for each in due if each.state != "claimed" and each not in late]
        if book is None:
            return
        charted = any(Part.CHART in each.one.parts for each in wanted)
        picture = sizes_chart(book) if charted else None
        for each in wanted:
            self._deliver(each, book, picture)

    def _is_late(self, due: Due, now: datetime) -> bool:
        return now - due.one.slot.on(due.period) > self.catch_up

    def _note_missed(self, late: list[Due], now: datetime, otherwise: str) -> None:
        for _, group in groupby(late, key=lambda due: due.one.channel):
            noted = [
                due
                for due in group
                if self.desk.ledger.missed(due.one.channel, due.period, now, otherwise)
            ]
            if noted:
                reason = noted[-1].reason or otherwise
                periods = [due.period for due in noted]
                news = missed_message(noted[0].one, periods, reason)
                tell_owner(self.desk, self.client, noted[0].one, news)

    def _note_unclear(self, due: Due, now: datetime) -> None:
        if self.desk.ledger.unclear(due.one.channel, due.period, now):
            _log.warning("The digest of %s was begun but not confirmed", due.period)
            news = unclear_message(due.one, due.period)
            tell_owner(self.desk, self.client, due.one, news)

    def _deliver(self, due: Due, book: Overview, picture: Picture | None) -> None:
        """The digest is made before the claim, so that what fails there loses none."""
        one, ledger = due.one, self.desk.ledger
        digest = digest_for(self.desk, one, book, picture)
        if ledger.claim(one.channel, due.period, self.desk.now()):
            deliver_claimed(self.desk, self.client, one, due.period, digest, self.send)


def digest_for(
    desk: Desk, one: Subscription, book: Overview, picture: Picture | None = None
) -> Digest:
    """A subscription's digest as of now."""
    today = desk.now().astimezone(one.slot.zone).date()
    before = desk.ledger.last(one.channel, "posted")
    last = LastTold(before.period, before.as_of) if before and before.as_of else None
    return digest_of(book, one.parts, today, desk.label, last, picture)


def deliver_claimed(
    desk: Desk,
    client: WebClient,
    one: Subscription,
    period: date,
    digest: Digest,
    send: Send = post_in_channel,
) -> str:
    """Post a digest that was claimed and note what came of it; the ledger's word for that."""
    ledger = desk.ledger
    try:
        send(client, one.channel, digest)
    except RefusedError as error:
        failed = ledger.failed(one.channel, period, desk.now(), error.reason)
        _log.error("Slack refused the digest of %s (%s)", period, error)
        if failed.attempts == 1:
            news = refused_message(one, error.reason, failed.retry_at)
            tell_owner(desk, client, one, news)
        return "failed"
    except UnconfirmedError:
        _log.exception("It is not known whether the digest of %s arrived", period)
        if ledger.unclear(one.channel, period, desk.now()):
            tell_owner(desk, client, one, unclear_message(one, period))
        return "unclear"
    ledger.posted(one.channel, period, desk.now(), digest.as_of)
    _log.info("Posted the digest of %s in %s", period, one.channel)
    return "posted"
