"""Who wrote a letter that a colleague passes on (case 40): named in the header block of a forward. Pure.

Mail programs put From, Date, Subject and To of the original above its text, some under a line of their own ("Forwarded
message"), Outlook without one. Nothing here is proof: whoever forwards may write any name, so the address is claimed
(M-2), and `hub.inbox` believes a forward only of somebody whom it knows to be a colleague.
"""

import re

from hub.channels.email.mime import Letter
from hub.channels.email.quotes import FORWARD_LINE
from hub.domain.identity import IdentityType, ProofLevel, canonical_email
from hub.domain.inbound import Address, Sender
from hub.domain.mail_subject import is_forward_subject

_FROM = re.compile(
    r"^[\s>*]*(?:From|От|От кого|Отправитель)\s*:[\s*]*(?P<name>[^<\n]*?)[\s*\"]*"
    r"[<\[(]?(?:mailto:)?(?P<address>[^\s<>\[\]()\"]+@[^\s<>\[\]()\"]+)",
    re.IGNORECASE,
)
_LINES_TO_FROM = 6


def find_original_sender(letter: Letter) -> Sender | None:
    """Return who wrote the letter that this one forwards, `None` if it is no forward or names no address.

    An answer that quotes an old forward is none, nor is a letter that goes to the very person it names.
    """
    is_named = is_forward_subject(letter.subject)
    lines = letter.body_text.splitlines()
    start = next((place for place, line in enumerate(lines) if FORWARD_LINE.match(line)), None)
    if not is_named and (start is None or letter.in_reply_to):
        return None
    header = lines if start is None else lines[start : start + _LINES_TO_FROM]
    found = next((match for line in header if (match := _FROM.match(line))), None)
    sender = _sender(found) if found else None
    return None if sender is None or _is_sent_to(letter, sender) else sender


def _is_sent_to(letter: Letter, sender: Sender) -> bool:
    written_to = (canonical_email(box.address) for box in letter.to + letter.cc)
    return sender.addresses[0].value in {email.value for email in written_to if email}


def _sender(found: re.Match[str]) -> Sender | None:
    email = canonical_email(found["address"].rstrip(".,;"))
    if email is None:
        return None
    address = Address(IdentityType.email, email.value, email.original, ProofLevel.claimed)
    return Sender((address,), name=found["name"].strip(" \"'*"))
