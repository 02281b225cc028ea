"""What a message encloses that is neither words nor a file: a point on the map, somebody's card.

It is stored in words, so that every channel can carry it, and in fields, so that a channel with a kind of its own for
it sends that. What clients send is read by their channels; here it is what people of the business send.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from hub.domain.message import Direction, Message, MessageKind

_DEGREES = "{:.6f}"


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the map, in degrees; a place has a title and an address."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody's name and number, as they stand in an address book."""

    phone: str
    name: str = ""


Enclosure = Point | Card
Fields = tuple[tuple[str, str], ...]


def kind_of(enclosure: Enclosure) -> MessageKind:
    """Return the kind of message it makes."""
    return MessageKind.location if isinstance(enclosure, Point) else MessageKind.contact


def words_of(enclosure: Enclosure) -> str:
    """Return it in words, for channels that know no such kind; every field stands in them."""
    match enclosure:
        case Point():
            point = f"{_DEGREES.format(enclosure.latitude)}, {_DEGREES.format(enclosure.longitude)}"
            return "\n".join(part for part in (enclosure.title, enclosure.address, point) if part)
        case Card():
            return f"{enclosure.name} {enclosure.phone}".strip()
        case _ as never:
            assert_never(never)


def fields_of(enclosure: Enclosure) -> Fields:
    """Return its parts by name, those that say something."""
    match enclosure:
        case Point():
            degrees = (
                ("latitude", _DEGREES.format(enclosure.latitude)),
                ("longitude", _DEGREES.format(enclosure.longitude)),
            )
            named: Fields = (("title", enclosure.title), ("address", enclosure.address))
            return (*degrees, *(each for each in named if each[1]))
        case Card():
            return tuple(each for each in (("phone", enclosure.phone), ("name", enclosure.name)) if each[1])
        case _ as never:
            assert_never(never)


def from_fields(fields: Mapping[str, str]) -> Enclosure | None:
    """Return what the fields say, `None` if they say neither; the way back of `fields_of`."""
    if "latitude" in fields and "longitude" in fields:
        title, address = fields.get("title", ""), fields.get("address", "")
        return Point(float(fields["latitude"]), float(fields["longitude"]), title, address)
    return Card(fields["phone"], fields.get("name", "")) if "phone" in fields else None


def enclosed_in(message: Message) -> Enclosure | None:
    """Return what a message of ours encloses."""
    is_ours = message.direction is Direction.outbound
    return from_fields(dict(message.fields)) if is_ours and message.kind in _KINDS else None


_KINDS = frozenset({MessageKind.location, MessageKind.contact})
