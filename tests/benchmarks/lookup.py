"""`/segment <id>` from the signed request to the rendered answer, against an empty listener."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient

from bot.app import identity
from bot.blocks.card import customer_card
from bot.desk import Desk
from bot.http import is_signed
from bot.local_workspace import LocalWorkspace
from bot.manifest import manifest
from bot.run import made_bot
from bot.settings import Settings
from segmentation.answers import answers_for, past_of
from tests.benchmarks.goals import LOOKUP, LOOKUP_GROWTH, Goal
from tests.benchmarks.lookup_store import (
    MEMBERS,
    SECRET,
    connected,
    filled,
    signed_requests,
    some_ids,
)
from tests.benchmarks.measuring import Comparison, Cost, medians

SIZES = (10_000, 1_000_000)
LARGE = (10_000, 1_000_000, 10_000_000)
LOOKUPS = 300


def compared(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """Answers from stores of these sizes, by CPU; then the largest's cost over the smallest's."""
    by_size: list[list[Comparison]] = []
    with (workspace := LocalWorkspace(manifest(), members=MEMBERS)).running():
        for customers in sizes:
            with TemporaryDirectory() as folder:
                settings = filled(Path(folder), customers) | connected(workspace)
                by_size.append(_compared(Settings.model_validate(settings), customers))
    least, most = by_size[0][0], by_size[-1][0]
    assert least.ratio is not None
    assert most.ratio is not None
    # By their ratios to the empty listener, which tell the machine's moods from the store's size.
    growth = most.ratio / least.ratio
    return [
        *(row for found in by_size for row in found),
        Comparison(most.what, most.figure, least.what, least.figure, growth, LOOKUP_GROWTH),
    ]


def _compared(settings: Settings, customers: int) -> list[Comparison]:
    bot = made_bot(settings)
    ids = some_ids(customers, LOOKUPS)
    asked = signed_requests(ids)
    empty = _empty_app(
        WebClient(settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    )
    assert "How sure?" in _answered(bot.app, *asked[0])

    def answers() -> None:
        for body, headers in asked:
            _answered(bot.app, body, headers)

    def nothing() -> None:
        for body, headers in asked:
            _answered(empty, body, headers)

    parts = (
        (f"answer /segment <id>, {customers:,} customers", answers),
        ("of which look-up, explanation and card", partial(_cards, bot.desk, ids)),
        ("of which audit trail and recent look-ups", partial(_records, bot.desk, ids)),
    )
    whole, *of_it = [(what, *medians(part, nothing)) for what, part in parts]
    cost = Cost("a look-up", customers, whole[1] / LOOKUPS)
    rows = [_row(*whole, LOOKUP, (cost,)), *(_row(*part) for part in of_it)]
    bot.desk.errands.close()
    bot.desk.lists.close()
    bot.desk.store.engine.dispose()
    return rows


def _row(
    what: str, ours: float, theirs: float, goal: Goal | None = None, costs: tuple[Cost, ...] = ()
) -> Comparison:
    each, other = (f"{taken / LOOKUPS * 1e6:.0f} CPU µs" for taken in (ours, theirs))
    return Comparison(what, each, "an empty Bolt listener", other, ours / theirs, goal, costs)


def _answered(app: App, body: bytes, headers: dict[str, str]) -> str:
    signed = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
    assert is_signed(SECRET, *signed, body, time.time())
    answer = app.dispatch(BoltRequest(body=body.decode(), query={}, headers=dict(headers)))
    assert answer.status == 200
    return answer.body


def _empty_app(client: WebClient) -> App:
    """As little as Bolt can do: one listener, which acknowledges."""
    who = identity(client)
    app = App(
        client=client,
        authorize=lambda: who,
        process_before_response=True,
        request_verification_enabled=False,
    )

    @app.command("/segment")
    def nothing(ack: Ack) -> None:
        ack()

    return app


def _cards(desk: Desk, ids: Sequence[str]) -> None:
    for customer in ids:
        found = answers_for(desk.store, desk.playbook, [customer])
        assert found is not None
        customer_card(found.answers[customer], past_of(desk.store, desk.playbook, customer), "")


def _records(desk: Desk, ids: Sequence[str]) -> None:
    for customer in ids:
        beside = desk.recent.adding(MEMBERS[0].id, customer)
        desk.audit.record(MEMBERS[0].id, "C01SEGMENTS", "look up", [(customer, "shown")], beside)
