"""The doctor's checks of this machine: settings, model, store, policy, audit trail, digest time."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.audit import AuditTrail
from bot.audit_chain import TamperedError
from bot.doctor import Finding, Patient, fine, note, wrong
from bot.paths import INSTALL_PATH
from bot.policy import load_policy
from bot.schedule import WeeklySlot
from bot.setting_types import Workspaces
from bot.settings import Settings, SocketSettings
from bot.subscriptions import Subscription, Subscriptions
from bot.tables import make_tables
from segmentation.database import one_writer
from segmentation.errors import ModelError, PlaybookError, SegbotError, StoreError, VersionError
from segmentation.model import SegmentModel, load_model
from segmentation.playbook import load_playbook
from segmentation.store import Store, open_store
from segmentation.wording import counted, day

_STALE: Final = 10  # days: a weekly snapshot that is this old was missed
_WAIT: Final = 2.0  # seconds that a writer is waited for

# What each setting is for in the first installation, in the order of the steps.
STEPS: Final = {
    "slack_bot_token": (
        "At api.slack.com/apps: Create New App → From a manifest → your workspace, paste what "
        "{manifest} prints, Create. Then Install App → Install to Workspace, and copy the Bot "
        "User OAuth Token (xoxb-…) to SLACK_BOT_TOKEN in .env."
    ),
    "slack_app_token": (
        "In your app: Basic Information → App-Level Tokens → Generate Token and Scopes, add the "
        "scope connections:write, and copy the token (xapp-…) to SLACK_APP_TOKEN."
    ),
    "slack_signing_secret": (
        "In your app: Basic Information → App Credentials → Signing Secret → Show, and copy it to "
        "SLACK_SIGNING_SECRET."
    ),
    "slack_client_id": (
        "In your app: Basic Information → App Credentials → Client ID, to SLACK_CLIENT_ID."
    ),
    "slack_client_secret": (
        "In your app: Basic Information → App Credentials → Client Secret → Show, to "
        "SLACK_CLIENT_SECRET."
    ),
    "segbot_teams": (
        "List the workspaces that may install the bot in SEGBOT_TEAMS; a workspace's id (T…) "
        "stands in its address in the browser, app.slack.com/client/T…"
    ),
}


def settings_missing(needed: type[Settings], settings: Settings) -> list[Finding]:
    """A step for each setting that is needed and not there, in order."""
    names = [name for name in STEPS if needed.model_fields[name].is_required()]
    missing = [name for name in names if not _value(settings, name)]
    if not missing:
        return [fine("Settings", "all that is needed is there")]
    http = "" if needed is SocketSettings else " --http https://YOUR-ADDRESS"
    return [
        wrong(
            "Settings",
            f"{name.upper()} is not set",
            STEPS[name].format(manifest=f"segbot manifest{http}"),
        )
        for name in missing
    ]


def _value(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return str(value if isinstance(value, str) else value.get_secret_value())


def model(patient: Patient) -> Sequence[Finding]:
    """Whether the model folder can be served from, and its files belong together."""
    folder = patient.settings.segbot_model_dir
    try:
        found = load_model(folder)
    except ModelError as error:
        return [wrong("Model", str(error), "")]  # its sentence says what to do
    trained = day(date.fromisoformat(found.provenance.trained_at[:10]))
    told = f"{found.fingerprint[:12]} in {folder}, trained on {trained}"
    odd = [name for name in found.provenance.digests if not _belongs(folder, found, name)]
    if odd:
        todo = "The bot runs on model.json alone; to be able to retrain: segbot model verify"
        return [note("Model", f"{told}; not of that training: {' and '.join(odd)}", todo)]
    return [fine("Model", f"{told}; its files belong together")]


def _belongs(folder: Path, found: SegmentModel, name: str) -> bool:
    try:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    except OSError:
        return False
    return digest == found.provenance.digests[name]


def playbook(patient: Patient) -> Sequence[Finding]:
    """Whether the segments' texts can be read."""
    try:
        load_playbook(patient.settings.segbot_playbook)
    except PlaybookError as error:
        return [wrong("Playbook", str(error), "Mend it, or leave SEGBOT_PLAYBOOK out.")]
    return [fine("Playbook", patient.settings.segbot_playbook.name)]


def store(patient: Patient) -> Sequence[Finding]:
    """Whether the store can be read and written, and how old its newest snapshot is."""
    try:
        opened = open_store(patient.settings.segbot_store_url, _WAIT)
        make_tables(opened.engine)
        _write(opened.engine)
        return [fine("Store", "can be read and written"), *_age(opened, patient)]
    except VersionError as error:
        return [wrong("Store", str(error), "")]  # its sentence says what to do
    except StoreError as error:
        todo = "Check SEGBOT_STORE_URL, and that its folder or database is there and yours."
        return [wrong("Store", str(error), todo)]
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        return [wrong("Store", f"cannot be written ({cause})", "Give Segbot the right to write.")]


def _write(engine: Engine) -> None:
    """Begin to write, and change nothing."""
    with one_writer(engine) as connection:
        connection.execute(text("update published set generation = generation where 1 = 0"))


def _age(opened: Store, patient: Patient) -> Sequence[Finding]:
    newest = opened.newest()
    if newest is None:
        todo = "Score a portfolio: segbot score portfolio.csv"
        return [wrong("Snapshot", "no portfolio has been scored yet", todo)]
    days = (patient.now.date() - newest.as_of).days
    told = f"{counted(newest.customers, 'customer')}, of {day(newest.as_of)}"
    if days > _STALE:
        todo = "Score the newest portfolio: segbot score portfolio.csv"
        return [note("Snapshot", f"{told}, {days} days old", todo)]
    return [fine("Snapshot", told)]


def policy(patient: Patient) -> Sequence[Finding]:
    """Whether the policy can be read, and names an admin."""
    path = patient.settings.segbot_policy
    try:
        found = load_policy(path)
    except SegbotError as error:
        return [wrong("Policy", str(error), "Mend it, or leave SEGBOT_POLICY out.")]
    if not found.admins:
        todo = (
            f"Nobody can read the audit trail in Slack: copy {path}, put your member id in "
            "admins (your profile → ⋮ → Copy member ID), and name the copy in SEGBOT_POLICY."
        )
        return [note("Policy", f"{path.name} names no admin", todo)]
    return [fine("Policy", f"{path.name}, with {counted(len(found.admins), 'admin')}")]


def audit_trail(patient: Patient) -> Sequence[Finding]:
    """Whether the audit trail is whole, and its key out of the store."""
    key = patient.settings.segbot_audit_key.get_secret_value()
    try:
        engine = open_store(patient.settings.segbot_store_url, _WAIT).engine
        end = AuditTrail(engine, lambda: patient.now, key).verify()
    except TamperedError as error:
        todo = "Find out who can write to the store; the records up to there are proven."
        return [wrong("Audit trail", str(error), todo)]
    except (StoreError, SQLAlchemyError):
        return []  # told by the check of the store
    told = f"{counted(end.records, 'record')}, whole"
    if not key:
        todo = (
            "Whoever can write to the store could forge it: openssl rand -hex 32 makes a key for "
            "SEGBOT_AUDIT_KEY, best before the first record."
        )
        return [note("Audit trail", f"{told}; its key is in the store", todo)]
    return [fine("Audit trail", told)]


def workspaces(patient: Patient) -> Sequence[Finding]:
    """Which of many workspaces have installed the bot."""
    settings = patient.settings
    if settings.segbot_workspaces is not Workspaces.MANY:
        return []
    from bot.installations import Installations

    try:
        engine = open_store(settings.segbot_store_url, _WAIT).engine
        found = Installations(
            engine, settings.slack_client_id, settings.teams, patient.client
        ).installed()
    except (StoreError, SQLAlchemyError):
        return []  # told by the check of the store
    told = f"{len(found)} of the {len(settings.teams)} listed have installed the bot"
    if not found:
        todo = f"Once it runs, open {INSTALL_PATH} at its address in a browser."
        return [note("Workspaces", told, todo)]
    return [fine("Workspaces", f"{told}: {', '.join(found)}")]


def digest_time(patient: Patient) -> Sequence[Finding]:
    """When the next digest is due, in its time zone."""
    slots = [one.slot for one in patient.subscriptions]
    if not slots:
        return []
    slot = min(slots, key=lambda each: each.next_after(patient.now))
    due = slot.next_after(patient.now)
    told = f"{due:%A} {day(due)} at {due:%H:%M}, {slot.zone.key}"
    if slot.zone.key == "UTC":
        return [note("Next digest", told, "Yours is another zone? Set SEGBOT_TIME_ZONE.")]
    return [fine("Next digest", told)]


def subscriptions(settings: Settings) -> tuple[Subscription, ...]:
    """Every channel that gets the digest; only that of the settings while there is no store."""
    channel = settings.segbot_digest_channel
    slot = WeeklySlot(
        settings.segbot_digest_day.number, settings.segbot_digest_time, settings.time_zone
    )
    standing = Subscription(channel, slot) if channel else None
    try:
        engine = open_store(settings.segbot_store_url, _WAIT).engine
        return tuple(Subscriptions(engine, standing).all())
    except (StoreError, SQLAlchemyError):  # the check of the store tells
        return (standing,) if standing else ()
