"""`/segment`: every sub-command, look-ups, and what happens when things go wrong."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.blocks.card import customer_card
from bot.commands import SUB_COMMANDS, USAGES
from bot.desk import Desk
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.answers import answers_for
from segmentation.assignment import Band
from segmentation.explanation import sureness
from segmentation.features import INDEX
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import WICKED, bare_desk, connected


def answer(member: Driver, command: str, channel: str = "segments") -> str:
    """What the member reads after typing a command."""
    before = len(member.sees(channel))
    delivery = member.types(command, channel=channel)
    assert delivery.error is None
    seen = member.sees(channel)[before:]
    assert all(message["ephemeral"] for message in seen if message["bot"])
    return "\n".join(message["text"] for message in seen if message["bot"])


def test_a_card_tells_segment_action_certainty_and_reasons(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[40])
    found = answers_for(desk.store, desk.playbook, [customer])
    assert found is not None
    expected = found.answers[customer]
    card = answer(ada, f"/segment {customer}")
    assert customer in card
    for told in (
        expected.play.name,
        expected.play.summary,
        expected.play.owner,
        expected.play.action,
        sureness(expected.explanation.assignment).capitalize(),
        f"Next nearest: {expected.runner_up.short}",
        expected.explanation.supporting(1)[0].told(expected.runner_up.short),
        expected.explanation.opposing(1)[0].told(expected.runner_up.short),
        "since 9 Nov 2026",
        "Snapshot of 16 Nov 2026",
        "Made-up customers",
    ):
        assert told in card


def test_an_answer_is_for_the_eyes_of_who_asked(
    ada: Driver, ben: Driver, portfolio: Portfolio
) -> None:
    before = len(ben.sees("segments"))
    answer(ada, f"/segment {portfolio.ids[0]}")
    assert len(ben.sees("segments")) == before


def test_the_bot_answers_where_it_is_no_member(ada: Driver, portfolio: Portfolio) -> None:
    card = answer(ada, f"/segment {portfolio.ids[0]}", channel="credit-risk")
    assert "Cash Advance Heavy" in card


def test_a_borderline_customer_is_told_to_be_one(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    scored = desk.shelf.current().assign(portfolio.values)
    row = next(row for row in range(100, 1_900) if scored[row].band is Band.LOW)
    card = answer(ada, f"/segment {portfolio.ids[row]}")
    assert "Treat this customer as either" in card


def test_an_imputed_blank_is_named(ada: Driver, portfolio: Portfolio) -> None:
    row = 100 + int(np.isnan(portfolio.values[100:, INDEX["MINIMUM_PAYMENTS"]]).argmax())
    told = answer(ada, f"/segment {portfolio.ids[row]}")
    assert "*Blank, so the median in training was taken*\n• Minimum payments" in told


def test_an_unknown_customer_gets_a_way_on(ada: Driver) -> None:
    told = answer(ada, "/segment C99999")
    assert "has no customer *C99999*" in told
    assert "/segment form" in told


def test_several_customers_come_at_a_glance_with_the_unknown_named(
    ada: Driver, portfolio: Portfolio
) -> None:
    told = answer(ada, f"/segment {portfolio.ids[0]}, {portfolio.ids[1]} C99999")
    assert "Customer · Segment · How sure · Next nearest" in told
    assert f"{portfolio.ids[0]} · Cash Advance Heavy, Risk-Prone" in told
    assert str(portfolio.ids[1]) in told
    assert "C99999 · not in the snapshot" in told


def test_ten_customers_fit_in_one_answer(ada: Driver, portfolio: Portfolio) -> None:
    ten = answer(ada, f"/segment {' '.join(portfolio.ids[:10])}")
    assert all(str(customer) in ten for customer in portfolio.ids[:10])


@pytest.mark.parametrize(
    "typed",
    ["what is this", "sizes please", "<!channel>", "<!here> C10001", "x" * 101, "help me now"],
)
def test_anything_else_gets_the_usage_line(ada: Driver, typed: str) -> None:
    told = answer(ada, f"/segment {typed}")
    assert told.startswith("I did not understand “")
    assert "Usage: `/segment &lt;customer id&gt;" in told


def test_help_names_everything_that_can_be_typed(ada: Driver) -> None:
    told = answer(ada, "/segment help")
    for usage in USAGES:
        assert usage.what in told
    assert {usage.words.split(" ")[0] for usage in USAGES} >= set(SUB_COMMANDS)


def test_sizes_tells_every_segment_and_what_moved(ada: Driver) -> None:
    told = answer(ada, "/segment SIZES")
    for name in ("Low Activity", "High-Spending", "Cash Advance Heavy", "Installment-Focused"):
        assert name in told
    assert "changed segment* since 9 Nov 2026" in told
    assert "→ Cash Advance Heavy" in told
    assert "Cash Advance Heavy grew most (+" in told
    assert "1 customers are new and 1 are gone" in told


def test_a_digest_preview_is_for_the_one_who_asked(ada: Driver, ben: Driver) -> None:
    before = len(ben.sees("segments"))
    told = answer(ada, "/segment digest")
    assert "Preview without chart and thread. Next digest:" in told
    assert "Mon 23 Nov 2026 09:00 Europe/Berlin" in told
    assert len(ben.sees("segments")) == before


def test_a_wicked_customer_id_pings_nobody(ada: Driver, desk: Desk) -> None:
    """The workspace lists every mass mention among its problems, which fails this test."""
    found = answers_for(desk.store, desk.playbook, [WICKED])
    assert found is not None
    card = customer_card(found.answers[WICKED], (), "label")
    assert "&lt;!channel&gt;" in card.text
    assert "<!" not in card.text
    assert "I did not understand" in answer(ada, f"/segment {WICKED}")
    assert "&lt;!channel&gt;" in answer(ada, f'/segment "{WICKED}"')


def test_ten_lookups_at_once_are_all_acknowledged_and_answered(
    ada: Driver, portfolio: Portfolio
) -> None:
    ids = [str(customer) for customer in portfolio.ids[50:60]]
    before = len(ada.sees("segments"))
    with ThreadPoolExecutor(10) as pool:
        deliveries = list(
            pool.map(lambda one: ada.types(f"/segment {one}", channel="segments"), ids)
        )
    assert all(delivery.error is None for delivery in deliveries)
    assert all((delivery.acknowledged_after or 9) < 3 for delivery in deliveries)
    cards = [message["text"] for message in ada.sees("segments")[before:] if message["bot"]]
    assert len(cards) == 10
    assert all(any(one in card for card in cards) for one in ids)


def test_an_id_in_quotation_marks_may_hold_blanks_or_mean_something_else(ada: Driver) -> None:
    assert "has no customer *help*" in answer(ada, '/segment "help"')
    assert "has no customer *A 1*" in answer(ada, "/segment “A 1”")


def test_every_lookup_is_accounted_for_without_naming_the_customer(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    before = len(desk.audit.records())
    customer = str(portfolio.ids[3])
    answer(ada, f"/segment {customer} C99999", channel="credit-risk")
    answer(ada, "/segment sizes")
    found, unknown, sizes = desk.audit.records()[before:]
    assert (found.member, found.channel) == ("U01ADA", "C02RISK")
    assert (found.action, found.result) == ("look up", "shown")
    assert found.customer == desk.audit.pseudonym(customer)
    assert customer not in str(found)
    assert unknown.result == "unknown"
    assert (sizes.action, sizes.customer) == ("sizes", "")


def test_before_the_first_snapshot_members_are_told_what_is_missing(
    tmp_path: Path, workspace: LocalWorkspace, trained: TrainedModel, playbook: Playbook
) -> None:
    with connected(workspace, bare_desk(tmp_path, trained, playbook)):
        ada = workspace.member("Ada Okafor")
        for command in ("/segment C10001", "/segment sizes", "/segment digest"):
            assert "No portfolio has been scored yet" in answer(ada, command)
        home = ada.opens_home()
    assert "No portfolio has been scored yet" in str(home)
