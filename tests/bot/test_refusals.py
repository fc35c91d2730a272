"""When something is refused: a plainer message, a later try, or one sentence; no false success."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.desk import Desk
from bot.digest import DigestDelivery
from bot.ledger import Ledger
from bot.local_workspace import Channel, LocalWorkspace
from bot.manifest import manifest
from segmentation.training import TrainedModel, save
from tests.bot.conftest import CHANNELS, MEMBERS, THIS_WEEK, bot_environment


@pytest.fixture
def without_files() -> Iterator[LocalWorkspace]:
    """A workspace whose administrator took the scope for files away."""
    made = manifest()
    made["oauth_config"]["scopes"]["bot"].remove("files:write")
    with (workspace := LocalWorkspace(made, members=MEMBERS, channels=CHANNELS)).running():
        yield workspace


def test_without_the_right_to_upload_the_digest_comes_without_its_picture(
    without_files: LocalWorkspace, desk: Desk
) -> None:
    client = WebClient(without_files.bot_token, base_url=without_files.api_url)
    DigestDelivery(desk, Ledger(desk.store.engine), client, "C01SEGMENTS")()
    (posted,) = without_files.member("Ada Okafor").sees("segments")
    assert posted["files"] == []
    assert "Largest movements" in str(posted["blocks"])
    assert "missing_scope" in str(without_files.problems)


def test_a_digest_for_a_channel_without_the_bot_is_kept_for_a_later_try(desk: Desk) -> None:
    channel = Channel("C09AWAY", "away", bot_is_member=False)
    with (
        workspace := LocalWorkspace(manifest(), members=MEMBERS, channels=(*CHANNELS, channel))
    ).running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        DigestDelivery(desk, Ledger(desk.store.engine), client, channel.id)()
        assert workspace.member("Ada Okafor").sees("away") == []
    settled = Ledger(desk.store.engine).delivery(channel.id, THIS_WEEK)
    assert settled is not None
    assert settled.state == "failed"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refused SLACK_BOT_TOKEN (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refused SLACK_APP_TOKEN (invalid_auth)"),
        ({"SEGBOT_MODEL_DIR": "nowhere"}, "There is no model in nowhere"),
        ({"SEGBOT_PLAYBOOK": "nowhere.toml"}, "The playbook nowhere.toml cannot be read"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack cannot be reached"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path,
    store_url: str,
    trained: TrainedModel,
    without_files: LocalWorkspace,
    changes: dict[str, str],
    told: str,
) -> None:
    save(trained, tmp_path / "model")
    environment = bot_environment(without_files, tmp_path / "model", store_url)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=environment | changes,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
