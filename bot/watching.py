"""Tells watchers, in a direct message, when a customer of theirs changes segment."""

import logging
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.watching import moved_message
from bot.desk import Desk
from bot.watches import Watch
from segmentation.answers import Answers, answers_for

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchDelivery:
    """Tells watchers what became of their customers, once a snapshot."""

    desk: Desk
    client: WebClient

    def __call__(self) -> None:
        """Tell everyone whose customer changed segment in the newest snapshot.

        What a member is told is noted first: a crash in between costs a message, never doubles one.
        """
        newest = self.desk.store.newest()
        if newest is None:
            return
        watches = self.desk.watches.before(newest.as_of)
        found = answers_for(
            self.desk.store, self.desk.playbook, sorted({watch.customer for watch in watches})
        )
        for watch in watches if found is not None else ():
            assert found is not None
            self._tell(watch, found)

    def _tell(self, watch: Watch, found: Answers) -> None:
        snapshot, answer = found.snapshot, found.answers.get(watch.customer)
        segment = watch.segment if answer is None else answer.explanation.assignment.segment
        if not self.desk.watches.tell(watch, segment, snapshot.model, snapshot.as_of):
            return
        if segment == watch.segment:
            return
        assert answer is not None
        before = self.desk.store.model(watch.model)
        message = moved_message(
            answer,
            self.desk.playbook.play(before.segment(watch.segment)),
            watch.as_of,
            retrained=watch.model != snapshot.model,
            label=self.desk.label,
        )
        try:
            self.client.chat_postMessage(channel=watch.member, **message.payload())
        except (SlackApiError, OSError):
            _log.exception("A watcher could not be told")
