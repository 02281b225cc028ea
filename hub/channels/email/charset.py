"""Bytes of mail to text, whatever the letter says about them (cases 51 and 52).

A declared charset is believed unless the bytes contradict it: valid UTF-8 beats every single-byte label, and Russian
text under a wrong or Western label is recognised by its letter pairs. Undeclared 8-bit text is UTF-8, else one of the
five Cyrillic code pages, else what the detector says, else windows-1251. Nothing here raises, and nothing returns lone
surrogates or NUL, which no database takes. Transfer encodings and header syntax live in `headers.py` and `parts.py`.
"""

import codecs
import re
from functools import lru_cache

import cchardet

_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "koi8-ru": "koi8-u",
    "koi-8-r": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "win-1251": "cp1251",
    "win1251": "cp1251",
    "windows1251": "cp1251",
    "x-mac-cyrillic": "mac-cyrillic",
    "dos-866": "cp866",
    "alt": "cp866",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ansi_x3.4-1968": "ascii",
    "ansi": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
}
_TEXT_CODEC = re.compile(
    r"utf|iso|cp\d|koi8|mac|gb|big5|shift|euc|ascii|latin|hz|johab|tis|ptcp|kz|hp-?roman|cp-\d|windows|ibm"
)
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:-]*")
_STATEFUL = re.compile(r"utf-?_?7|utf-?_?16|utf-?_?32|iso-?2022|hz")
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_WESTERN = frozenset({"cp1252", "ascii", "iso8859-15", "iso8859-2", "cp1250", "cp437", "cp850", "iso8859-9", "cp1254"})
_HIGH_RUN = re.compile(rb"[\x80-\xff]+(?: [\x80-\xff]+)*")
_SAMPLE_BYTES = 200
_PLAUSIBLE = 0.18
_CONTRADICTED = 0.2
_EVIDENT = 0.45
_RUSSIAN_PAIRS = (
    "ст то но на ен ов ни ра во ко ро по ре ос го пр от ла ка ос ал ер ли не ол ан та ва ет ор ть ел ом те од де ом "
    "ри ло ит ск та ве да за ле ны ла ат ой об он ог об ес мо ак ив ми ма бо до ме ия их ый ам ем ин ас ил ки им аз "
    "ае ая аб ав ад бы вы вс вт гд ег ед ей ек ее жд же жн зв зд зн из ий ик ир ис ич ию кл кт ку ль лю мы мн нн ну ня "
    "оз оп оч ош ою пе пи пл пу ру ры ря са св се си сл см со сп ся ти тр ту ты уд уж ук ун ус ут ую хо це ци ча че чи "
    "чт ша ше ши шь щи ые ьн эт юб ют яв яз ят яс ці їх її ів ня йн ою що ві зі"
)
_COMMON_PAIRS = frozenset(_RUSSIAN_PAIRS.split())
_ODD = re.compile(r"[^а-яёіїєґў\s«»„“”—–…№°’·]")
_CASE_JUMP = re.compile(r"[а-яё][А-ЯЁ]")
_CONTROLS = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_HAS_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def decode_text(data: bytes, declared: str = "", hint: str = "") -> str:
    """Return the text of `data`. `declared` is the label of the letter, `hint` what the rest of it turned out to be."""
    codec = known_codec(declared)
    if codec and _STATEFUL.match(codec):
        text = _decode_strictly(data, codec)
        if text is not None:
            return clean_text(text)
    if data.isascii():
        return clean_text(data.decode("ascii"))
    return clean_text(_decode_8bit(data, codec, hint))


def guess_codec(data: bytes, fallback: str = "cp1251") -> str:
    """Return the codec undeclared 8-bit `data` is most likely written in; `fallback` when there is too little of it."""
    if data.isascii() or _decode_strictly(data, "utf-8") is not None:
        return "utf-8"
    if _is_damaged_utf8(data):
        return "utf-8"
    best, score = _best_cyrillic(data)
    if score >= _PLAUSIBLE:
        return best
    found = cchardet.detect(data[:65536])
    codec = known_codec(found.get("encoding") or "")
    if codec and (found.get("confidence") or 0) > 0.8 and len(data) > 20:
        return codec
    return fallback


@lru_cache(maxsize=256)
def known_codec(label: str) -> str:
    """Return our codec for a charset label with its aliases and garbage ("utf-8 euao…"), empty if we know none."""
    found = _LABEL.search(label.lower().strip("\"' \t"))
    if found is None:
        return ""
    name = re.sub(r"^(?:x-)?(?:cp-?|windows-|ibm-|cp_)(?=\d)", "cp", found.group())
    name = _ALIASES.get(found.group(), _ALIASES.get(name, name))
    if not _TEXT_CODEC.match(name):
        return ""
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def clean_text(text: str) -> str:
    """Drop control characters except tab, CR and LF, and replace lone surrogates."""
    if _HAS_CONTROL.search(text) is None:
        return text
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


def _decode_8bit(data: bytes, codec: str, hint: str) -> str:
    text = _decode_strictly(data, "utf-8")
    if text is not None:
        return text
    if codec and codec != "utf-8":
        chosen = _believable(data, codec)
    else:
        chosen = guess_codec(data, known_codec(hint) or "cp1251")
    text = _decode_strictly(data, chosen)
    return text if text is not None else data.decode(guess_codec(data), "replace")


def _believable(data: bytes, codec: str) -> str:
    """Return `codec`, or the Cyrillic code page that explains the bytes far better than it."""
    if codec not in _CYRILLIC and codec not in _WESTERN:
        return codec
    own = _score(_sample(data).decode(codec, "replace"))
    if own >= _EVIDENT:
        return codec
    best, score = _best_cyrillic(data)
    return best if score >= _PLAUSIBLE and score > own + _CONTRADICTED else codec


def _best_cyrillic(data: bytes) -> tuple[str, float]:
    sample = _sample(data)
    scores = [(_score(sample.decode(codec, "replace")), -place) for place, codec in enumerate(_CYRILLIC)]
    score, place = max(scores)
    return _CYRILLIC[-place], score


def _sample(data: bytes) -> bytes:
    found: list[bytes] = []
    size = 0
    for run in _HIGH_RUN.finditer(data):
        found.append(run.group()[:_SAMPLE_BYTES])
        size += len(found[-1])
        if size >= _SAMPLE_BYTES:
            break
    return b"\n".join(found)


def _score(text: str) -> float:
    """Return how Russian a text looks: share of common letter pairs less odd signs and capitals inside words."""
    low = text.lower()
    hits = sum(low[at : at + 2] in _COMMON_PAIRS for at in range(len(low) - 1))
    flaws = len(_ODD.findall(low)) + len(_CASE_JUMP.findall(text))
    return (hits - 1.5 * flaws) / max(1, len(low) - 1)


def _is_damaged_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    damaged = text.count("�")
    whole = len(text) - damaged - len(data.translate(None, _HIGH_BYTES))
    return whole > 4 * damaged


_HIGH_BYTES = bytes(range(0x80, 0x100))


def _decode_strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None
