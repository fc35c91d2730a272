"""Rights that changed: what a member once asked for is not brought, nor shown, when it is no more
allowed; and each thing that tells of a customer needs the right to look customers up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from slack_sdk import WebClient

from bot.blocks import card
from bot.blocks.form import TRY, WIDEN
from bot.blocks.found import several_plainly
from bot.blocks.watching import UNWATCH, watching_message
from bot.desk import Desk
from bot.link_pattern import LinkPattern
from bot.local_workspace import Driver, LocalWorkspace
from bot.manifest import manifest
from bot.policy import NOBODY, Action
from bot.steps import GET_SEGMENT
from bot.watches import MOST
from bot.watching import WatchDelivery
from segmentation.answers import Answers, answers_for
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from tests.bot.conftest import CHANNELS, MEMBERS, OPEN, THIS_WEEK
from tests.bot.test_commands import answer
from tests.conftest import NOON

LINKS = LinkPattern("https://crm.example.com/customers/{id}")


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(links=LINKS), members=MEMBERS, channels=CHANNELS)
    with made.running():
        yield made


@pytest.fixture(scope="module")
def desk(desk: Desk) -> Desk:
    return replace(desk, links=LINKS)


@pytest.fixture(autouse=True)
def rights_are_back(ada: Driver, desk: Desk) -> Iterator[None]:
    yield
    desk.access.policy = OPEN
    if ada.modal is not None:
        ada.closes_modal(everything=True)


def nobody_may(desk: Desk, action: Action) -> None:
    desk.access.policy = replace(OPEN, rules=OPEN.rules | {action: NOBODY})


def test_a_link_and_a_workflow_are_no_way_round_looking_up(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    nobody_may(desk, Action.LOOK_UP)
    before = len(desk.audit.records())
    ada.types(f"See https://crm.example.com/customers/{portfolio.ids[0]}", channel="segments")
    workspace.wait_until(lambda: len(desk.audit.records()) > before)
    assert desk.audit.records()[-1].result == "denied"
    assert not ada.sees("segments")[-1]["unfurls"]
    nobody_may(desk, Action.SHARE)
    step = workspace.run_step(GET_SEGMENT, {"customer_id": str(portfolio.ids[0])}, "Ada Okafor")
    assert step.error is not None
    assert step.error.startswith("You may not share")


def test_a_list_of_ids_is_no_way_round_looking_up(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    nobody_may(desk, Action.LOOK_UP)
    ids = "\n".join(["CUST_ID", *(str(customer) for customer in portfolio.ids[:3])])
    ada.sends_file("app", "ids.csv", ids.encode())
    ada.wait_for_message("app", "You may not look up customers")
    assert desk.audit.records()[-1].result == "denied"


def test_the_form_about_a_customer_shows_nothing_once_looking_up_is_forbidden(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    answer(ada, f"/segment {portfolio.ids[60]}")
    ada.presses(card.WHAT_IF)
    ada.wait_for_modal(containing="What if customer")
    before = len(desk.audit.records())
    ada.presses(TRY, "0")
    assert desk.audit.records()[before].action == "fill in"
    ada.closes_modal(everything=True)
    answer(ada, f"/segment {portfolio.ids[60]}")
    ada.presses(card.WHAT_IF)
    form = ada.wait_for_modal(containing="What if customer")
    nobody_may(desk, Action.LOOK_UP)
    ada.presses(TRY, "0")
    ada.wait_for_modal(containing="You may not look up customers")
    ada.closes_modal()
    assert ada.wait_for_modal()["id"] == form["id"]


def test_where_slack_stacks_no_more_a_refusal_takes_the_forms_place(
    workspace: LocalWorkspace, ada: Driver, desk: Desk
) -> None:
    ada.types("/segment", channel="segments")
    nobody_may(desk, Action.FORM)
    workspace.break_method("views.push", "push_limit_reached", times=1)
    ada.presses(WIDEN)
    ada.wait_for_modal(containing="You may not use the form")


def test_home_is_not_drawn_anew_for_who_may_not_see_it(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    answer(ada, f"/segment {portfolio.ids[1]}")
    ada.presses(card.WATCH)
    ada.opens_home()
    nobody_may(desk, Action.LOOK_UP)
    ada.presses(UNWATCH, str(portfolio.ids[1]))
    assert "You may not look up customers" in str(ada.home)
    assert desk.watches.of("U01ADA") == []


def a_snapshot_later(desk: Desk, portfolio: Portfolio, model: SegmentModel, weeks: int) -> None:
    """Everybody turns to cash advances, or back."""
    values = portfolio.values.copy()
    values[:] = model.typical(2 if weeks % 2 else 0)
    publish(
        desk.store,
        scored_batches(model, replace(portfolio, values=values)),
        model=model,
        as_of=THIS_WEEK + timedelta(weeks=weeks),
        source="portfolio.csv",
        started_at=NOON,
    )


def told_of(member: Driver, customer: str) -> list[dict[str, str]]:
    return [said for said in member.sees("app") if f"Customer {customer}" in said["text"]]


def test_a_watcher_who_may_no_more_is_not_told_and_who_may_is_recorded(
    workspace: LocalWorkspace,
    bot: WebClient,
    ada: Driver,
    desk: Desk,
    portfolio: Portfolio,
    model: SegmentModel,
) -> None:
    customer = next(
        str(portfolio.ids[row])
        for row, segment in enumerate(model.assign(portfolio.values).segment)
        if row > 100 and segment == 0
    )
    answer(ada, f"/segment {customer}")
    ada.presses(card.WATCH)
    look = WatchDelivery(desk, bot)
    nobody_may(desk, Action.WATCH)
    a_snapshot_later(desk, portfolio, model, 1)
    look()
    assert not told_of(ada, customer)
    assert (desk.audit.records()[-1].action, desk.audit.records()[-1].result) == ("watch", "denied")
    desk.access.policy = OPEN
    a_snapshot_later(desk, portfolio, model, 2)
    workspace.break_method(
        "chat.postMessage",
        "ratelimited",
        http_status=HTTPStatus.TOO_MANY_REQUESTS,
        retry_after=0,
        times=2,
    )
    look()
    assert not told_of(ada, customer)
    look()
    (told,) = told_of(ada, customer)
    assert f"*Customer {customer}* is now *Low Activity" in told["text"]
    assert (desk.audit.records()[-1].action, desk.audit.records()[-1].result) == ("watch", "told")


def test_all_that_one_can_watch_fits_in_one_message() -> None:
    blocks = watching_message([(f"C{n}", "Low Activity") for n in range(MOST)]).blocks
    assert len(blocks) <= 50


def test_ids_of_any_alphabet_fit_in_the_share_button(desk: Desk, portfolio: Portfolio) -> None:
    found = answers_for(desk.store, desk.playbook, [str(portfolio.ids[0])])
    assert found is not None
    (one,) = found.answers.values()
    ids = [f"{n}{'ж' * 38}" for n in range(10)]
    many = Answers(found.snapshot, dict.fromkeys(ids, one))
    (row,) = [b for b in several_plainly(many, ids, "").blocks if b["type"] == "actions"]
    assert len(row["elements"][0]["value"]) <= 2_000
