"""Why a row was not taken, or what was left out of one that was: codes that are stored, words that people read.

A code may be followed by a colon and what it is about, never a client's data but names of columns, fields and stages.
"""

from collections.abc import Mapping

from hub.domain.words import Words

NO_ADDRESS = "no_address"
UNREADABLE_ADDRESS = "unreadable_address"
LOST_DIGITS = "lost_digits"
TOO_MANY_CELLS = "too_many_cells"
BROKEN_CELL = "broken_cell"
COLLEAGUE = "colleague"
OWN_NUMBER = "own_number"
UNKNOWN_STAGE = "unknown_stage"
SEVERAL_CARDS = "several_cards"
SHARED_ADDRESS = "shared_address"
OTHER_PERSON = "other_person"
BAD_PHONE, BAD_EMAIL, BAD_TELEGRAM = "bad_phone", "bad_email", "bad_telegram"
BAD_INN = "bad_inn"
BAD_VALUE = "bad_value"
UNKNOWN_RESPONSIBLE = "unknown_responsible"
UNKNOWN_TAG = "unknown_tag"
UNKNOWN_REASON = "unknown_reason"
SEVERAL_COMPANIES = "several_companies"

_WORDS: Mapping[str, Words] = {
    NO_ADDRESS: Words("нет ни телефона, ни почты", "neither phone nor e-mail"),
    UNREADABLE_ADDRESS: Words("ни телефон, ни почта не читаются", "neither phone nor e-mail can be read"),
    LOST_DIGITS: Words(
        "таблица потеряла цифры телефона (7,9E+10): задайте столбцу текстовый формат",
        "the spreadsheet has lost digits of the phone (7.9E+10): give the column the text format",
    ),
    TOO_MANY_CELLS: Words(
        "ячеек больше, чем заголовков: разделитель внутри значения без кавычек?",
        "more cells than headers: a separator inside a value without quotes?",
    ),
    BROKEN_CELL: Words("ошибка в ячейке", "an error in a cell"),
    COLLEAGUE: Words("это адрес сотрудника", "the address of a colleague"),
    OWN_NUMBER: Words("это собственный номер компании", "the business's own number"),
    UNKNOWN_STAGE: Words("нет такого этапа", "there is no such stage"),
    SEVERAL_CARDS: Words("адреса принадлежат разным карточкам", "the addresses belong to several cards"),
    SHARED_ADDRESS: Words("адрес общий для нескольких клиентов", "an address several clients share"),
    OTHER_PERSON: Words("у карточки другой подтверждённый адрес", "the card has another proven address"),
    BAD_PHONE: Words("телефон не читается", "a phone cannot be read"),
    BAD_EMAIL: Words("почта не читается", "an e-mail cannot be read"),
    BAD_TELEGRAM: Words("Telegram id не число", "a Telegram id is no number"),
    BAD_INN: Words("ИНН с ошибкой", "the INN is wrong"),
    BAD_VALUE: Words("значение не подходит полю", "the value does not fit the field"),
    UNKNOWN_RESPONSIBLE: Words("нет такого работающего менеджера", "nobody of this name works here"),
    UNKNOWN_TAG: Words("тега нет в правилах", "the tag is not in the rules"),
    UNKNOWN_REASON: Words("причины отказа нет в правилах", "the reason of loss is not in the rules"),
    SEVERAL_COMPANIES: Words("компаний с таким названием несколько", "several companies have this name"),
}


def about(code: str, what: str) -> str:
    """Return a code with what it is about."""
    return f"{code}:{what}"


def say_reason(reason: str) -> Words:
    """Return the words of a stored reason; one of a newer hub stays a code."""
    code, _, what = reason.partition(":")
    words = _WORDS.get(code, Words(code, code))
    return Words(f"{words.ru} ({what})", f"{words.en} ({what})") if what else words
