"""A channel for tests with the real program: a payload may kill whoever parses it, a send waits for the test's word.

It is brought in as a package outside the tree brings one, by an entry point (see `installed`). Bodies are JSON with
`client` and `text`; the text «смерть» ends the process at once, as a crash in native code does.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence, Peek, Raw
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, InboundEvent, InboundMessage, Sender
from hub.domain.outbound import OutboundMessage, SendResult, Sent, Unknown
from tests.house.source import ROOT

KIND = "rehearsal"
DEADLY = "смерть"
DIED = 70


class RehearsalSettings(ChannelSettings):
    """Where the test listens to what is sent."""

    port: int = Field(description="Port of 127.0.0.1 that hears each text and answers with its id.")


class Rehearsal(Channel[RehearsalSettings]):
    """Reads what the test wrote and sends what the test may hold back."""

    settings_model = RehearsalSettings
    capabilities = Capabilities(text_limit=4096)
    evidence = Evidence.documented

    def peek(self, raw: Raw) -> Peek:
        return Peek(raw.headers.get("id", ""), str(json.loads(raw.body)["client"]))

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        said: Mapping[str, str] = json.loads(raw.body)
        if said["text"] == DEADLY:
            os._exit(DIED)
        if not said["client"]:
            raise PayloadInvalid("nobody said that")
        sender = Sender((Address(IdentityType.tg_user, said["client"], level=ProofLevel.proven),), name=said["client"])
        return (InboundMessage(f"{raw.received_at}", said["client"], sender, raw.received_at, text=said["text"]),)

    async def send(self, message: OutboundMessage) -> SendResult:
        started_at = self.context.clock.now()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.settings.port)
        try:
            writer.write(f"{message.text}\n".encode())
            answer = (await reader.readline()).decode().strip()
        finally:
            writer.close()
        return Sent((answer,), started_at) if answer else Unknown("no_answer")


CHANNEL = Rehearsal


def installed(place: Path) -> dict[str, str]:
    """Write the metadata of a package that brings this channel; return the environment that makes it known."""
    metadata = place / f"{KIND}-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {KIND}\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[hub.channels]\n{KIND} = {__name__}:CHANNEL\n")
    return {"PYTHONPATH": f"{place}{os.pathsep}{ROOT}"}
