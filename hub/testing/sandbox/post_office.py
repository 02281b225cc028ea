"""The mail of the sandbox: clients' letters go into the shop's IMAP folder, the shop's letters into clients' boxes.

Our receiving server signs what it checked with `Authentication-Results` (RFC 8601), as real ones do, so that senders
count as proven.
"""

import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from hub.domain.ports import Clock
from hub.testing.mail.imap_server import FakeImap
from hub.testing.mail.smtp_server import FakeSmtp, ReceivedLetter
from hub.testing.sandbox.cast import MAIL_PASSWORD, SHOP_ADDRESS, Client

AUTHSERV_ID = "mx.lampa.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in a client's mail program. `answers` is the Message-ID it answers, empty for a first one."""

    number: int
    client: str
    is_mine: bool
    subject: str
    text: str
    at: datetime
    message_id: str
    answers: str = ""


class _Sink(list[ReceivedLetter]):
    """The SMTP side's letters, telling of each one."""

    def __init__(self, taken: Callable[[ReceivedLetter], None]) -> None:
        super().__init__()
        self._taken = taken

    def append(self, letter: ReceivedLetter) -> None:
        super().append(letter)
        self._taken(letter)


class PostOffice:
    """Both servers and every client's letters, oldest first."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.letters: list[Letter] = []
        self.imap = FakeImap(user=SHOP_ADDRESS, password=MAIL_PASSWORD)
        self.smtp = FakeSmtp(user=SHOP_ADDRESS, password=MAIL_PASSWORD, letters=_Sink(self._take))
        self._clock = clock
        self._changed = changed

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve both protocols until the block ends."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.imap.run())
            await stack.enter_async_context(self.smtp.run())
            yield

    def write(self, client: Client, subject: str, text: str, *, answers: int = 0) -> Letter:
        """Send a letter to the shop; `answers` is the number of the letter it replies to, 0 for a first one."""
        original = next((each for each in self.letters if each.number == answers), None)
        letter = Letter(
            number=len(self.letters) + 1,
            client=client.key,
            is_mine=True,
            subject=_answered(original.subject) if original else subject,
            text=text,
            at=self._clock.now(),
            message_id=f"<{len(self.letters) + 1}.{int(self._clock.now().timestamp())}@{_domain(client)}>",
            answers=original.message_id if original else "",
        )
        self.letters.append(letter)
        self.imap.deliver(_compose(client, letter), letter.at)
        self._changed()
        return letter

    def _take(self, received: ReceivedLetter) -> None:
        """Put a letter of the shop into the boxes of its recipients."""
        parsed = email.message_from_bytes(received.data, policy=email.policy.default)
        body = parsed.get_body(("plain",))
        for recipient in received.recipients:
            self.letters.append(
                Letter(
                    number=len(self.letters) + 1,
                    client=recipient,
                    is_mine=False,
                    subject=str(parsed["Subject"] or ""),
                    text=str(body.get_content()).strip() if body else "",
                    at=self._clock.now(),
                    message_id=str(parsed["Message-ID"] or ""),
                    answers=str(parsed["In-Reply-To"] or ""),
                )
            )
        self._changed()


def _answered(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _domain(client: Client) -> str:
    return client.email.partition("@")[2]


def _compose(client: Client, letter: Letter) -> bytes:
    message = EmailMessage()
    message["Authentication-Results"] = f"{AUTHSERV_ID}; dmarc=pass header.from={_domain(client)}"
    message["From"] = formataddr((client.name, client.email))
    message["To"] = SHOP_ADDRESS
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    if letter.answers:
        message["In-Reply-To"] = letter.answers
        message["References"] = letter.answers
    message.set_content(letter.text)
    return message.as_bytes()
