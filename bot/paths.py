"""Where signed HTTP listens for what; the manifest tells Slack the same."""

from typing import Final

EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
