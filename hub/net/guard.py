"""The SSRF guard: connections to addresses that others gave us never reach our own network (reliability case 98).

The check sits at the last step, where a socket is made for one resolved address, so nothing a URL says gets around it:
literal addresses, names that change their answer between two look-ups, IPv4 inside IPv6. Not here: redirects, which
`hub.net.http` does not follow, and the spelling of URLs, which it checks before.
"""

import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV6_OF_EVERYBODY = ipaddress.ip_network("2000::/3")
_AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class PrivateAddressError(OSError):
    """The guard refused an address; inside `hub.net` only, `hub.net.http` makes a `PermanentFailure` of it."""


def is_public_address(text: str) -> bool:
    """Tell whether everybody can reach an IP address: it is not private, loopback, link-local, reserved or multicast.

    IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64 with the well-known prefix) is judged by the IPv4 address.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return inner.is_global and not inner.is_multicast
    return address in _IPV6_OF_EVERYBODY and address.is_global


def guarded_connector(
    resolver: AbstractResolver | None = None, trusted: frozenset[str] = frozenset()
) -> aiohttp.TCPConnector:
    """Return a connector that makes sockets for public addresses and for those of ours in `trusted`, and no others."""

    def make_socket(info: _AddressInfo) -> socket.socket:
        family, kind, protocol, _name, address = info
        if address[0] not in trusted and not is_public_address(str(address[0])):
            raise PrivateAddressError("an address inside our own network")
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)
        return made

    return aiohttp.TCPConnector(resolver=resolver, limit=20, socket_factory=make_socket)
