"""What people read at a CRM's record about one entry of the history, and how numbers are spelled when a CRM is asked.

CRMs show our entries as plain text, HTML or their own markup: here are lines of plain text, and each connector escapes
and joins them as its CRM wants. The time stands in the first line, since many CRMs cannot date an entry back.
"""

from datetime import datetime, tzinfo
from enum import StrEnum
from urllib.parse import urlsplit

import phonenumbers

from hub.crm_sync.base import Entry, EntryKind
from hub.domain.identity import canonical_phone

_FORM = "webform"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Language(StrEnum):
    """The language of what is written there."""

    ru = "ru"
    en = "en"


_KINDS = {
    Language.ru: {
        (EntryKind.message, True): "Сообщение клиента",
        (EntryKind.message, False): "Ответ",
        (EntryKind.call, True): "Входящий звонок",
        (EntryKind.call, False): "Исходящий звонок",
        (EntryKind.form, True): "Заявка с формы",
        (EntryKind.note, False): "Заметка",
    },
    Language.en: {
        (EntryKind.message, True): "Client's message",
        (EntryKind.message, False): "Answer",
        (EntryKind.call, True): "Incoming call",
        (EntryKind.call, False): "Outgoing call",
        (EntryKind.form, True): "Form",
        (EntryKind.note, False): "Note",
    },
}
_CHANNELS = {
    Language.ru: {
        "telegram": "Telegram",
        "email": "Почта",
        "webform": "Форма",
        "own_mobile": "Свой телефон",
        "in_person": "Лично",
        "other": "Другое",
    },
    Language.en: {
        "telegram": "Telegram",
        "email": "E-mail",
        "webform": "Form",
        "own_mobile": "Own phone",
        "in_person": "In person",
        "other": "Other",
    },
}
_WORDS = {
    Language.ru: {"missed": "пропущен", "files": "Файлы", "recording": "Запись", "link": "В хабе", "cut": "сокращено"},
    Language.en: {"missed": "missed", "files": "Files", "recording": "Recording", "link": "In the hub", "cut": "cut"},
}


def channel_name(kind: str, language: Language) -> str:
    """Return what people call a channel, an unknown kind as it is."""
    return _CHANNELS[language].get(kind, kind)


def entry_title(entry: Entry, zone: tzinfo, language: Language) -> str:
    """Return the first line: what it is, who, over which channel, when (in `zone`)."""
    kinds = _KINDS[language]
    what = kinds.get((entry.kind, entry.is_inbound)) or kinds[entry.kind, not entry.is_inbound]
    over, length = _channel(entry, language), _length(entry, language)
    parts = (what, entry.phone, entry.author, over, length, _instant(entry.at, zone))
    return " · ".join(part for part in parts if part)


def entry_lines(entry: Entry, zone: tzinfo, language: Language) -> tuple[str, ...]:
    """Return all that people need of an entry: the first line, the text, files, recording, link."""
    words = _WORDS[language]
    lines = [entry_title(entry, zone, language), *entry.text.splitlines()]
    if entry.files:
        lines.append(f"{words['files']}: {', '.join(entry.files)}")
    if entry.recording:
        lines.append(f"{words['recording']}: {entry.recording}")
    if entry.link:
        lines.append(f"{words['link']}: {entry.link}")
    return tuple(lines)


def shortened(text: str, limit: int, language: Language) -> str:
    """Return `text` within `limit` characters, with a mark where it was cut; NUL, which few take, is gone."""
    text = text.replace("\x00", "")
    mark = f"… [{_WORDS[language]['cut']}]"
    return text if len(text) <= limit else text[: limit - len(mark)].rstrip() + mark


def phone_spellings(e164: str) -> tuple[str, ...]:
    """Return the ways in which a number may be stored, the shortest first: it is part of most of the others."""
    digits = e164.lstrip("+")
    national = str(phonenumbers.parse(e164).national_number)
    eight = (f"8{national}",) if digits == f"7{national}" else ()
    return tuple(dict.fromkeys((national, digits, e164, *eight)))


def known_phone(text: str, region: str) -> str:
    """Return a number as a CRM has it in E.164, as it stands where it is none."""
    found = canonical_phone(text, region=region)
    return found.e164 if found else text


def account_address(text: str) -> str:
    """Return the address of an account as `https://host`, from a host, an address or a page copied from a browser.

    Raises:
        ValueError: no host in it, or plain http to a machine other than this one: the key would travel in the open.
    """
    parts = urlsplit(text.strip() if "//" in text else f"https://{text.strip()}")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("write the address of the account, like https://shop.example.com")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("the address must begin with https://: the key would travel in the open")
    return f"{parts.scheme}://{parts.netloc}"


def _instant(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}"


def _channel(entry: Entry, language: Language) -> str:
    """Return over which channel it came, unless the first words say so: a form is a form, and each PBX is a call."""
    name = channel_name(entry.channel, language)
    is_a_form = entry.kind is EntryKind.form and entry.channel == _FORM
    is_a_call = entry.kind is EntryKind.call and name == entry.channel
    return "" if is_a_form or is_a_call else name


def _length(entry: Entry, language: Language) -> str:
    if entry.kind is not EntryKind.call:
        return ""
    minutes, seconds = divmod(entry.seconds, 60)
    return _WORDS[language]["missed"] if entry.is_missed else f"{minutes}:{seconds:02d}"
