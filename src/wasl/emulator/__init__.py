"""PayTabs on one's own desk: an offline gateway that imports nothing of the rest of Wasl.

`serve` runs it on a socket. `Emulator` is the same gateway without sockets, on a clock and a seed it is given.
"""

from wasl.emulator.api import Answer
from wasl.emulator.config import DEFAULT_HOST, DEFAULT_PORT, ConfigRefused, EmulatorConfig
from wasl.emulator.faults import Faults, read_faults
from wasl.emulator.forms import PayForm
from wasl.emulator.gateway import Emulator, Shelf
from wasl.emulator.notices import Outgoing
from wasl.emulator.pages import Corrected, Leaving, Onwards, PageClosed
from wasl.emulator.profiles import DEFAULT_CLIENT_KEY, DEFAULT_PROFILE_ID, DEFAULT_SERVER_KEY
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.serve import load_faults, serve
from wasl.emulator.shelf import SqliteShelf
from wasl.emulator.world import Clock

__all__ = [
    "DEFAULT_CLIENT_KEY",
    "DEFAULT_HOST",
    "DEFAULT_PORT",
    "DEFAULT_PROFILE_ID",
    "DEFAULT_SERVER_KEY",
    "Answer",
    "Clock",
    "ConfigRefused",
    "ControlRefusal",
    "Corrected",
    "Emulator",
    "EmulatorConfig",
    "Faults",
    "Leaving",
    "Onwards",
    "Outgoing",
    "PageClosed",
    "PayForm",
    "Shelf",
    "SqliteShelf",
    "load_faults",
    "read_faults",
    "serve",
]
