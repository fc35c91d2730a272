"""What a workspace is made of: members, channels, user groups, messages, views, files."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in the workspace; `id` starts with U.

    A guest is in several channels, an ultra-restricted one in a single one; an external member
    belongs to another company's workspace and comes in by a shared channel; a deleted one has
    left.
    """

    id: str
    name: str
    title: str = ""
    time_zone: str = "UTC"
    is_admin: bool = False
    is_guest: bool = False
    is_ultra_restricted: bool = False
    is_external: bool = False
    deleted: bool = False

    @property
    def standing(self) -> str:
        """What sets this member apart, in words; empty for a full member."""
        if self.is_external:
            return "external"
        return "guest" if self.is_guest or self.is_ultra_restricted else ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; `id` starts with C, a direct message's with D.

    `members` are the ids of those who are in it, None when every member is.
    """

    id: str
    name: str
    topic: str = ""
    bot_is_member: bool = True
    is_private: bool = False
    is_ext_shared: bool = False
    direct_with: str | None = None
    members: tuple[str, ...] | None = None

    @property
    def kind(self) -> str:
        """Slack's `channel_type`: im, group (private) or channel."""
        if self.direct_with:
            return "im"
        return "group" if self.is_private else "channel"


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group such as @risk-team; `id` starts with S, `members` are member ids."""

    id: str
    handle: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the page shows to a newcomer.

    A try is a label and the text that it puts in the composer, or #home or #C… for a place to go.
    """

    title: str
    text: str
    tries: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> Json:
        """The greeting as the page gets it."""
        tries = [{"label": label, "text": text} for label, text in self.tries]
        return {"title": self.title, "text": self.text, "tries": tries}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the app took something that a member did.

    `acknowledged_after` is in seconds, None when the app was not asked or did not answer;
    `error` is the name that Slack shows, None when all went well.
    """

    acknowledged_after: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The app's answer to one delivery: the acknowledgement's body, or the name of the failure."""

    body: Json = field(default_factory=dict)
    acknowledged_after: float | None = None
    error: str | None = None

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.acknowledged_after, self.error)


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of a submitted modal: `errors` by block_id, or one `error` for the whole."""

    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


@dataclass(slots=True)
class File:
    """An uploaded file; `width` and `height` are in pixels and known for PNG only.

    `user` is who it belongs to; `private_url` is where the app finds its bytes, `created` in
    seconds, `length` in bytes; `submitted` once a form has handed it to the app.
    """

    id: str
    name: str
    length: int
    mimetype: str
    private_url: str
    created: int
    user: str
    alt_txt: str = ""
    title: str = ""
    submitted: bool = False
    content: bytes | None = None
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class Message:
    """A message in a channel; `visible_to` names the one member who sees an ephemeral one.

    `unfurls` are the blocks below its links, by link.
    """

    ts: str
    channel: str
    text: str
    user: str | None = None
    blocks: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    visible_to: str | None = None
    thread_ts: str | None = None
    from_bot: bool = False
    edited: bool = False
    system: bool = False
    unfurls: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def everything(self) -> list[Json]:
        """All blocks that the message shows, those below its links included."""
        return [*self.blocks, *itertools.chain(*self.unfurls.values())]

    def unfurled(self, block_id: str) -> str | None:
        """The link that a block stands below, None for a block of the message itself."""
        for url, blocks in self.unfurls.items():
            if block_id in {block["block_id"] for block in blocks}:
                return url
        return None


@dataclass(slots=True)
class OpenView:
    """A modal on a member's screen, or a published Home; `entered` is what was typed so far.

    `origin` is the conversation that was in view when it was opened, if any.
    """

    id: str
    hash: str
    member: str
    view: Json
    root_id: str
    previous_id: str | None = None
    origin: str | None = None
    entered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def enter(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        """Remember what was typed, by block_id and action_id."""
        for block_id, fields in values.items():
            self.entered.setdefault(block_id, {}).update(fields)
