"""The client's card: every address with its proof and whether an answer can go there, company, lead, line."""

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Screen, bold, line
from bots.screens.ways import write_rows
from bots.screens.words import address_icon, contact_name
from bots.texts import Texts
from hub.inbox.views import AddressView, CardView


def client_screen(texts: Texts, card: CardView) -> Screen:
    """Return the card of the conversation's client."""
    blocks = [line(bold(texts("client.title", name=contact_name(texts, card.contact_name))))]
    facts = [card.company, texts("card.regular") if card.is_regular else ""]
    if any(facts):
        blocks.append(line(" · ".join(one_line(fact, 80) for fact in facts if fact)))
    blocks += [_address(texts, address) for address in card.addresses]
    blocks.append(line(texts("card.line", line=one_line(card.line_name))))
    if card.lead_stage:
        blocks.append(line(texts("card.stage", stage=one_line(card.lead_stage))))
    if card.source:
        blocks.append(line(texts("card.source", source=one_line(card.source))))
    reading = (button(texts, card, Press.card), button(texts, card, Press.history))
    planning = ((button(texts, card, Press.stage), button(texts, card, Press.step)),) if card.lead_stage else ()
    return Screen(tuple(blocks), (*(() if card.state == "closed" else write_rows(texts, card)), *planning, reading))


def _address(texts: Texts, address: AddressView) -> Block:
    key = f"level.{address.level}"
    level = texts(key) if texts.has(key) else address.level
    words = texts("client.address", icon=address_icon(address.type), text=one_line(address.text, 80), level=level)
    return line(texts("client.note", address=words, note=one_line(address.note, 120)) if address.note else words)
