"""«Это один клиент?»: the new card, the known ones, why we ask, and the two answers (M-5)."""

from bots.screens.action import Action, Press, to_base36
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Screen, bold, line, notice
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.views import CandidateView


def question_screen(texts: Texts, asked: CandidateView) -> Screen:
    """Return the question with a merge button for each known card; a decided one says what was decided."""
    blocks = [line(bold(texts("question.title")))]
    blocks += _card(texts("question.new", name=contact_name(texts, asked.name)), asked.addresses)
    for _, name, addresses in asked.others:
        blocks += _card(texts("question.known", name=contact_name(texts, name)), addresses)
    if asked.reasons:
        blocks.append(line(texts("question.reasons")))
        blocks += [line(f"• {one_line(reason, 200)}") for reason in asked.reasons]
    if asked.state != "open":
        key = "question.joined" if asked.state == "joined" else "question.apart"
        return Screen((*blocks, line(texts(key))))
    joins = tuple((_join(texts, asked.id, contact, name),) for contact, name, _ in asked.others)
    apart = Button(texts("button.apart"), Action(Press.apart, asked.id))
    return Screen(tuple(blocks), (*joins, (apart,)), is_quiet=False)


def joined_screen(texts: Texts, merge_id: int) -> Screen:
    """Return the confirmation of a merge with the way back."""
    return notice(texts("question.joined"), (Button(texts("button.undo"), Action(Press.undo, merge_id)),))


def _card(title: str, addresses: tuple[str, ...]) -> tuple[Block, ...]:
    listed = ", ".join(one_line(address, 60) for address in addresses)
    return (line(title), line(f"    {listed}")) if listed else (line(title),)


def _join(texts: Texts, candidate_id: int, contact_id: int, name: str) -> Button:
    label = texts("button.join", name=one_line(contact_name(texts, name), 30))
    return Button(label, Action(Press.merge, candidate_id, 0, to_base36(contact_id)))
