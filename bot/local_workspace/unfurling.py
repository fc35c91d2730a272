"""Links that the app unfolds: which ones it hears of, and chat.unfurl that shows more of them."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.local_workspace.errors import SlackError, invalid
from bot.local_workspace.posting import checked_blocks
from bot.local_workspace.records import Channel, Json, Message
from bot.local_workspace.state import State

LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")
BARE_LINK = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)'\"*_~]")


def linked(text: str) -> str:
    """Typed text with its addresses made links, as Slack passes them on."""
    return BARE_LINK.sub(r"<\g<0>>", text)


def links(state: State, message: Message) -> list[Json]:
    """The links of a message that the app may unfold, with the domain each belongs to."""
    return [
        {"domain": domain, "url": url}
        for url in dict.fromkeys(LINK.findall(message.text))
        if (domain := _domain(state, url))
    ]


def link_shared(state: State, message: Message, channel: Channel, found: list[Json]) -> Json:
    """The content of a link_shared event."""
    return {
        "type": "link_shared",
        "user": message.user,
        "channel": channel.id,
        "message_ts": message.ts,
        "unfurl_id": f"C.{channel.id}.{message.ts}",
        "source": "conversations_history",
        "is_bot_user_member": channel.id in state.bot_channels,
        "links": found,
        "event_ts": message.ts,
    }


def unfurl(state: State, arguments: Json) -> Json:
    unfurls = arguments["unfurls"]
    if not isinstance(unfurls, Mapping) or not unfurls:
        raise invalid("invalid_arguments", ["[ERROR] unfurls must be an object"])
    message = _message(state, arguments)
    known = {each["url"] for each in links(state, message)}
    for address, content in unfurls.items():
        url = address if address in known else address.replace("&", "&amp;")
        if url not in known:
            raise SlackError("cannot_unfurl_url", url=address)
        message.unfurls[url] = _blocks(state, content)
    state.changed()
    return {}


def _message(state: State, arguments: Json) -> Message:
    """The message named by channel and ts, or by the event's unfurl_id."""
    if "unfurl_id" in arguments:
        _, channel, ts = str(arguments["unfurl_id"]).split(".", 2)
    else:
        channel, ts = str(arguments.get("channel")), str(arguments.get("ts"))
    try:
        return state.message(channel, ts)
    except SlackError:
        raise SlackError("cannot_find_message") from None


def _blocks(state: State, content: Json) -> list[Json]:
    blocks = content.get("blocks")
    if not blocks:
        raise SlackError("cannot_parse_attachment")
    return checked_blocks(state, "", blocks, by="chat.unfurl")


def _domain(state: State, url: str) -> str | None:
    """The manifest's domain that a link is of; a domain stands for those below it, too."""
    host = urlsplit(url).hostname or ""
    for domain in state.app.unfurl_domains:
        if host == domain or host.endswith(f".{domain}"):
            return domain
    return None
