"""Which events the app hears of: those its manifest subscribes to and has the scope for."""

from bot.local_workspace.exchange import Exchange
from bot.local_workspace.records import Channel, Delivery, Json, Member

# The scopes of which an event needs one.
EVENT_SCOPES = {
    "app_mention": ("app_mentions:read",),
    "file_shared": ("files:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
}


def tell(exchange: Exchange, name: str, content: Json) -> Delivery:
    """Send an event to the app if it may hear it; to subscribe without the scope is a problem."""
    app = exchange.state.app
    if name not in app.events:
        return Delivery()
    scopes = EVENT_SCOPES.get(name, ())
    if scopes and not app.scopes.intersection(scopes):
        exchange.state.problem(f"{name}: the manifest lacks the scope `{'` or `'.join(scopes)}`")
        return Delivery()
    return exchange.event(content).delivery


def invite_app(exchange: Exchange, member: Member, channel: Channel) -> Delivery:
    """Add the app to a channel."""
    state = exchange.state
    with state.lock:
        state.bot_channels.add(channel.id)
        state.changed()
    content = _membership(exchange, "member_joined_channel", channel)
    return tell(exchange, "member_joined_channel", {**content, "inviter": member.id})


def remove_app(exchange: Exchange, channel: Channel) -> Delivery:
    """Remove the app from a channel."""
    state = exchange.state
    with state.lock:
        state.bot_channels.discard(channel.id)
        state.changed()
    return tell(
        exchange,
        "member_left_channel",
        _membership(exchange, "member_left_channel", channel),
    )


def _membership(exchange: Exchange, kind: str, channel: Channel) -> Json:
    state = exchange.state
    return {
        "type": kind,
        "user": state.app.bot_user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": state.app.team_id,
        "event_ts": state.new_ts(),
    }
