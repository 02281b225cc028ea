"""Searching: what words of a person may mean, and what of each conversation found fits them, within rights (RG-3)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.domain.rights import Person
from hub.domain.spelling import slip, spellings, transliterate, transposed
from hub.inbox.masking import hide_numbers, mask_phone
from hub.inbox.office import Office
from hub.inbox.queries.lists import row_view
from hub.inbox.rights import sees_phones
from hub.inbox.viewer import reach_of
from hub.inbox.views import RowView
from hub.store import lists, search
from hub.store.lists import ListedConversation
from hub.store.pool import acquire
from hub.store.search import Found, Wanted, Way

_FEWEST_DIGITS = 4
_LONGEST_NUMBER = 9
_WHOLE_NUMBER = 10
_INN_DIGITS = (10, 12)
_LONGEST = 300
_NUMBER = re.compile(r"#?\s*(\d+)")
_PHONE = re.compile(r"[\d\s()+.-]+")
_LINK = re.compile(r"https?://[^/\s]+/\S*")
_WORD = re.compile(r"[^\W_]{3,}")
_PART = re.compile(r"[0-9A-Za-z-]+")
_CALLED = re.compile(r'[^\s«»"“”„]+')
_LEGAL_FORMS = frozenset({"ооо", "оао", "зао", "пао", "ао", "ип", "нко", "тоо", "ooo", "llc", "ltd", "inc", "gmbh"})
_MOST_WORDS = 6
_BEFORE, _FRAGMENT = 30, 90


async def find_conversations(office: Office, actor: Person, text: str) -> list[RowView]:
    """Return what fits, each with what of it fits: at most 40, what was named exactly first.

    By number (#1042), last digits of a telephone, part of an e-mail address, name with typos or in the other alphabet,
    company or its INN, number or link of a CRM's record, words of a message. Telephones are masked as the line says
    (RG-5), and whoever may not read one finds it by its last four digits or whole, so that none is guessed by parts.
    """
    wanted = read_wanted(text)
    async with acquire(office.pool) as connection:
        found = await search.find_conversations(connection, reach_of(actor), wanted)
        ids = [each.id for each in found]
        rows = await lists.list_these(connection, reach_of(actor), ids, now=office.clock.now())
    by_id = {each.id: each for each in found}
    told = [row for row in rows if not _tells_digits(office, actor, row, by_id[row.id], wanted.digits)]
    return [_view(office, actor, row, by_id[row.id]) for row in told]


def read_wanted(text: str) -> Wanted:
    """Return what words of a person may mean; digits a conversation, the end of a telephone, an INN or a record."""
    words = text.strip()[:_LONGEST]
    if _LINK.fullmatch(words):
        return Wanted(refs=tuple(_PART.findall(words)), link=words)
    words = words[:100]
    if "@" in words:
        return Wanted(email=words.lower())
    if not words:
        return Wanted()
    is_number = _PHONE.fullmatch(words.removeprefix("#")) is not None
    return _read_number(words) if is_number else _read_words(words)


def _read_number(words: str) -> Wanted:
    """Return a conversation, the end of a telephone, an INN, a record of a CRM, or a number that was said."""
    digits = "".join(each for each in words if each.isascii() and each.isdigit())
    number = int(digits) if 0 < len(digits) <= _LONGEST_NUMBER and _NUMBER.fullmatch(words) else None
    if words.startswith("#"):
        return Wanted(number=number)
    is_long = len(digits) >= _FEWEST_DIGITS
    return Wanted(
        number=number,
        digits=digits[-_WHOLE_NUMBER:] if is_long else "",
        inn=digits if len(digits) in _INN_DIGITS else "",
        refs=(digits,) if digits else (),
        texts=((digits,),) if is_long else (),
    )


def _read_words(words: str) -> Wanted:
    """Return a name, a company or what was said; a record's number may have letters too."""
    is_ref = _PART.fullmatch(words) and any(each.isdigit() for each in words)
    said = (_words(words), _words(slip(words)))
    texts = tuple(dict.fromkeys(each for each in said if each))
    transposed_too = tuple(name for each in transposed(words) for name in (each, transliterate(each)))
    return Wanted(
        names=spellings(words),
        transposed=transposed_too,
        companies=spellings(_company(words)),
        refs=(words,) if is_ref else (),
        texts=texts,
    )


def _company(words: str) -> str:
    """Return what a company is called without its legal form and quotation marks; all words if nothing else is left."""
    called = [each for each in _CALLED.findall(words) if each.casefold() not in _LEGAL_FORMS]
    return " ".join(called) or words


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))[:_MOST_WORDS]


def _tells_digits(office: Office, actor: Person, row: ListedConversation, found: Found, digits: str) -> bool:
    """Tell whether being found by these digits says more of a masked telephone than the actor may read (RG-5)."""
    if not digits or sees_phones(office, actor, row.line, row.assignee_id):
        return False
    if found.way is Way.phone:
        return _FEWEST_DIGITS < len(digits) < _WHOLE_NUMBER
    return found.way is Way.text and digits not in hide_numbers(found.shown, row.phones)


def _view(office: Office, actor: Person, row: ListedConversation, found: Found) -> RowView:
    shown = row_view(office, row, actor)
    return replace(shown, found_by=found.way.value, found=_told(office, actor, row, found))


def _told(office: Office, actor: Person, row: ListedConversation, found: Found) -> str:
    """Return what fits as the actor may read it."""
    is_readable = sees_phones(office, actor, row.line, row.assignee_id)
    match found.way:
        case Way.phone:
            return found.shown if is_readable else mask_phone(found.shown)
        case Way.text:
            said = " ".join(found.shown.split())
            return _around(said if is_readable else hide_numbers(said, row.phones), found.stems)
        case _:
            return found.shown if is_readable else hide_numbers(found.shown, row.phones)


def _around(text: str, stems: Sequence[str]) -> str:
    """Return the words of a message around the first that was looked for."""
    lower = text.lower().replace("ё", "е")
    places = [place for stem in stems if (place := lower.find(stem.replace("ё", "е"))) >= 0]
    start = max(min(places, default=0) - _BEFORE, 0)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    cut = text[start : start + _FRAGMENT]
    return ("…" if start else "") + cut + ("…" if start + _FRAGMENT < len(text) else "")
