"""The whole road in a real browser: what a newcomer sees, types, and gets."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Keep, demo
from tests.browser.doing import OpenPage, answer, closes_form, sends


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
        page.goto("about:blank")  # before the demo ends, or the page complains that it is gone
