"""Who may do what: every action in every situation does what the policy says, and is recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.access import Access, DeniedError
from bot.audit import AuditTrail, Record, Wanted
from bot.blocks import card
from bot.desk import Desk
from bot.local_workspace import Channel, LocalWorkspace, Member, UserGroup
from bot.manifest import manifest
from bot.policy import Action, PolicyError, load_policy
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.training import TrainedModel
from tests.bot.conftest import LAST_WEEK, bare_desk, connected
from tests.conftest import NOON

ADA, BEN, GUEST, LONE_GUEST, OUTSIDER, GONE, NOBODY = (
    "U01ADA", "U02BEN", "U03GUS", "U04LIZ", "U05OUT", "U06OLD", "U99NOBODY",
)  # fmt: skip
MEMBERS = (
    Member(ADA, "Ada Okafor"),
    Member(BEN, "Ben Ruiz"),
    Member(GUEST, "Gus Guest", is_guest=True),
    Member(LONE_GUEST, "Liz Lone", is_ultra_restricted=True),
    Member(OUTSIDER, "Otto Outside", is_external=True),
    Member(GONE, "Olga Old", deleted=True),
)
HERE, ELSEWHERE, SHARED = "C01RISK", "C02LUNCH", "C03SHARED"
CHANNELS = (
    Channel(HERE, "risk"),
    Channel(ELSEWHERE, "lunch"),
    Channel(SHARED, "with-acme", is_ext_shared=True),
)
GROUPS = (UserGroup("S01RISK", "risk-team", (ADA, GUEST)), UserGroup("S02ADS", "ads", (BEN,)))
EVERYONE = 'members = "everyone"'


@dataclass(frozen=True)
class Case:
    """A rule, who wants it done, where, while which methods of Slack are down, and the outcome."""

    rule: str | None
    member: str = ADA
    channel: str = HERE
    down: tuple[str, ...] = ()
    admins: str = "[]"
    refused: str | None = None  # a part of the sentence; None for allowed


NOT_YOU, NOT_HERE, NOT_KNOWN = "You may not", "here. Ask", "Slack does not tell"
USERS, GROUP, HOME = "users.info", "usergroups.users.list", "auth.test"
CASES = {
    "a member, everyone may": Case(EVERYONE),
    "a member who is named": Case(f'members = ["{ADA}"]'),
    "a member who is not named": Case(f'members = ["{ADA}"]', BEN, refused=NOT_YOU),
    "nobody is named": Case("members = []", refused=NOT_YOU),
    "the policy is silent": Case(None, refused=NOT_YOU),
    "a guest": Case(EVERYONE, GUEST, refused=NOT_YOU),
    "a guest of one channel": Case(EVERYONE, LONE_GUEST, refused=NOT_YOU),
    "somebody of another company": Case(EVERYONE, OUTSIDER, refused=NOT_YOU),
    "somebody in a shared channel": Case(EVERYONE, OUTSIDER, SHARED, refused=NOT_YOU),
    "somebody who has left": Case(EVERYONE, GONE, refused=NOT_YOU),
    "somebody whom Slack does not show": Case(EVERYONE, NOBODY, refused=NOT_YOU),
    "a guest who is named": Case(f'members = ["{GUEST}"]', GUEST),
    "an outsider who is named": Case(f'members = ["{OUTSIDER}"]', OUTSIDER),
    "a member of the group": Case('groups = ["S01RISK"]'),
    "a member of the second group": Case('groups = ["S01RISK", "S02ADS"]', BEN),
    "a member of no group": Case('groups = ["S01RISK"]', BEN, refused=NOT_YOU),
    "a guest in the group": Case('groups = ["S01RISK"]', GUEST, refused=NOT_YOU),
    "an unknown group": Case('groups = ["S09GONE"]', refused=NOT_YOU),
    "an unknown group and the member's": Case('groups = ["S09GONE", "S01RISK"]'),
    "groups are down": Case('groups = ["S01RISK"]', down=(GROUP,), refused=NOT_KNOWN),
    "groups are down, everyone may": Case(EVERYONE, down=(GROUP,)),
    "groups are down, the member is named": Case(
        f'members = ["{ADA}"]\ngroups = ["S01RISK"]', down=(GROUP,)
    ),
    "members are down": Case(EVERYONE, down=(USERS,), refused=NOT_KNOWN),
    "members are down, the member is named": Case(f'members = ["{ADA}"]', down=(USERS,)),
    "all is down": Case(EVERYONE, down=(USERS, GROUP, HOME), refused=NOT_KNOWN),
    "in the right channel": Case(f'{EVERYONE}\nchannels = ["{HERE}"]'),
    "in another channel": Case(
        f'{EVERYONE}\nchannels = ["{HERE}"]', channel=ELSEWHERE, refused=NOT_HERE
    ),
    "in no channel": Case(f'{EVERYONE}\nchannels = ["{HERE}"]', channel="", refused=NOT_HERE),
    "an admin": Case(None, admins=f'["{ADA}"]'),
    "an admin in another channel": Case(
        f'members = []\nchannels = ["{HERE}"]', channel=ELSEWHERE, admins=f'["{ADA}"]'
    ),
    "an admin while all is down": Case(None, down=(USERS, GROUP, HOME), admins=f'["{ADA}"]'),
    "another than the admin": Case(None, BEN, admins=f'["{ADA}"]', refused="Ask Ada Okafor if"),
}


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS, user_groups=GROUPS)
    with made.running():
        yield made


@pytest.fixture
def client(workspace: LocalWorkspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
def trail(store_url: str) -> AuditTrail:
    return AuditTrail(open_store(store_url).engine, lambda: NOON)


MakeAccess = Callable[..., Access]


@pytest.fixture
def access(tmp_path: Path, trail: AuditTrail) -> MakeAccess:
    """Makes the door from a policy's text."""

    def made(policy: str, clock: Callable[[], float] = lambda: 0.0) -> Access:
        (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
        return Access(load_policy(tmp_path / "policy.toml"), trail, clock)

    return made


@pytest.mark.parametrize("name", CASES)
def test_each_action_in_each_situation_does_what_the_policy_says_and_is_recorded(
    name: str, workspace: LocalWorkspace, client: WebClient, access: MakeAccess, trail: AuditTrail
) -> None:
    case = CASES[name]
    rules = "" if case.rule is None else "".join(f"[{each}]\n{case.rule}\n" for each in Action)
    door = access(f"admins = {case.admins}\n{rules}")
    for method in case.down:
        workspace.break_method(method)
    told = [refusal(door, client, case, action) for action in Action]
    for method in case.down:
        workspace.mend_method(method)
    if case.refused is None:
        assert told == [None] * len(Action)
        assert trail.records() == []  # the listener records what was answered
        return
    assert all(each and case.refused in each and "sk " in each for each in told)  # whom to ask
    assert trail.records() == [
        Record(NOON, case.member, case.channel, action.replace("_", " "), "", "denied")
        for action in Action
    ]


def refusal(door: Access, client: WebClient, case: Case, action: Action) -> str | None:
    """The sentence that a member is refused with, None when the action is allowed."""
    try:
        door.check(client, case.member, case.channel, action)
    except DeniedError as error:
        return str(error)
    return None


def test_another_action_of_the_same_member_stays_refused(
    client: WebClient, access: MakeAccess
) -> None:
    door = access(f"[look_up]\n{EVERYONE}")
    door.check(client, ADA, HERE, Action.LOOK_UP)
    with pytest.raises(DeniedError):
        door.check(client, ADA, HERE, Action.EXPORT)


def test_what_slack_said_is_believed_for_five_minutes_and_no_longer(
    workspace: LocalWorkspace, client: WebClient, access: MakeAccess
) -> None:
    clock = Clock()
    door = access(f'a_minute = 1000\n[look_up]\ngroups = ["S01RISK"]\n[form]\n{EVERYONE}', clock)
    door.check(client, ADA, HERE, Action.LOOK_UP)
    workspace.break_method(GROUP)
    workspace.break_method(USERS)
    try:
        clock.now = 299
        door.check(client, ADA, HERE, Action.LOOK_UP)
        clock.now = 301
        with pytest.raises(DeniedError, match="Slack does not tell"):
            door.check(client, ADA, HERE, Action.LOOK_UP)
    finally:
        workspace.mend_method(GROUP)
        workspace.mend_method(USERS)
    door.check(client, ADA, HERE, Action.LOOK_UP)  # asked again at once


def test_too_many_requests_wait_for_the_minute_to_pass_each_member_for_himself(
    client: WebClient, access: MakeAccess, trail: AuditTrail
) -> None:
    clock = Clock()
    door = access(f"a_minute = 3\n[look_up]\n{EVERYONE}", clock)
    for clock.now in (0, 10, 20):
        door.check(client, ADA, HERE, Action.LOOK_UP)
    clock.now = 25
    with pytest.raises(DeniedError, match=r"more than 3 requests .* go on in 35 seconds"):
        door.check(client, ADA, HERE, Action.LOOK_UP)
    door.check(client, BEN, HERE, Action.LOOK_UP)
    clock.now = 60
    door.check(client, ADA, HERE, Action.LOOK_UP)
    with pytest.raises(DeniedError, match="in 10 seconds"):
        door.check(client, ADA, HERE, Action.LOOK_UP)
    assert [record.result for record in trail.records(Wanted(member=ADA))] == ["denied", "denied"]


def test_the_members_of_a_large_company_are_counted_in_bounded_memory(access: MakeAccess) -> None:
    clock = Clock()
    door = access('[look_up]\nmembers = ["U00000"]', clock)
    for number in range(3_000):
        clock.now = number
        door._seconds_to_wait(f"U{number:05}")
    assert len(door._asked) <= 1_001


@pytest.fixture
def office(
    tmp_path: Path, trained: TrainedModel, playbook: Playbook, portfolio: Portfolio
) -> Callable[[str], Desk]:
    """Makes a desk with a snapshot, whose policy is the text."""

    def made(policy: str) -> Desk:
        path = tmp_path / "office.toml"
        path.write_text(policy, encoding="utf-8")
        desk = bare_desk(tmp_path, trained, playbook, load_policy(path))
        publish(
            desk.store,
            scored_batches(trained.model, portfolio),
            model=trained.model,
            as_of=LAST_WEEK,
            source="portfolio.csv",
            started_at=NOON,
        )
        return desk

    return made


def test_a_refusal_is_told_in_place_to_the_member_alone(
    workspace: LocalWorkspace, office: Callable[[str], Desk], portfolio: Portfolio
) -> None:
    desk = office(f'ask = "the risk desk"\n[form]\n{EVERYONE}')
    with connected(workspace, desk):
        ada = workspace.member("Ada Okafor")
        ada.types(f"/segment {portfolio.ids[0]}", channel="risk")
        told = ada.wait_for_message("risk", containing="You may not")
        assert told["text"] == (
            "You may not look up customers and segments. Ask the risk desk if you should."
        )
        assert told["ephemeral"]
        assert "You may not look up" in str(ada.opens_home())
        ada.types("/segment form", channel="risk")
        assert ada.wait_for_modal()
        ada.closes_modal(everything=True)


def test_a_card_stays_out_of_a_channel_with_other_companies_in_it(
    workspace: LocalWorkspace, office: Callable[[str], Desk], portfolio: Portfolio
) -> None:
    desk = office(f"[look_up]\n{EVERYONE}\n[share]\n{EVERYONE}")
    with connected(workspace, desk):
        ada = workspace.member("Ada Okafor")
        ada.types(f"/segment {portfolio.ids[0]}", channel="with-acme")
        ada.wait_for_message("with-acme", containing=str(portfolio.ids[0]))
        ada.presses(card.SHARE)
        ada.wait_for_message("with-acme", containing="other companies are in this channel")
        assert all(message["ephemeral"] for message in ada.sees("with-acme") if message["bot"])
    denied = desk.audit.records()[-1]
    assert (denied.action, denied.result, denied.channel) == ("share", "denied", SHARED)


def test_an_administrator_asks_the_trail_by_member_customer_and_time(
    workspace: LocalWorkspace, office: Callable[[str], Desk], portfolio: Portfolio
) -> None:
    desk = office(f'admins = ["{BEN}"]\n[look_up]\n{EVERYONE}')
    customer = str(portfolio.ids[0])
    with connected(workspace, desk):
        ada, ben = workspace.member("Ada Okafor"), workspace.member("Ben Ruiz")
        ada.types(f"/segment {customer}", channel="risk")
        for asked, told in (
            (f"audit {ADA}", f"The newest 1 record about {ADA}"),
            (f"audit {customer}", f"The newest 1 record about {customer}"),
            ("audit since 2026-11-18", "since 2026-11-18 00:00 UTC"),
            ("audit since 2026-11-19", "has no record since 2026-11-19 00:00 UTC"),
            ("audit since lately", "“lately” is no date"),
        ):
            ben.types(f"/segment {asked}", channel="risk")
            assert ben.wait_for_message("risk", containing=told)["ephemeral"]
        ada.types("/segment audit", channel="risk")
        ada.wait_for_message("risk", containing="You may not administer Segbot. Ask Ben Ruiz")
    asked_by_ben = desk.audit.records(Wanted(member=BEN))
    assert {(record.action, record.result) for record in asked_by_ben} == {("audit", "shown")}


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ('admins = ["ada"]', "admins should be a list of member ids such as U0123ABCD"),
        ("a_minute = 0", "a_minute should be a whole number, 1 or more"),
        ("a_minute = -5", "a_minute should be a whole number, 1 or more"),
        ("ask = 5", "ask should be a text"),
        ("[lookup]", "nothing is called lookup"),
        ('[look_up]\nmember = "everyone"', r"\[look_up\] has nothing called member"),
        ('[look_up]\nmembers = ["everyone"]', 'such as U0123ABCD or "everyone"'),
        ('[look_up]\ngroups = ["risk-team"]', "groups should be a list of ids such as S0123ABCD"),
        ('[look_up]\nchannels = ["#risk"]', 'such as C0123ABCD or "everywhere"'),
        ("look_up = 5", r"\[look_up\] should be a table"),
        ("[look_up", "is not valid TOML"),
    ],
)
def test_a_policy_that_could_be_misread_is_refused_at_the_start(
    access: MakeAccess, policy: str, told: str
) -> None:
    with pytest.raises(PolicyError, match=told):
        access(policy)
