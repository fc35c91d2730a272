"""Tells watchers, in a direct message, when a customer of theirs changes segment."""

import logging
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.blocks.parts import Message
from bot.blocks.watching import moved_message
from bot.desk import Desk
from bot.directory import UnknowableError
from bot.policy import Action
from bot.sender import Letter, RefusedError, UnconfirmedError, post
from bot.watches import Watch
from segmentation.answers import Answer, Answers, answers_for
from segmentation.store import Origin

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
            if not self._tell(watch, found):
                return  # the others at the next look

    def _tell(self, watch: Watch, found: Answers) -> bool:
        """Tell a watcher what there is to tell; False where Slack wants no more for now."""
        snapshot, answer = found.snapshot, found.answers.get(watch.customer)
        segment = watch.segment if answer is None else answer.explanation.assignment.segment
        try:
            moved = segment != watch.segment and self._may_be_told(watch)
        except UnknowableError:
            return True
        if not self.desk.watches.tell(watch, segment, snapshot.model, snapshot.as_of) or not moved:
            return True
        assert answer is not None
        self.desk.audit.record(watch.member, "", "watch", [(watch.customer, "told")])
        try:
            post(self.client, watch.member, Letter(self._message(watch, answer, snapshot)))
        except RefusedError as error:
            _log.warning("A watcher could not be told (%s)", error.reason)
            if error.reason == "ratelimited":
                self.desk.watches.put_back(watch, snapshot.as_of)
                return False
        except UnconfirmedError:
            _log.exception("It is not known whether a watcher was told")
        return True

    def _may_be_told(self, watch: Watch) -> bool:
        """Rights may have changed since the member asked; a refusal is recorded."""
        allowed = self.desk.access.allows(self.client, watch.member, Action.WATCH, Action.LOOK_UP)
        if not allowed:
            self.desk.audit.record(watch.member, "", "watch", [(watch.customer, "denied")])
        return allowed

    def _message(self, watch: Watch, answer: Answer, snapshot: Origin) -> Message:
        before = self.desk.store.model(watch.model)
        return moved_message(
            answer,
            self.desk.playbook.play(before.segment(watch.segment)),
            watch.as_of,
            retrained=watch.model != snapshot.model,
            label=self.desk.label,
        )
