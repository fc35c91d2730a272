"""The stories together drive all that is registered; each file's last test holds its own part."""

from tests.stories import (
    test_administrator,
    test_bad_days,
    test_figures,
    test_installer,
    test_marketer,
    test_new_snapshot,
    test_product_manager,
    test_risk_analyst,
    test_team,
)
from tests.stories.office import REGISTERED

STORIES = (
    test_administrator,
    test_bad_days,
    test_figures,
    test_installer,
    test_marketer,
    test_new_snapshot,
    test_product_manager,
    test_risk_analyst,
    test_team,
)


def test_no_command_button_form_shortcut_event_or_step_is_without_a_story() -> None:
    assert set().union(*(each.DRIVES for each in STORIES)) == REGISTERED
