"""Which answers the managers' bot refused, as its managers read it: «Ваш текст клиенту не ушёл» and the like.

An answer that was taken has the bot's reaction below it; one that was refused has a word of the bot after it, and one
that could not be put to any client has a question («Кому отправить?»): it replies to a copy of a card whose sender died
before that copy was known. An answer with neither is a finding unless it is stored; what the bot said next is written
into the ledger then. One word excuses one answer, the oldest before it.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from bots.texts import Texts
from hub.testing.crash.ledger import Kind, Ledger
from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.state import Post

_KEYS = (
    "error.taken_text",
    "error.not_found",
    "error.denied",
    "error.window",
    "error.blocked",
    "error.storage",
    "error.conflict",
    "error.other",
    "error.parked",
    "error.parked_reply",
    "reply.composing",
    "reply.to_whom",
    "reply.to_nobody",
)


def book_refused(ledger: Ledger, desk: BotAccount, answers: Sequence[tuple[str, Post]]) -> None:
    """Write `refused` for those of one manager's `answers` (marker and message, in order) that the bot sent back."""
    unanswered = [each for each in answers if desk.user.id not in each[1].reactions]
    paired = dict(_pairs(unanswered, [post for post in _posts(answers) if _is_refusal(desk, post)]))
    for marker, answer in unanswered:
        if marker in paired:
            ledger.tell(Kind.REFUSED, marker, result=paired[marker].text[:60])
        else:
            ledger.tell(Kind.UNHEARD, marker, next=_said_after(desk, answer))


def _pairs(answers: Iterable[tuple[str, Post]], words: list[Post]) -> Iterable[tuple[str, Post]]:
    for marker, answer in answers:
        later = next((word for word in words if word.message_id > answer.message_id), None)
        if later is not None:
            words.remove(later)
            yield marker, later


def _said_after(desk: BotAccount, answer: Post) -> str:
    """Return how the bot went on in the chat, for whoever reads a finding."""
    later = (post for post in answer.chat.posts if post.message_id > answer.message_id and post.sender is desk.user)
    return " | ".join(post.text[:60] for post in islice(later, 4))


def _posts(answers: Sequence[tuple[str, Post]]) -> Sequence[Post]:
    return answers[0][1].chat.posts if answers else ()


def _is_refusal(desk: BotAccount, post: Post) -> bool:
    return post.sender is desk.user and any(words in post.text for words in _REFUSALS)


def _fixed_words(key: str) -> str:
    """Return the longest part of a text that says the same to everybody."""
    text = Texts("ru")(key, winner="\0")
    return max(re.split("\0", text), key=len).strip()


_REFUSALS = tuple(map(_fixed_words, _KEYS))
