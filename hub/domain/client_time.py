"""When a client may be written to by an automation: 08:00 to 21:00 where they are (leads-and-automations §3).

The zone is the one somebody wrote into the card, else the telephone's where the numbering plan leaves one only (a
Russian mobile number has sixteen), else the line's. Source: the zones of `phonenumbers`, read at each call.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

ZONE_FIELD = "time_zone"
"""The client's own field that names their zone, for instance `Asia/Omsk`."""

EARLIEST, LATEST = time(8), time(21)
_NOWHERE = "Etc/Unknown"


def client_zone(written: str, phones: Iterable[str], default: ZoneInfo) -> ZoneInfo:
    """Return the zone of a client; `written` is the field of the card, `phones` are in E.164."""
    found = _zone(written.strip()) if written.strip() else None
    for phone in phones if found is None else ():
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
        if len(zones) == 1 and zones[0] != _NOWHERE:
            found = found or _zone(zones[0])
    return found or default


def zone_elsewhere(phones: Iterable[str], own: ZoneInfo, now: datetime) -> ZoneInfo | None:
    """Return the zone the telephones tell, if clocks there show another time than in `own` at `now` (case 23)."""
    zone = client_zone("", phones, own)
    return zone if now.astimezone(zone).utcoffset() != now.astimezone(own).utcoffset() else None


def when_to_write(at: datetime, zone: ZoneInfo) -> datetime:
    """Return `at` if it is day where the client is, else the next morning there; aware in, UTC-comparable out."""
    local = at.astimezone(zone)
    if EARLIEST <= local.time() < LATEST:
        return at
    day = local.date() if local.time() < EARLIEST else local.date() + timedelta(days=1)
    return datetime.combine(day, EARLIEST, zone).astimezone(at.tzinfo)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
