"""The control API's other half: how the gateway behaves, what goes wrong, who its merchants are and what time it is.

Each takes the emulator and the JSON value it was sent, and answers a JSON value or raises ControlRefusal.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from wasl.emulator.control import find_transaction
from wasl.emulator.faults import Faults, read_faults
from wasl.emulator.gateway import Emulator
from wasl.emulator.methods import METHODS
from wasl.emulator.money import DECIMALS
from wasl.emulator.profiles import (
    DEFAULT_CLIENT_KEY,
    IPN_ENTRIES_MAX,
    PROFILES_MAX,
    IpnEntry,
    Key,
    Profile,
    ProfileId,
)
from wasl.emulator.refusals import ControlRefusal
from wasl.emulator.switches import SAYS, YEAR_S, Switches, changed
from wasl.emulator.values import CONFLICT, NOT_FOUND, UNPROCESSABLE, misread, plain, read_value
from wasl.emulator.views import View, profile_view
from wasl.emulator.wire import time_text
from wasl.emulator.world import SECOND_MS

OFFSET_MS_MAX: Final = 5_000 * YEAR_S * SECOND_MS


class Ipn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All notifications of a profile, in the place of those before."""

    entries: Annotated[tuple[IpnEntry, ...], Meta(max_length=IPN_ENTRIES_MAX)]
    profile_id: ProfileId | None = None


class NewProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further profile, or one in the place of another with the same number."""

    profile_id: ProfileId
    server_key: Key
    client_key: Key = DEFAULT_CLIENT_KEY
    name: Annotated[str, Meta(min_length=1, max_length=100)] = "Test shop"
    test: bool = True
    active: bool = True
    recurring: bool = True
    currencies: Annotated[frozenset[str], Meta(min_length=1)] = frozenset(DECIMALS)
    methods: Annotated[frozenset[str], Meta(min_length=1)] = frozenset(METHODS)


class Advance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds by which the gateway's clock jumps forward."""

    advance_s: Annotated[float, Meta(ge=0, le=10 * YEAR_S)]


def faults(emulator: Emulator) -> View:
    """What may go wrong, where a page has no faults of its own."""
    return {**plain(emulator.world.state.settings.faults)}


def set_faults(emulator: Emulator, given: Any) -> View:
    """Replace them; what is not named does not go wrong."""
    read = _read_faults(given)
    with emulator.doing() as world:
        world.state.set(faults=read)
    return {**plain(read)}


def set_page_faults(emulator: Emulator, tran_ref: str, given: Any) -> View:
    """Faults of a page's deliveries and of whatever follows from it, in the place of everybody's."""
    read = _read_faults(given)
    with emulator.doing() as world:
        world.state.page_faults.put(find_transaction(world, tran_ref).root_ref, read)
    return {**plain(read)}


def switches(emulator: Emulator) -> View:
    """Every switch with its value, its default and what it is about."""
    return {"values": plain(emulator.world.switches), "defaults": plain(Switches()), "about": SAYS}


def set_switches(emulator: Emulator, given: Any) -> View:
    """Set some switches; the others stay."""
    if not isinstance(given, dict):
        raise ControlRefusal(UNPROCESSABLE, "Send an object of switches and their values.")
    with emulator.doing() as world:
        try:
            world.state.set(switches=changed(world.switches, given))
        except msgspec.ValidationError as error:
            raise misread(error) from error
    return switches(emulator)


def set_ipn(emulator: Emulator, given: Any) -> View:
    """Configure a profile's IPNs; a single entry may stand for itself."""
    if isinstance(given, dict) and "entries" not in given:
        profile = {"profile_id": given["profile_id"]} if "profile_id" in given else {}
        given = {**profile, "entries": [{name: value for name, value in given.items() if name != "profile_id"}]}
    wanted = read_value(given, Ipn)
    with emulator.doing() as world:
        profile_id = wanted.profile_id or emulator.config.profile_id
        known = world.state.profile(profile_id)
        if known is None:
            raise ControlRefusal(NOT_FOUND, f"There is no profile {profile_id}.", field="profile_id")
        world.state.profiles.put(str(profile_id), msgspec.structs.replace(known, ipn=wanted.entries))
    return {"profile_id": profile_id, "entries": plain(wanted.entries)}


def profiles(emulator: Emulator) -> View:
    """Every profile, without its keys."""
    return {"profiles": [profile_view(one) for one in emulator.world.state.profiles]}


def add_profile(emulator: Emulator, given: Any) -> View:
    """A further profile. Its IPNs stay if it was there before."""
    wanted = read_value(given, NewProfile)
    for name, known, said in (("currencies", DECIMALS, wanted.currencies), ("methods", METHODS, wanted.methods)):
        if unknown := sorted(said - set(known)):
            raise ControlRefusal(UNPROCESSABLE, f"Nobody here knows {unknown[0]!r}.", field=name)
    with emulator.doing() as world:
        before = world.state.profile(wanted.profile_id)
        if before is None and len(world.state.profiles) >= PROFILES_MAX:
            raise ControlRefusal(CONFLICT, f"There are {PROFILES_MAX} profiles already.")
        added = Profile(ipn=before.ipn if before else (), **msgspec.structs.asdict(wanted))
        world.state.profiles.put(str(added.profile_id), added)
    return profile_view(added)


def clock(emulator: Emulator) -> View:
    """The gateway's time."""
    world = emulator.world
    return {"now": time_text(world.now()), "ahead_s": world.state.settings.offset_ms / SECOND_MS}


def advance(emulator: Emulator, given: Any) -> View:
    """Let time pass at once: what was due happens before this answers, and due messages are on their way."""
    milliseconds = round(read_value(given, Advance).advance_s * SECOND_MS)
    with emulator.doing() as world:
        offset_ms = world.state.settings.offset_ms + milliseconds
        if offset_ms > OFFSET_MS_MAX:
            raise ControlRefusal(UNPROCESSABLE, "The clock is too far ahead already; reset it.", field="advance_s")
        world.state.set(offset_ms=offset_ms)
    with emulator.doing():
        return clock(emulator)


def reset(emulator: Emulator) -> View:
    """Forget everything, as after a start with the same options."""
    emulator.reset()
    return clock(emulator)


def _read_faults(given: Any) -> Faults:
    try:
        return read_faults(given)
    except msgspec.ValidationError as error:
        raise misread(error) from error
