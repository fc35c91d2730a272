"""`segbot run`: puts the bot together from its settings and keeps it going until told to stop."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access import Access
from bot.alerts import AlertDelivery, AlertRules
from bot.answering import Answering
from bot.app import identity, slack_app
from bot.audit import AuditTrail
from bot.desk import Desk, ModelShelf
from bot.digest import DigestDelivery
from bot.errands import Errands
from bot.exports import MOST_IDS
from bot.feedback import Feedback
from bot.lease import Lease
from bot.ledger import Ledger
from bot.list_jobs import ListJobs
from bot.list_worker import Worker
from bot.lists import Lists
from bot.once import EventsTaken
from bot.policy import load_policy
from bot.recent import RecentLookUps
from bot.schedule import WeeklySlot, started_clockwork
from bot.setting_types import Workspaces
from bot.settings import Settings
from bot.socket_mode import SocketMode
from bot.stopping import Stop
from bot.subscriptions import Subscription, Subscriptions
from bot.thinning import Thinning
from bot.watches import Watches
from bot.watching import WatchDelivery
from segmentation.errors import SegbotError
from segmentation.playbook import load_playbook
from segmentation.snapshot_alarms import Thresholds
from segmentation.store import open_store

if TYPE_CHECKING:  # a tenth of the start, and a bot in one workspace needs none of it
    from bot.installations import Installations

_GREETING = 10  # seconds that Slack's socket may take to say hello
_STORE_WAIT = 2.0  # seconds: Slack gives up on an answer after three
_LIST_SECONDS = 15 * 60.0  # that scoring one list may take
_log = logging.getLogger(__name__)


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot put together and not connected yet; `looks` post whatever is due, by name."""

    desk: Desk
    app: App
    looks: Mapping[str, Callable[[], None]]
    installations: "Installations | None" = None

    def started_clockwork(self) -> BackgroundScheduler:
        """The scheduler, at work; in several replicas the ledger lets one of them post."""
        if not self.desk.subscriptions.all():
            _log.info("No channel gets the digest yet; in Slack, /segment subscribe changes that")
        return started_clockwork(self.looks)


def made_bot(settings: Settings) -> Bot:
    """Put the bot together; SegbotError where a setting, model, store or token is not usable."""
    start_log()
    desk = made_desk(settings)
    if settings.segbot_workspaces is Workspaces.MANY:
        return _in_many(settings, desk)
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        retry_handlers=[],  # the default one repeats a message that may have arrived
    )
    app = slack_app(desk, client, identity(client))
    looks = made_looks(settings, desk, client) | _looks_at_the_store(settings, desk)
    return Bot(desk, app, looks)


def _in_many(settings: Settings, desk: Desk) -> Bot:
    from bot.many import app_for_many, looks_for_many, opened_installations

    installations = opened_installations(settings, desk)
    app = app_for_many(settings, desk, installations)
    looks = looks_for_many(
        lambda its_desk, client, team: made_looks(settings, its_desk, client, team),
        desk,
        installations,
    )
    return Bot(desk, app, {**looks, **_looks_at_the_store(settings, desk)}, installations)


def start_log() -> None:
    """Log to standard error, a line an event."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def run(settings: Settings) -> None:
    """Answer over Socket Mode and post the digest until SIGINT or SIGTERM.

    Raises SegbotError where a setting, the model, the store or a token is not usable.
    """
    bot = made_bot(settings)
    answering = Answering(bot.app, settings.segbot_listener_threads)
    handler = SocketMode(bot.app, settings.slack_app_token.get_secret_value(), answering)
    stop = Stop()
    _connect(handler)
    clockwork = bot.started_clockwork()
    _log.info("Segbot is ready")
    stop.wait()
    clockwork.shutdown()
    answering.close()  # what was begun is answered while the socket is open
    handler.close()  # type: ignore[no-untyped-call]
    bot.desk.errands.close()
    bot.desk.lists.close()
    _log.info("Segbot has stopped")


def made_looks(
    settings: Settings, desk: Desk, client: WebClient, team: str = ""
) -> dict[str, Callable[[], None]]:
    """What is looked after every minute, by name; `team` is the workspace, where there are many."""
    catch_up = timedelta(hours=settings.segbot_catch_up_hours)
    rules = AlertRules(
        Thresholds(
            settings.segbot_alert_share_points / 100, settings.segbot_alert_movement_percent / 100
        ),
        timedelta(days=settings.segbot_alert_cool_down_days),
    )
    engine = desk.store.engine
    return {
        "digests": DigestDelivery(desk, client, Lease(engine, f"digests{team}"), catch_up),
        "alerts": AlertDelivery(desk, client, Lease(engine, f"alerts{team}"), rules),
        "watches": WatchDelivery(desk, client),
        "lost lists": partial(desk.lists.tell_lost, lambda _member: client),
        "old records": desk.forget_old,
    }


def _looks_at_the_store(settings: Settings, desk: Desk) -> dict[str, Callable[[], None]]:
    """What is looked after every minute, once for all workspaces."""
    engine = desk.store.engine
    lease = Lease(engine, "old snapshots")
    return {"old snapshots": Thinning(engine, settings.retention, lease, desk.now)}


def _connect(handler: SocketMode) -> None:
    """Open the socket and wait for Slack's greeting: one closed before it listens never stops."""
    greeted = threading.Event()
    handler.client.on_message_listeners.append(lambda _greeting: greeted.set())
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        raise SegbotError(
            f"Slack refused SLACK_APP_TOKEN ({error.response['error']}). Make an app-level token "
            "with the scope connections:write on the app's Basic Information page."
        ) from None
    except OSError as error:
        raise SegbotError(
            f"Slack's socket cannot be reached ({error}). Check the network."
        ) from None
    if not greeted.wait(_GREETING):
        _log.warning("Slack has not greeted within %s s; requests may come late", _GREETING)


def list_worker(settings: Settings) -> Worker:
    """The process that scores lists, with the settings that it needs."""
    kept = {
        "SEGBOT_STORE_URL": settings.segbot_store_url,
        "SEGBOT_PLAYBOOK": str(settings.segbot_playbook),
    }
    return Worker(kept, _LIST_SECONDS, MOST_IDS)


def made_desk(settings: Settings) -> Desk:
    """The desk that the settings describe."""
    store = open_store(settings.segbot_store_url, wait=_STORE_WAIT)
    audit = AuditTrail(store.engine, clock, settings.segbot_audit_key.get_secret_value())
    slot = WeeklySlot(
        settings.segbot_digest_day.number, settings.segbot_digest_time, settings.time_zone
    )
    channel = settings.segbot_digest_channel
    standing = Subscription(channel, slot) if channel else None
    return Desk(
        store=store,
        shelf=ModelShelf(settings.segbot_model_dir),
        playbook=load_playbook(settings.segbot_playbook),
        audit=audit,
        access=Access(load_policy(settings.segbot_policy), audit),
        watches=Watches(store.engine),
        feedback=Feedback(store.engine),
        events=EventsTaken(store.engine, clock),
        recent=RecentLookUps(store.engine),
        subscriptions=Subscriptions(store.engine, standing),
        ledger=Ledger(store.engine),
        links=settings.links,
        slot=slot,
        label=settings.segbot_data_label,
        now=clock,
        errands=Errands(),
        lists=Lists(
            ListJobs(store.engine),
            audit,
            list_worker(settings),
            clock,
            settings.segbot_data_label,
            settings.segbot_largest_upload_mb,
        ),
    )
