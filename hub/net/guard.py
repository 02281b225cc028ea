"""The SSRF guard: a connector that refuses to reach our own network, whatever a URL says (reliability case 98).

The check sits where the address is used: names are resolved once, every resolved address is looked at, and the
connection goes to a checked one, so a name that changes its answer between check and use gains nothing.
"""

import ipaddress
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import ResolveResult

from hub.domain.errors import PermanentFailure

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public_address(text: str) -> bool:
    """Tell whether an IP address is reachable by everyone: not private, loopback, link-local, mapped or reserved."""
    address = ipaddress.ip_address(text.split("%", 1)[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


class _GuardedConnector(aiohttp.TCPConnector):
    """Looks at every address, literal ones included; the library offers no public place that sees both."""

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[aiohttp.tracing.Trace] | None = None
    ) -> list[ResolveResult]:
        found = await super()._resolve_host(host, port, traces)
        refuse_private(host, [answer["host"] for answer in found])
        return found


def guarded_connector() -> aiohttp.TCPConnector:
    """Return a connector for addresses that others gave us; literal addresses are checked like resolved names."""
    return _GuardedConnector(limit=20)


def refuse_private(host: str, addresses: list[str]) -> None:
    """Raise `PermanentFailure` if any of `addresses` lies inside a network that only we can reach."""
    if not all(is_public_address(address) for address in addresses):
        raise PermanentFailure(f"'{host}' is an address inside our own network", reason="private_address")
