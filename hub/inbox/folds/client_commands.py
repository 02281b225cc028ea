"""What the hub answers to a client who speaks to the bot rather than to the business: /start, /stop, /privacy, a topic.

None of it opens a wait (FR-2) or stops one (S1). Who says /stop gets nothing automatic any more; the next /start takes
that back.
"""

from dataclasses import replace

from hub.domain.audit import AuditFact, Deed
from hub.domain.client_menu import find_topic
from hub.domain.contact import OPT_OUT, Contact, is_opt_out
from hub.domain.conversation import Conversation, Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ManagerId
from hub.domain.inbound import PRIVACY_COMMAND, START_COMMAND, STOP_COMMAND, TOPIC_CHOSEN, ReachState
from hub.domain.line import AutoText, LineMode
from hub.domain.message import Message
from hub.inbox.folds.auto_texts import Template, find_text, write_by_template
from hub.inbox.folds.line_work import LineWork


def obey(work: LineWork, conversation: Conversation, thread: Thread, *, said: Message) -> None:
    """Do what a command says, and answer it; a blocked client, or one of a line that only observes, gets no answer."""
    match said.automatic:
        case command if command == START_COMMAND:
            _consent(work, work.rows.contacts[conversation.contact_id], is_given=True)
            _show_menu(work, conversation, thread)
        case command if command == STOP_COMMAND:
            _consent(work, work.rows.contacts[conversation.contact_id], is_given=False)
            _tell(work, conversation, thread, _text(work, conversation, AutoText.stopped))
        case command if command == PRIVACY_COMMAND:
            _tell(work, conversation, thread, _text(work, conversation, AutoText.privacy))
        case command if command == TOPIC_CHOSEN:
            _tell(work, conversation, thread, _question(work, conversation, said.text))
        case _:
            return


def _consent(work: LineWork, contact: Contact, *, is_given: bool) -> None:
    """Write whether the client takes automatic messages, on the card and in the audit; nothing if it is so already."""
    if contact.has_opted_out is not is_given:
        return
    kept = tuple(tag for tag in contact.tags if not is_opt_out(tag))
    work.rows.contacts.put(contact.id, replace(contact, tags=kept if is_given else (*kept, OPT_OUT)))
    deed = Deed.consent_given if is_given else Deed.consent_withdrawn
    fact = AuditFact(work.rows.new_id(), ManagerId(0), deed, f"contact:{contact.id}", work.rows.now)
    work.rows.audited.append(fact)


def _show_menu(work: LineWork, conversation: Conversation, thread: Thread) -> None:
    """Greet with the topics and the button for the number; a client greeted so needs no welcome any more."""
    text = _text(work, conversation, AutoText.start)
    if text is None:
        return
    greeted = work.rows.conversations.put(conversation.id, replace(conversation, welcomed_at=work.rows.now))
    _tell(work, greeted, thread, replace(text, buttons=_menu(work, greeted, text.language)))


def _menu(work: LineWork, conversation: Conversation, language: str) -> dict[str, object]:
    """Return the buttons under the input field; who has shared a number already is not asked for it."""
    known = work.rows.identities_of(conversation.contact_id)
    has_phone = any(row.type is IdentityType.phone and row.level is ProofLevel.proven for row in known)
    label = _text(work, conversation, AutoText.contact_button)
    contact = {"contact_button": label.text} if label and not has_phone else {}
    return {"buttons": [topic.name.say(language) for topic in work.policy.topics], **contact}


def _question(work: LineWork, conversation: Conversation, chosen: str) -> Template | None:
    topic = find_topic(work.policy.topics, chosen)
    if topic is None:
        return None
    language = work.rows.contacts[conversation.contact_id].language
    spoken = "en" if language.partition("-")[0].lower() not in ("", "ru") else "ru"
    return Template(topic.question.say(spoken), spoken, "topic")


def _text(work: LineWork, conversation: Conversation, purpose: AutoText) -> Template | None:
    return find_text(work, purpose, work.rows.contacts[conversation.contact_id])


def _tell(work: LineWork, conversation: Conversation, thread: Thread, text: Template | None) -> None:
    is_blocked = work.rows.contacts[conversation.contact_id].is_blocked
    is_silent = work.line.mode is LineMode.observe or thread.reach is not ReachState.open
    if text is not None and text.text and not is_blocked and not is_silent:
        write_by_template(work, thread, conversation, text)
