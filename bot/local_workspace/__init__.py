"""A stand-in for Slack on this machine: Web API, Socket Mode, signed HTTP and a page to chat on."""

from bot.local_workspace.handouts import Step
from bot.local_workspace.link import Redelivery
from bot.local_workspace.member import Driver
from bot.local_workspace.records import Channel, Delivery, Greeting, Member, UserGroup
from bot.local_workspace.server import LocalWorkspace, PortInUse

__all__ = [
    "Channel",
    "Delivery",
    "Driver",
    "Greeting",
    "LocalWorkspace",
    "Member",
    "PortInUse",
    "Redelivery",
    "Step",
    "UserGroup",
]
