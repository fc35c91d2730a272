"""The report in a real browser: on a phone, a laptop, in the dark, and printed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from segmentation.synthetic import synthetic_portfolio
from tests.browser.conftest import ROOT, Keep

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report on made-up customers under the model in the repository."""
    folder = tmp_path_factory.mktemp("report")
    customers = synthetic_portfolio(3_000, np.random.default_rng(11))
    customers.to_csv(folder / "portfolio.csv", index=False)
    words = ["report", "portfolio.csv", "--model", str(ROOT / "model")]
    subprocess.run([sys.executable, "-m", "bot", *words], cwd=folder, check=True, timeout=60)
    return (folder / "report.html").as_uri()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("phone", 390, "light"), ("laptop", 1280, "light"), ("laptop-dark", 1280, "dark")],
)
def test_nothing_is_cut_off_at_any_width(
    report: str, open_page: OpenPage, keep: Keep, name: str, width: int, scheme: str
) -> None:
    page = open_page(report, width, color_scheme=scheme)
    expect(page.locator("section.segment")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != 'visible'"
    assert page.evaluate(f"[...document.querySelectorAll('main *')].filter({cut}).length") == 0
    keep(page, f"report-{name}")


def test_every_heading_of_the_contents_leads_to_its_section(
    report: str, open_page: OpenPage
) -> None:
    page = open_page(report)
    for link in page.locator("nav a").all():
        link.click()
        target = page.locator(link.get_attribute("href") or "")
        expect(target).to_be_in_viewport()


def test_it_prints_on_a_few_pages(report: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(report)
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert 10 < printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") < 30
