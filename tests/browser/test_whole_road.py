"""The whole road in a real browser: what a newcomer sees, types, and gets."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from segmentation.features import FEATURES
from tests.browser.conftest import Keep, demo
from tests.browser.doing import OpenPage, answer, closes_form, sends

# A customer who lives on cash advances, in the order of FEATURES; minimum payments stay blank.
FIGURES = (
    "4600", "0.97", "500", "320", "180", "4500", "0.3", "0.14", "0.19", "0.5", "14", "8",
    "7500", "3500", "", "0.04", "12",
)  # fmt: skip


def fills_form(page: Page, figures: tuple[str, ...] = FIGURES) -> None:
    for feature, figure in zip(FEATURES, figures, strict=True):
        page.locator(f'input[name="{feature.column}/value"]').fill(figure)


def test_a_newcomer_is_greeted_and_the_first_thing_to_try_answers(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo)
    tries = page.locator("#greeting .tries button")
    expect(tries).to_have_count(5)
    keep(page, "start")
    tries.first.click()
    composer = page.locator("textarea#composer")
    expect(composer).to_have_value(re.compile("^/segment C[0-9]+$"))
    customer = composer.input_value().split()[1]
    composer.press("Enter")
    card = answer(page, f"Customer {customer}")
    for told in ("Suggested action", "How sure", "Why ", "What speaks for", "made up"):
        expect(card).to_contain_text(told)
    keep(card, "card")
    keep(page, "card-in-channel")


def test_typing_a_slash_offers_the_command(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo)
    expect(page.locator("textarea#composer")).to_be_enabled()
    page.locator("textarea#composer").press_sequentially("/se")
    expect(page.get_by_role("option", name="/segment")).to_be_visible()
    keep(page, "completion")
    page.locator("textarea#composer").press("Tab")
    expect(page.locator("textarea#composer")).to_have_value("/segment ")


def test_the_form_tells_every_fault_then_answers_and_can_be_edited(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo)
    sends(page, "/segment form")
    form = page.locator("dialog.modal")
    expect(form).to_contain_text("Which segment?")
    fills_form(page)
    page.locator('input[name="PURCHASES/value"]').fill("-1")
    page.locator('input[name="PURCHASES_FREQUENCY/value"]').fill("30")
    form.get_by_role("button", name="Find segment").click()
    expect(form.locator(".field-error:visible")).to_have_count(2)
    expect(form).to_contain_text("Enter a share, not a percentage. Did you mean 0.3?")
    expect(page.locator('input[name="PURCHASES/value"]')).to_have_value("-1")
    keep(form, "form")
    page.locator('input[name="PURCHASES/value"]').fill("500")
    page.locator('input[name="PURCHASES_FREQUENCY/value"]').fill("0.3")
    form.get_by_role("button", name="Find segment").click()
    expect(form).to_contain_text("Cash Advance Heavy, Risk-Prone")
    expect(form).to_contain_text("Blank, so the median in training was taken")
    keep(form, "result")
    form.get_by_role("button", name="Edit the figures").click()
    expect(page.locator('input[name="CASH_ADVANCE/value"]')).to_have_value("4500")
    expect(page.locator('input[name="MINIMUM_PAYMENTS/value"]')).to_have_value("")
    closes_form(page)


def test_a_card_leads_to_why_and_to_what_if(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo)
    sends(page, "/segment C10001")
    card = answer(page, "Customer C10001")
    modal = page.locator("dialog.modal")
    card.get_by_role("button", name="Why?").click()
    for told in ("Over time", "Speaks for", "On a scale from 0"):
        expect(modal).to_contain_text(told)
    keep(modal, "why")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="What if").click()
    page.get_by_role("button", name="Fill this in").first.click()
    page.locator('input[name="BALANCE.1/value"]').wait_for()
    modal.get_by_role("button", name="Find segment").click()
    expect(modal).to_contain_text("Customer C10001 would change from")
    keep(modal, "what-if")
    page.keyboard.press("Escape")


def test_the_short_form_grows_into_the_full_one_with_what_was_typed(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo)
    sends(page, "/segment")
    page.locator('input[name="BALANCE/value"]').fill("4321")
    keep(page.locator("dialog.modal"), "short-form")
    page.get_by_role("button", name="Show all 17 figures").click()
    page.locator('input[name="CREDIT_LIMIT/value"]').wait_for()
    expect(page.locator('input[name="BALANCE/value"]')).to_have_value("4321")
    closes_form(page)


def test_a_mistyped_id_and_several_ids(made_up_demo: str, open_page: OpenPage, keep: Keep) -> None:
    page = open_page(made_up_demo)
    sends(page, "/segment c10004")
    near = answer(page, "Did you mean C10004?")
    keep(near, "near")
    near.get_by_role("button", name="C10004").click()
    answer(page, "Customer C10004")
    sends(page, "/segment C10001 C10002 C10003")
    several = answer(page, "Next nearest")
    expect(several.locator("table tr")).to_have_count(4)
    keep(several, "several")


def test_home_shows_the_whole_portfolio(made_up_demo: str, open_page: OpenPage, keep: Keep) -> None:
    page = open_page(f"{made_up_demo}#home")
    home = page.locator("#home")
    for told in ("Your customers by segment", "Installment-Focused", "Next: ", "/segment"):
        expect(home).to_contain_text(told)
    keep(page, "home")
    home.get_by_role("button", name="Enter figures by hand").click()
    expect(page.locator("dialog.modal")).to_contain_text("Which segment?")
    closes_form(page)


def test_the_digest_stands_in_the_channel_with_its_chart_and_details_in_the_thread(
    made_up_demo: str, open_page: OpenPage, keep: Keep
) -> None:
    page = open_page(made_up_demo, height=1300)
    digest = page.locator(".message:not(.ephemeral)", has_text="Customer segments on").last
    expect(digest).to_contain_text("changed segment")
    chart = digest.get_by_role("img", name="Pie chart: Customers by segment")
    expect(chart).to_have_attribute("aria-label", re.compile("Installment-Focused"))
    keep(digest, "digest")
    digest.get_by_text("2 replies").click()
    thread = page.locator("#thread")
    expect(thread).to_contain_text("In training")
    expect(thread).to_contain_text(re.compile(r"segments-[\d-]+\.csv"))
    keep(page, "digest-thread")


def test_one_members_answers_are_not_shown_to_another(
    made_up_demo: str, open_page: OpenPage
) -> None:
    page = open_page(made_up_demo)
    sends(page, "/segment C10002")
    answer(page, "Customer C10002")
    page.locator("select#member").select_option("U02BEN")
    expect(page.locator(".message", has_text="Customer segments on").last).to_be_visible()
    expect(page.locator(".message", has_text="Customer C10002")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("phone", 390, "light"), ("dark", 1280, "dark")]
)
def test_it_reads_well_on_a_phone_and_in_the_dark(
    made_up_demo: str, open_page: OpenPage, keep: Keep, name: str, width: int, scheme: str
) -> None:
    page = open_page(made_up_demo, width=width, height=844, color_scheme=scheme)
    sends(page, "/segment C10003")
    answer(page, "Customer C10003")
    keep(page, f"card-{name}")
    sends(page, "/segment")
    expect(page.locator("dialog.modal")).to_contain_text("Which segment?")
    keep(page, f"form-{name}")
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.locator("body").evaluate(f"() => {overflow}")
    closes_form(page)


def test_a_portfolio_of_your_own_is_answered_from(
    real_portfolio_path: Path, tmp_path: Path, open_page: OpenPage, keep: Keep
) -> None:
    with demo(tmp_path, "--data", str(real_portfolio_path)) as address:
        page = open_page(address)
        for customer, *told in (
            ("C10001", "Low Activity, Low Engagement", "Very sure", "nearest: Installment-Focused"),
            ("C10002", "Cash Advance Heavy, Risk-Prone", "Sure", "nearest: Low Activity"),
            ("C10003", "Installment-Focused Active Users", "uses no instalments"),
        ):
            sends(page, f"/segment {customer}")
            card = answer(page, f"Customer {customer}")
            for words in told:
                expect(card).to_contain_text(words)
            keep(card, f"real-{customer}")
