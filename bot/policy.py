"""The policy: who may do what, where, and how often, read from a small file."""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from segmentation.errors import SegbotError

BUILT_IN: Final = Path(__file__).with_name("policy.toml")
_SETTINGS: Final = ("ask", "admins", "a_minute")
_MEMBER: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{2,}")
_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{2,}")


class PolicyError(SegbotError):
    """A policy file that cannot be used; the message says what is wrong with it."""


class Action(StrEnum):
    """What a member can want, as the policy and the audit trail call it."""

    LOOK_UP = "look_up"
    FORM = "form"
    SHARE = "share"
    WATCH = "watch"
    UPLOAD = "upload"
    EXPORT = "export"
    SUBSCRIBE = "subscribe"
    ADMINISTER = "administer"

    @property
    def words(self) -> str:
        """The action as the end of “you may not …”."""
        return _WORDS[self]


_WORDS: Final = {
    Action.LOOK_UP: "look up customers and segments",
    Action.FORM: "use the form",
    Action.SHARE: "share a customer's card",
    Action.WATCH: "watch customers",
    Action.UPLOAD: "have whole lists scored",
    Action.EXPORT: "export customers",
    Action.SUBSCRIBE: "subscribe channels to the digest",
    Action.ADMINISTER: "administer Segbot",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do one action, and where; `channels` None means everywhere."""

    everyone: bool = False
    members: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    channels: frozenset[str] | None = None


NOBODY: Final = Rule()


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule an action; an action without a rule is for admins alone.

    `ask` says whom a refusal sends people to; "" leaves it to the names of the admins.
    """

    rules: dict[Action, Rule]
    admins: frozenset[str]
    ask: str
    a_minute: int

    def rule(self, action: Action) -> Rule:
        """The rule of an action."""
        return self.rules.get(action, NOBODY)


def load_policy(path: Path = BUILT_IN) -> Policy:
    """Read a policy; PolicyError names everything in it that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"The policy {path} is not valid TOML: {error}.") from None
    problems = [*_setting_problems(data), *_rule_problems(data)]
    if problems:
        raise PolicyError(f"The policy {path} cannot be used: {'; '.join(problems)}.")
    return Policy(
        rules={action: _rule(data[action]) for action in Action if action in data},
        admins=frozenset(data.get("admins", [])),
        ask=data.get("ask", ""),
        a_minute=data.get("a_minute", 30),
    )


def _rule(table: dict[str, Any]) -> Rule:
    members, channels = table.get("members", []), table.get("channels", "everywhere")
    return Rule(
        everyone=members == "everyone",
        members=frozenset() if members == "everyone" else frozenset(members),
        groups=tuple(table.get("groups", [])),
        channels=None if channels == "everywhere" else frozenset(channels),
    )


def _setting_problems(data: dict[str, Any]) -> list[str]:
    known = {*Action, *_SETTINGS}
    unknown = [f"nothing is called {name}" for name in data if name not in known]
    checks = (
        ("admins", _ids(data.get("admins", []), _MEMBER), "a list of member ids such as U0123ABCD"),
        ("ask", isinstance(data.get("ask", ""), str), "a text"),
        ("a_minute", _is_count(data.get("a_minute", 1)), "a whole number, 1 or more"),
    )
    return unknown + [f"{name} should be {what}" for name, fine, what in checks if not fine]


def _rule_problems(data: dict[str, Any]) -> list[str]:
    return [problem for name in Action if name in data for problem in _problems(name, data[name])]


def _problems(name: str, table: object) -> list[str]:
    if not isinstance(table, dict):
        return [f"[{name}] should be a table"]
    unknown = [f"[{name}] has nothing called {key}" for key in table if key not in _KEYS]
    wrong = [
        f"[{name}] {key} should be a list of ids such as {example}"
        + (f' or "{word}"' if word else "")
        for key, (pattern, example, word) in _KEYS.items()
        if key in table and not (_ids(table[key], pattern) or (word and table[key] == word))
    ]
    return unknown + wrong


# Key of a rule → what an id looks like, an example, and the word that means all of them.
_KEYS: Final = {
    "members": (_MEMBER, "U0123ABCD", "everyone"),
    "groups": (_GROUP, "S0123ABCD", ""),
    "channels": (_CHANNEL, "C0123ABCD", "everywhere"),
}


def _ids(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, str) and pattern.fullmatch(each) for each in value
    )


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 1
