"""The contract suite of channels: inherit it, name the channel, and these tests are yours.

What the class says:

- `channel`: the exported `CHANNEL`. `settings`: plain values of a connection, secrets included.
- `fixtures`: folder of payloads; left out, it is `fixtures/<kind>` beside the test file (`hub.testing.fixture_files`
  says how the files are written). Payloads of other transports: override `load_fixtures`.
- `sign(raw, settings)`: the request as a provider that knows `settings` sends it. A channel that takes webhooks has
  it, or says in `unsigned` why its provider proves nothing. `rotated`: the settings that differ while a secret is
  being changed; the old one must pass beside the new one. `signs_body`: one changed byte must be refused.
- `any_bytes_parse`: why there is no junk for this channel ("any bytes are a letter"); empty for all others.
- `send_settings(base_url)`, `sent_answer(request)`: for a channel that sends over HTTP (`contracts.sending`).

Checks of parts that the channel does not have are not collected at all: nothing is skipped.
"""

import inspect
from pathlib import Path
from typing import Any

import pytest

from hub.channels.base import Channel, Parses, Receives, Sends
from hub.testing.contracts.parsing import ParsingChecks
from hub.testing.contracts.sending import SendingChecks
from hub.testing.contracts.settings import SettingsChecks
from hub.testing.contracts.webhooks import SignatureChecks, WebhookChecks
from hub.testing.fixture_files import Mark

_PARTS: tuple[tuple[type, type], ...] = (
    (ParsingChecks, Parses),
    (WebhookChecks, Receives),
    (SignatureChecks, Receives),
    (SendingChecks, Sends),
)
_CASES = {"fixture": frozenset({None, Mark.repeat}), "stored": frozenset({*Mark, None}) - {Mark.ping}}


class ChannelContract(SettingsChecks, ParsingChecks, WebhookChecks, SignatureChecks, SendingChecks):
    """See the module. Tests of the author's own stand in the same class or beside it."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "channel"):
            return
        cls.kind = kind_of(cls.channel)
        if not hasattr(cls, "fixtures"):
            cls.fixtures = Path(inspect.getfile(cls)).parent / "fixtures" / cls.kind
        for checks, part in _PARTS:
            if not issubclass(cls.channel, part) or cls._is_excused(checks):
                _leave_out(cls, checks)

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Give each test that asks for a payload one case per file."""
        for name, marks in _CASES.items():
            if name in metafunc.fixturenames:
                found = [fixture for fixture in cls.load_fixtures() if fixture.mark in marks]
                metafunc.parametrize(name, found, ids=[fixture.name for fixture in found])

    @classmethod
    def _is_excused(cls, checks: type) -> bool:
        excuses: dict[type, str] = {SignatureChecks: cls.unsigned, SendingChecks: cls.sends_without_http}
        return bool(excuses.get(checks, ""))


def kind_of(channel: type[Channel[Any]]) -> str:
    """Return the kind of a channel class: the name of its module, or of its package for a kind in several files."""
    rooms = channel.__module__.removeprefix("hub.channels.").removeprefix("telephony.").split(".")
    return rooms[0] if channel.__module__.startswith("hub.channels.") else rooms[-1]


def _leave_out(suite: type, checks: type) -> None:
    for name in vars(checks):
        if name.startswith("test_"):
            setattr(suite, name, None)
