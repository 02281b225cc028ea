"""Other ways in which somebody may have typed the same words: in the other alphabet, or on the wrong keyboard.

Transliteration follows what passports and mail addresses show (ICAO Doc 9303 and its older relatives) and is rough on
purpose: whoever searches by it forgives letters anyway. The keyboards are QWERTY and ЙЦУКЕН. Spellings are hints for
searching, never keys (M-6).
"""

from itertools import pairwise

_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SLIPS = str.maketrans(_QWERTY + _JCUKEN, _JCUKEN + _QWERTY)
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SPELT = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace("-", "").split(" ")
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC, _SPELT, strict=True)))
_SOUNDS = {
    "shch": "щ",
    "sch": "щ",
    "iya": "ия",
    "zh": "ж",
    "kh": "х",
    "ts": "ц",
    "ch": "ч",
    "sh": "ш",
    "yu": "ю",
    "ju": "ю",
    "ya": "я",
    "ja": "я",
    "ia": "ия",
    "yo": "ё",
    "ye": "е",
    "ey": "ей",
    "ay": "ай",
    "oy": "ой",
    "iy": "ий",
    "yy": "ый",
    "x": "кс",
    **dict(zip("abcdefghijklmnopqrstuvwyz'", "абкдефгхийклмнопкрстуввызь", strict=True)),
}
_LONGEST = 4
_SHORTEST_TRANSPOSED, _LONGEST_TRANSPOSED = 5, 30


def spellings(text: str) -> tuple[str, ...]:
    """Return the words as typed, transliterated, and as the other keyboard would have written them, each once.

    All are in lower case; what has no letters to change stays alone.
    """
    typed = text.casefold().strip()
    return tuple(dict.fromkeys((typed, transliterate(typed), slip(typed))))


def transposed(text: str) -> tuple[str, ...]:
    """Return what may have been meant where two neighbouring letters changed places: «ивнаов» is «иванов».

    In lower case, of the first letters of a long text; nothing of one that is too short to tell.
    """
    typed = text.casefold().strip()[:_LONGEST_TRANSPOSED]
    if len(typed) < _SHORTEST_TRANSPOSED:
        return ()
    places = [at for at, pair in enumerate(pairwise(typed)) if "".join(pair).isalpha()]
    swapped = (typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in places)
    return tuple(dict.fromkeys(each for each in swapped if each != typed))


def slip(text: str) -> str:
    """Return what the same keys write with the other keyboard: «bdfyjd» is «иванов»."""
    return text.casefold().translate(_SLIPS)


def transliterate(text: str) -> str:
    """Return the words in the other alphabet: «ivanov» for «иванов» and back."""
    lower = text.casefold()
    return _to_cyrillic(lower) if lower.isascii() else lower.translate(_TO_LATIN)


def _to_cyrillic(text: str) -> str:
    """Read the longest sound first."""
    read, at = "", 0
    while at < len(text):
        taken = next((n for n in range(_LONGEST, 0, -1) if text[at : at + n] in _SOUNDS), 0)
        read += _SOUNDS[text[at : at + taken]] if taken else text[at]
        at += taken or 1
    return read
