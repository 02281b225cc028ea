"""A PBX that plays calls: what each provider would post about one call, signed, to the hub's address.

`scenes` says what happens, `encoders` put each moment into a provider's words, `FakePbx.play` posts them in order,
shuffled, or each twice, as real PBXs do. The sandbox and the tests use it; it knows nothing of the adapters.
"""

import random
from collections.abc import Mapping
from enum import StrEnum

from hub.net.http import Http, HttpAnswer
from hub.testing.telephony.encoders import ENCODERS, MAPPED_SAMPLE, SAMPLE_STAGES
from hub.testing.telephony.scenes import Played, PlayedCall, Post, Scene, timeline

__all__ = ["ENCODERS", "MAPPED_SAMPLE", "SAMPLE_STAGES", "FakePbx", "Order", "PlayedCall", "Post", "Scene", "posts"]


class Order(StrEnum):
    """How the network treats the posts of one call."""

    as_happened = "as_happened"
    shuffled = "shuffled"
    repeated = "repeated"


def posts(kind: str, scene: Scene, call: PlayedCall, settings: Mapping[str, str]) -> list[Post]:
    """Return what the provider `kind` posts about a call, in the order of its happening."""
    played = Played(scene, call, settings)
    found = (ENCODERS[kind](played, happening) for happening in timeline(scene, call))
    return [post for post in found if post is not None]


class FakePbx:
    """A PBX account of one provider that posts to one connection of the hub.

    `settings` are plain values of the connection, secrets included: both sides know them.
    """

    def __init__(self, kind: str, base_url: str, settings: Mapping[str, str], *, http: Http) -> None:
        self._kind = kind
        self._base_url = base_url.rstrip("/")
        self._settings = settings
        self._http = http

    async def play(self, scene: Scene, call: PlayedCall, *, order: Order = Order.as_happened) -> list[HttpAnswer]:
        """Post all of a call, one request after the other, and return the answers."""
        return [await self.send(post) for post in self.posts(scene, call, order=order)]

    def posts(self, scene: Scene, call: PlayedCall, *, order: Order = Order.as_happened) -> list[Post]:
        """Return the posts of a call as the network would bring them; the same for the same call."""
        found = posts(self._kind, scene, call, self._settings)
        match order:
            case Order.as_happened:
                return found
            case Order.repeated:
                return [post for post in found for _ in range(2)]
            case Order.shuffled:
                random.Random(call.call).shuffle(found)
                return found

    async def send(self, post: Post) -> HttpAnswer:
        """Post one request."""
        url = f"{self._base_url}/{post.suffix}".rstrip("/")
        return await self._http.request("POST", url, headers=post.headers, data=post.body)
