"""Which answers the managers' bot refused, as its managers read it: «Ваш текст клиенту не ушёл» and the like.

An answer that was taken has the bot's reaction below it; one that was refused has a word of the bot after it. An answer
with neither is a finding unless it is stored. One word excuses one answer, the oldest before it.
"""

import re
from collections.abc import Iterable, Sequence

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
)


def book_refused(ledger: Ledger, desk: BotAccount, answers: Sequence[tuple[str, Post]]) -> None:
    """Write `refused` for those of one manager's `answers` (marker and message, in order) that the bot sent back."""
    unanswered = [each for each in answers if desk.user.id not in each[1].reactions]
    for marker, word in _pairs(unanswered, [post for post in _posts(answers) if _is_refusal(desk, post)]):
        ledger.tell(Kind.REFUSED, marker, result=word.text[:60])


def _pairs(answers: Iterable[tuple[str, Post]], words: list[Post]) -> Iterable[tuple[str, Post]]:
    for marker, answer in answers:
        later = next((word for word in words if word.message_id > answer.message_id), None)
        if later is not None:
            words.remove(later)
            yield marker, later


def _posts(answers: Sequence[tuple[str, Post]]) -> Sequence[Post]:
    return answers[0][1].chat.posts if answers else ()


def _is_refusal(desk: BotAccount, post: Post) -> bool:
    return post.sender is desk.user and any(words in post.text for words in _REFUSALS)


def _fixed_words(key: str) -> str:
    """Return the longest part of a text that says the same to everybody."""
    text = Texts("ru")(key, winner="\0")
    return max(re.split("\0", text), key=len).strip()


_REFUSALS = tuple(map(_fixed_words, _KEYS))
