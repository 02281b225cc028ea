"""The client's card: every address with its proof and whether an answer can go there, company, lead, line, CRMs.

Below the addresses a person says which of them several people use (M-7); numbers that changed hands stand beside (M-8).
"""

from collections.abc import Iterator, Sequence

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line
from bots.screens.ways import write_rows
from bots.screens.words import address_text, contact_name, source_name
from bots.texts import Texts
from hub.inbox.views import AddressView, CardView, CrmCardState, CrmCardView, NumberView

SHARED = "s"
OWN = "o"
_MAY_BE_SHARED = ("phone", "email")
_IN_A_BOT = frozenset({"tg_user", "tg_chat"})


def client_screen(
    texts: Texts,
    card: CardView,
    moved: Sequence[NumberView] = (),
    *,
    crms: Sequence[CrmCardView] = (),
    headline: str = "",
) -> Screen:
    """Return the card of the conversation's client; `moved` are numbers that changed hands, `headline` a text's key.

    `crms` is where the client's card is in each CRM.
    """
    blocks = [line(texts(headline))] if headline else []
    blocks += [line(bold(texts("client.title", name=contact_name(texts, card.contact_name))))]
    facts = [card.company, texts("card.regular") if card.is_regular else ""]
    if any(facts):
        blocks.append(line(" · ".join(one_line(fact, 80) for fact in facts if fact)))
    blocks += [_address(texts, address) for address in card.addresses]
    blocks += [_number(texts, card, each) for each in moved]
    blocks.append(line(texts("card.line", line=one_line(card.line_name))))
    if card.lead_stage:
        blocks.append(line(texts("card.stage", stage=one_line(card.lead_stage))))
    if card.source:
        blocks.append(line(texts("card.source", source=source_name(texts, card.source))))
    blocks += [block for each in crms for block in _crm(texts, each)]
    marking = tuple((_mark(texts, card, each),) for each in may_be_shared(card))
    if marking:
        blocks.append(line(texts("client.shared_means")))
    return Screen(tuple(blocks), (*_writing(texts, card), *marking, *_planning(texts, card), _reading(texts, card)))


def _crm(texts: Texts, there: CrmCardView) -> Iterator[Block]:
    """Yield the way to the card in a CRM, and what is to be known of it."""
    crm = one_line(there.crm, 40)
    if there.url and there.state is not CrmCardState.gone:
        yield line(texts("client.crm_open", crm=crm, url=there.url))
    elif there.state is CrmCardState.linked:
        yield line(texts("client.crm_linked", crm=crm))
    if there.state is CrmCardState.refused and there.reason:
        yield line(texts("client.crm_refused_because", crm=crm, reason=one_line(there.reason, 200)))
    elif there.state is not CrmCardState.linked:
        yield line(texts(f"client.crm_{there.state}", crm=crm))


def may_be_shared(card: CardView) -> list[AddressView]:
    """Return the addresses that several people may use: telephones and mailboxes."""
    return [each for each in card.addresses if each.type in _MAY_BE_SHARED and each.key is not None]


def mark_of(address: AddressView, *, is_shared: bool) -> str:
    """Return what is said of an address as the argument of a button."""
    return f"{to_base36(address.key or 0)}.{SHARED if is_shared else OWN}"


def _mark(texts: Texts, card: CardView, address: AddressView) -> Button:
    key = "button.own_address" if address.is_shared else "button.shared_address"
    said = mark_of(address, is_shared=not address.is_shared)
    return Button(texts(key, address=one_line(address.text, 40)), Action(Press.shared, card.id, card.version, said))


def _writing(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the ways to write; to who is in no messenger a link to our bot may be given."""
    if card.state == "closed":
        return ()
    is_there = any(each.type in _IN_A_BOT for each in card.addresses)
    return (*write_rows(texts, card), *(() if is_there else ((button(texts, card, Press.client_link),),)))


def _planning(texts: Texts, card: CardView) -> tuple[Row, ...]:
    return ((button(texts, card, Press.stage), button(texts, card, Press.step)),) if card.lead_stage else ()


def _reading(texts: Texts, card: CardView) -> Row:
    return button(texts, card, Press.card), button(texts, card, Press.history)


def _address(texts: Texts, address: AddressView) -> Block:
    key = f"level.{address.level}"
    level = texts(key) if texts.has(key) else address.level
    words = texts("client.address", address=address_text(texts, address), level=level)
    return line(texts("client.note", address=words, note=one_line(address.note, 120)) if address.note else words)


def _number(texts: Texts, card: CardView, moved: NumberView) -> Block:
    at = moments.day(texts, moved.at, zone=card.zone)
    key = "client.number_came" if moved.has_come else "client.number_left"
    return line(texts(key, number=one_line(moved.number), day=at, other=contact_name(texts, moved.other)))
