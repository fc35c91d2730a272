"""The digest's delivery: due by the slot, claimed in the ledger, posted with its chart."""

import logging
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.blocks.digest import digest_message
from bot.desk import Desk
from bot.ledger import Ledger
from bot.sender import RefusedError, UnconfirmedError, post_with_picture
from segmentation.charts import sizes_chart

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DigestDelivery:
    """Posts the digest to its channel, once a period, whoever asks and however often."""

    desk: Desk
    ledger: Ledger
    client: WebClient
    channel: str

    def __call__(self) -> None:
        """Post the digest of the current period unless that was done.

        Message and picture are made before the claim, so that what fails there loses no digest.
        """
        now = self.desk.now()
        period = self.desk.slot.latest_until(now)
        if not self.ledger.is_due(self.channel, period, now):
            return
        book = self.desk.book()
        if book is None:
            _log.info("The digest for the week of %s waits for a first snapshot", period)
            return
        message = digest_message(book, self.desk.today(), self.desk.label)
        picture = sizes_chart(book)
        if not self.ledger.claim(self.channel, period, now):
            return
        try:
            post_with_picture(self.client, self.channel, message, picture)
        except RefusedError as error:
            retry_at = self.ledger.failed(self.channel, period, self.desk.now())
            _log.error(
                "Slack refused the digest for the week of %s (%s); next try at %s",
                period, error, retry_at.isoformat(timespec="minutes"),
            )  # fmt: skip
        except UnconfirmedError:
            _log.exception("It is not known whether the digest for the week of %s arrived", period)
        else:
            self.ledger.posted(self.channel, period, self.desk.now())
            _log.info("Posted the digest for the week of %s", period)

    def warn_of_unconfirmed(self) -> None:
        """Say in the log which digest was claimed and never confirmed; it is not repeated."""
        period = self.desk.slot.latest_until(self.desk.now())
        delivery = self.ledger.delivery(self.channel, period)
        if delivery is not None and delivery.state == "claimed":
            _log.warning(
                "The digest for the week of %s was begun but not confirmed; look into %s whether "
                "it is there. It is not posted again.",
                period, self.channel,
            )  # fmt: skip
