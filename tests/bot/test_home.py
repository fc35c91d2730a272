"""The Home tab: the portfolio at a glance, for whoever opens it."""

from bot.commands import USAGES
from bot.local_workspace import Driver


def test_home_shows_sizes_movement_help_and_when_the_digest_comes(ada: Driver) -> None:
    home = str(ada.opens_home())
    for name in (
        "Low Activity, Low Engagement",
        "High-Spending, Full-Payment Users",
        "Cash Advance Heavy, Risk-Prone",
        "Installment-Focused Active Users",
    ):
        assert name in home
    assert "changed segment* since 9 Nov 2026" in home
    assert "Data of 16 Nov 2026: 2,000 customers" in home
    assert "Next digest:" in home
    assert "Model trained on 18 Nov 2026" in home
    assert all(usage.what in home for usage in USAGES)
