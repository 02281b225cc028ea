"""What `hub inspect email` prints: a letter as the hub reads it. Needs no settings, database or network."""

from collections.abc import Sequence

from hub.channels.email.headers import MailAddress
from hub.channels.email.mime import parse_letter


def inspect_letter(raw: bytes) -> dict[str, object]:
    """Return the parsed letter as plain JSON values; absent fields are empty, never left out.

    Raises:
        PayloadInvalid: the letter exceeds a limit of the parser.
    """
    letter = parse_letter(raw)
    return {
        "from": ", ".join(_shown(letter.senders)),
        "to": _shown(letter.to),
        "cc": _shown(letter.cc),
        "subject": letter.subject,
        "body_text": letter.body_text,
        "reply_text": letter.reply_text,
        "attachments": [{"name": file.name, "size": file.size, "mime": file.mime} for file in letter.files],
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "references": list(letter.references),
        "auto_submitted": letter.auto_submitted,
    }


def _shown(addresses: Sequence[MailAddress]) -> list[str]:
    """Return addresses as people write them: `Name <address>`, or the address alone."""
    return [f"{a.name} <{a.address}>" if a.name and a.address else a.address or a.name for a in addresses]
