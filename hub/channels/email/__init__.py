"""E-mail: IMAP in, SMTP out, and a parser that treats every letter as hostile.

`imap.py` fetches, `smtp.py` sends, `channel.py` joins them to the contract; the parser is `mime.py` over `headers.py`,
`parts.py`, `charset.py`, `markup.py`, `quotes.py`; `events.py` makes it words of the hub, `child.py` runs it in limited
processes. What does not belong: choosing the conversation of a letter (`hub.inbox`), storing anything.

`CHANNEL` is imported when asked for, so that the parser alone starts in milliseconds (parse children, `hub inspect`).
Sources: RFC 5322, 2045–2047, 2231, 3464, 3834, 8601, 9051 §6.4; provider pages in `channel.py`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.channels.email.channel import EmailChannel as CHANNEL  # noqa: N814
    from hub.channels.email.settings import EmailSettings

__all__ = ["CHANNEL", "EmailSettings"]


def __getattr__(name: str) -> object:
    if name == "CHANNEL":
        from hub.channels.email.channel import EmailChannel  # noqa: PLC0415

        return EmailChannel
    if name == "EmailSettings":
        from hub.channels.email.settings import EmailSettings  # noqa: PLC0415

        return EmailSettings
    raise AttributeError(name)
