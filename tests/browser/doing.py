"""What a member does on the local workspace's page, and what they see of it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Keep

OpenPage = Callable[..., Page]
ADA, BEN, PRIYA, GUS, ELENA = "U01ADA", "U02BEN", "U03PRIYA", "U04GUS", "U05ELENA"
SEGMENTS, CREDIT_RISK, MARKETING = "C01SEGMENTS", "C02CREDITRISK", "C03MARKETING"
AGENCY = "C05AGENCY"
# How a surface is looked at: width and height in pixels, tall enough to show all of it.
SIZES: Mapping[str, tuple[int, int]] = {"wide": (1280, 1500), "narrow": (390, 2400)}


def place(address: str, member: str, where: str) -> str:
    """The address of a place, as a member sees it."""
    return f"{address}?member={member}#{where}"


def sends(page: Page, text: str) -> None:
    page.locator("textarea#composer").fill(text)
    page.locator("textarea#composer").press("Enter")


def answer(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The newest answer for this member's eyes, once it contains a text."""
    found = page.locator("#messages .message.ephemeral", has_text=text).last
    expect(found).to_be_visible()
    return found


def posted(page: Page, text: str | re.Pattern[str], within: str = "#messages") -> Locator:
    """The newest message for all who are there, once it contains a text."""
    found = page.locator(f"{within} .message:not(.ephemeral)", has_text=text).last
    expect(found).to_be_visible(timeout=30_000)
    return found


def modal(page: Page, text: str) -> Locator:
    """The form or explanation that is open, once it contains a text."""
    found = page.locator("dialog.modal")
    expect(found).to_contain_text(text)
    return found


def confirms(page: Page, word: str) -> None:
    page.locator("dialog.confirm").get_by_role("button", name=word, exact=True).click()


def closes_form(page: Page) -> None:
    page.locator("dialog.modal").get_by_role("button", name="Cancel").click()
    expect(page.locator("dialog.modal")).to_be_hidden()


def chooses(page: Page, message: Locator, entry: str) -> None:
    """Choose from a message's own menu."""
    message.hover()
    message.locator(".message-tools").get_by_label("More actions").click()
    page.get_by_role("menuitem", name=entry).click()


def drops(page: Page, name: str, content: str) -> None:
    """Drag a file from the desktop onto the message box, and send it."""
    carried: Any = page.evaluate_handle(
        """([name, content]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([content], name, { type: "text/csv" }));
            return carried;
        }""",
        [name, content],
    )
    expect(page.locator("textarea#composer")).to_be_enabled()
    page.dispatch_event("#composer-place .composer", "drop", {"dataTransfer": carried})
    expect(page.get_by_label(f"Remove {name}")).to_be_visible()
    page.locator("textarea#composer").press("Enter")


def looks(page: Page, shown: Locator, keep: Keep, name: str) -> None:
    """Keep a surface wide and narrow, light and dark; nothing may stick out at the side."""
    before = page.viewport_size
    assert before is not None
    for width, (across, down) in SIZES.items():
        page.set_viewport_size({"width": across, "height": down})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            keep(shown, f"{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
