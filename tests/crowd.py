"""A crowd at work: members who look customers up, fill in forms and have a list scored at once.

Whoever measures or tests it starts the bot; every request is accounted for by what its member saw.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bot.blocks.form import INPUT
from bot.local_workspace import Channel, Driver, LocalWorkspace, Member

CROWD: Final = 50
MEMBERS: Final = tuple(Member(f"U{n:03d}CROWD", f"Member {n}") for n in range(CROWD))
CHANNELS: Final = tuple(Channel(f"C{n:03d}DESK", f"desk-{n}") for n in range(CROWD))
_PATIENCE: Final = 30.0  # seconds until an answer that did not come counts as lost
_FIGURES: Final = {
    "PURCHASES": "500", "PURCHASES_FREQUENCY": "0.3", "PURCHASES_TRX": "8",
    "CASH_ADVANCE": "4500", "CASH_ADVANCE_TRX": "14", "BALANCE": "4600",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that a member asked: how long it took in seconds, and how often it was answered.

    `acknowledged` is in seconds too, None where that never came.
    """

    kind: str
    seconds: float
    acknowledged: float | None
    answers: int


def visits(
    workspace: LocalWorkspace, customers: Sequence[str], each: int, pause: float
) -> list[Visit]:
    """What came of `each` requests of every member, with `pause` seconds between them on average.

    The pauses are exponential, so that requests come together by chance, as people's do.
    """
    found: list[Visit] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        rng = np.random.default_rng(number)
        desk = _AtADesk(workspace.member(f"Member {number}"), f"desk-{number}", customers, rng)
        for kind in rng.choice(list(_KINDS), each, p=[_KINDS[name][1] for name in _KINDS]):
            time.sleep(rng.exponential(pause))
            visit = _KINDS[kind][0](desk)
            with lock:
                found.append(visit)

    members = [threading.Thread(target=work, args=(number,)) for number in range(CROWD)]
    for member in members:
        member.start()
    for member in members:
        member.join()
    return found


class _AtADesk:
    """One member in a channel where nobody else is, so that every answer there is theirs."""

    def __init__(
        self, member: Driver, channel: str, customers: Sequence[str], rng: np.random.Generator
    ) -> None:
        self._member = member
        self._channel = channel
        self._customers = customers
        self._rng = rng

    def looks_up(self) -> Visit:
        (customer,) = self._some(1)
        return self._typed("look up", f"/segment {customer}", self._channel, customer)

    def looks_several_up(self) -> Visit:
        some = self._some(4)
        return self._typed("several", f"/segment {' '.join(some)}", self._channel, some[0])

    def writes_directly(self) -> Visit:
        (customer,) = self._some(1)
        return self._typed("direct message", customer, "app", f"Customer {customer}")

    def fills_in_the_form(self) -> Visit:
        began = time.perf_counter()
        opened = self._member.types("/segment", channel=self._channel)
        errors = self._member.submits({name: {INPUT: value} for name, value in _FIGURES.items()})
        shown = self._member.wait_for_modal(containing="Suggested action", seconds=_PATIENCE)
        seconds = time.perf_counter() - began
        self._member.closes_modal(everything=True)
        return Visit("form", seconds, opened.acknowledged_after, int(bool(shown and not errors)))

    def _typed(self, kind: str, text: str, channel: str, containing: str) -> Visit:
        before = self._answers(channel, containing)
        newest = max((seen["ts"] for seen in self._member.sees(channel)), default="")
        began = time.perf_counter()
        delivery = self._member.types(text, channel=channel)
        assert delivery.error is None, delivery
        self._member.wait_for_message(channel, containing, _PATIENCE, after=newest)
        seconds = time.perf_counter() - began
        answers = self._answers(channel, containing) - before
        return Visit(kind, seconds, delivery.acknowledged_after, answers)

    def _answers(self, channel: str, containing: str) -> int:
        said: list[dict[str, Any]] = self._member.sees(channel)
        return sum(1 for each in said if each["bot"] and containing in str(each))

    def _some(self, customers: int) -> list[str]:
        return [str(each) for each in self._rng.choice(self._customers, customers, replace=False)]


_KINDS: Final[dict[str, tuple[Callable[[_AtADesk], Visit], float]]] = {
    "look up": (_AtADesk.looks_up, 0.6),
    "several": (_AtADesk.looks_several_up, 0.1),
    "direct message": (_AtADesk.writes_directly, 0.1),
    "form": (_AtADesk.fills_in_the_form, 0.2),
}
