"""A bot on a store of any size: a model, a snapshot filled by the database itself, and requests."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import text

from bot.local_workspace import LocalWorkspace, Member
from bot.local_workspace.http_mode import signature
from bot.policy import BUILT_IN
from segmentation.features import COLUMNS
from segmentation.model_folder import save
from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of this benchmark alone
MEMBERS = tuple(Member(f"U{number:04}", f"Member {number}", "Risk") for number in range(64))
_SCORED = 5_000  # customers that are scored; the others repeat their figures
_KEPT = ("segment", "runner_up", "confidence", "band", "novel", *map(str.lower, COLUMNS))


def filled(folder: Path, customers: int) -> dict[str, str]:
    """A folder with a model, a policy without a rate limit and a store of so many customers.

    The settings that name them.
    """
    portfolio = portfolio_from_frame(synthetic_portfolio(_SCORED, np.random.default_rng(1)), "made")
    now = datetime.now(UTC)
    trained = train(portfolio, 42, now, resamples=20)
    save(trained, folder / "model")
    url = f"sqlite:///{folder / 'segbot.db'}"
    store = open_store(url)
    snapshot = publish(
        store,
        scored_batches(trained.model, portfolio),
        model=trained.model,
        as_of=date(2026, 11, 16),
        source="made",
        started_at=now,
    )
    kept = ", ".join(_KEPT)
    more = text(
        f"INSERT INTO assignments (generation, customer, {kept}) "  # noqa: S608 - names alone
        f"SELECT generation, printf('D%08d', :first + row_number() OVER ()), {kept} "
        "FROM assignments WHERE generation = :generation AND customer < 'D' LIMIT :most"
    )
    with store.engine.begin() as connection:
        for first in range(0, customers, _SCORED):
            given = {"first": first, "generation": snapshot.generation, "most": customers - first}
            connection.execute(more, given)
    store.engine.dispose()
    rules = BUILT_IN.read_text(encoding="utf-8").replace("a_minute = 30", "a_minute = 10000000")
    (folder / "policy.toml").write_text(rules, encoding="utf-8")
    return {
        "segbot_model_dir": str(folder / "model"),
        "segbot_store_url": url,
        "segbot_policy": str(folder / "policy.toml"),
        "slack_signing_secret": SECRET,
    }


def connected(workspace: LocalWorkspace) -> dict[str, str]:
    """The settings that lead to a workspace."""
    return {"slack_api_url": workspace.api_url, "slack_bot_token": workspace.bot_token}


def some_ids(customers: int, most: int) -> list[str]:
    """Ids from all over such a store, the same ones each time."""
    rng = np.random.default_rng(0)
    return [f"D{number:08d}" for number in rng.integers(1, customers + 1, most).tolist()]


def signed_requests(ids: Sequence[str]) -> list[tuple[bytes, dict[str, str]]]:
    """A signed `/segment <id>` for each, as Slack posts it: body and headers."""
    return [_signed(customer, MEMBERS[i % len(MEMBERS)].id) for i, customer in enumerate(ids)]


def _signed(customer: str, member: str) -> tuple[bytes, dict[str, str]]:
    form = {
        "token": "", "team_id": "T01LOCAL", "team_domain": "local", "channel_id": "C01SEGMENTS",
        "channel_name": "segments", "user_id": member, "user_name": member.lower(),
        "command": "/segment", "text": customer, "api_app_id": "A01LOCAL",
        "is_enterprise_install": "false", "response_url": "http://127.0.0.1:9/response",
        "trigger_id": "1.2.3",
    }  # fmt: skip
    body, timestamp = urlencode(form), str(int(time.time()))
    return body.encode(), {
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "accept": "application/json,*/*",
        "accept-encoding": "gzip,deflate",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature(SECRET, timestamp, body),
    }
