"""The made-up card of a training story, as `hub.inbox.queries` would make a real one.

Nobody of it exists: the telephone's code 000 is given to nobody in the Russian numbering plan, so a tap on it rings
nowhere, mailboxes end in `.example` (RFC 2606), and the number #0 is of no conversation.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bots.practice.progress import Place
from bots.practice.story import Matter, StoryKey
from bots.texts import Texts
from hub.domain.ids import ContactId, ConversationId, IdentityId, LineKey, ManagerId, MessageId, ThreadId, WaitId
from hub.domain.message import Author, Direction, MessageKind
from hub.inbox.views import AddressView, CardView, ManagerView, MessageView, WaitView

NUMBER = 0
ME, COLLEAGUE = ManagerId(1), ManagerId(2)
EXTENSION = "101"
TARGET = timedelta(minutes=15)
_PHONE = "+7 000 000-00-02"
_MAILBOX = "olga@mail.example"
_CHANNELS = {StoryKey.site: "webform", StoryKey.missed: "telephony"}


def training_card(texts: Texts, place: Place, *, since: datetime, zone: ZoneInfo, name: str) -> CardView:
    """Return the card of a scene whose client has waited since an instant, for the manager of this name."""
    story, scene = place.story, place.shown
    is_free, is_again = scene.matter is Matter.free, scene.says > 1
    channel = "email" if is_again else _CHANNELS.get(story, "telegram")
    return CardView(
        id=ConversationId(NUMBER),
        number=NUMBER,
        line=LineKey("practice"),
        line_name=texts("practice.line"),
        zone=zone,
        state="open",
        contact_id=ContactId(0),
        contact_name=texts(f"practice.{story.value}.client"),
        company="",
        addresses=_addresses(story, is_known=is_again),
        is_regular=False,
        channel=channel,
        source=texts("practice.source") if story is StoryKey.site else "",
        subject="",
        assignee_id=None if is_free else ME,
        assignee_name="" if is_free else name,
        offered_to_viewer=False,
        transfer_to_viewer=False,
        wait=None if scene.matter is Matter.calm else _wait(place, since),
        recent=_messages(texts, place, since=since, channel=channel),
        reply_channel=channel if channel in ("telegram", "email") else "",
        reply_hint=_MAILBOX if channel == "email" else "",
        reasons=(texts("practice.reason"),),
        snoozed_until=None,
        closed_at=None,
        outcome="",
        candidate_id=None,
        lead_stage="new",
        version=0,
        own_extension=EXTENSION if story is StoryKey.missed else "",
    )


def colleague(texts: Texts) -> ManagerView:
    """Return the one colleague there is."""
    return ManagerView(COLLEAGUE, texts("practice.colleague"), is_on_shift=True, open_waits=0)


def _addresses(story: StoryKey, *, is_known: bool) -> tuple[AddressView, ...]:
    """Return where the client can be reached: of a form only an address that a person has to choose (M-16)."""
    if story is StoryKey.missed:
        return (AddressView("phone", _PHONE, "proven", can_reply=False),)
    if story is not StoryKey.site:
        return ()
    if is_known:
        return (AddressView("email", _MAILBOX, "proven", can_reply=True, thread_id=ThreadId(1), channel="email"),)
    return (AddressView("email", _MAILBOX, "claimed", can_reply=False, identity_id=IdentityId(1)),)


def _wait(place: Place, since: datetime) -> WaitView:
    is_call, deadline = place.story is StoryKey.missed, since + TARGET
    return WaitView(
        id=WaitId(0),
        kind="first_response",
        started_at=since,
        deadline_at=deadline,
        target_seconds=int(TARGET.total_seconds()),
        requests=1,
        needs_callback=is_call,
        callback_due_at=deadline if is_call else None,
        missed_calls=int(is_call),
        last_missed_at=since if is_call else None,
        call_attempts=place.shown.attempts,
        breached_at=None,
    )


def _messages(texts: Texts, place: Place, *, since: datetime, channel: str) -> tuple[MessageView, ...]:
    """Return what the client has said by now; who called in vain has said nothing."""
    if place.story is StoryKey.missed:
        return ()
    return tuple(
        MessageView(
            id=MessageId(n),
            direction=Direction.inbound,
            kind=MessageKind.text,
            author=Author.client,
            author_name="",
            channel=channel,
            text=texts(f"practice.{place.story.value}.said_{n}"),
            occurred_at=since,
        )
        for n in range(1, place.shown.says + 1)
    )
