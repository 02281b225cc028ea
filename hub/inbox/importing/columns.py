"""What the columns of a file mean: said by hand, remembered from the last file with these headers, or known by name.

Headers are compared without case, punctuation, `ё` and numbers. Names are those of people's own tables and of
the exports of Bitrix24, amoCRM, retailCRM, HubSpot and Google Contacts in Russian and English. Own fields of the policy
are known by key and by their names in both languages (L-7).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from hub.domain.errors import FieldInvalid
from hub.domain.stages import FieldRule, LeadRules


class Meaning(StrEnum):
    """What a column may hold. Own fields are `contact.KEY` and `lead.KEY` beside these."""

    name = "name"
    first_name = "first_name"
    middle_name = "middle_name"
    last_name = "last_name"
    phone = "phone"
    email = "email"
    telegram = "telegram"
    company = "company"
    inn = "inn"
    responsible = "responsible"
    tags = "tags"
    note = "note"
    source = "source"
    stage = "stage"
    amount = "amount"
    product = "product"
    loss_reason = "loss_reason"
    created = "created"
    utm_source = "utm_source"
    utm_medium = "utm_medium"
    utm_campaign = "utm_campaign"
    utm_content = "utm_content"
    utm_term = "utm_term"


ADDRESSES = frozenset({Meaning.phone, Meaning.email, Meaning.telegram})
UTM = (Meaning.utm_source, Meaning.utm_medium, Meaning.utm_campaign, Meaning.utm_content, Meaning.utm_term)
IGNORED = ""
OF_CONTACT, OF_LEAD = "contact.", "lead."
_SEVERAL = ADDRESSES | {Meaning.tags, Meaning.note}
_NAMES: Mapping[Meaning, str] = {
    Meaning.name: "имя клиента|фио|ф и о|клиент|контакт|имя контакта|полное имя|полное имя контакта|контактное лицо"
    "|full name|client|customer|contact|contact name|display name",
    Meaning.first_name: "имя|first name|given name",
    Meaning.middle_name: "отчество|middle name|additional name",
    Meaning.last_name: "фамилия|last name|surname|family name",
    Meaning.phone: "телефон|тел|номер|номер телефона|мобильный|мобильный телефон|рабочий телефон|домашний телефон"
    "|сотовый|рабочий прямой телефон|другой телефон|контактный телефон|телефон контакта|рабочий телефон контакт"
    "|мобильный телефон контакт|phone number|mobile|mobile phone|mobile phone number|work phone|tel|cell|phone value",
    Meaning.email: "почта|e mail|емейл|имейл|эл почта|электронная почта|рабочий e mail|частный e mail|рабочий email"
    "|личный email|рабочий email контакт|адрес электронной почты|mail|e mail address|email address|e mail value",
    Meaning.telegram: "telegram id|id telegram|телеграм id|tg id|tg user|telegram user id",
    Meaning.company: "компания|организация|название компании|юрлицо|наименование организации|компания контакта"
    "|company name|organization|organisation|organization name|account name",
    Meaning.inn: "инн|инн компании|tax id|tax number",
    Meaning.responsible: "ответственный|менеджер|ответственный менеджер|ответственный за контакт|владелец"
    "|responsible user|manager|owner|contact owner|lead owner|assigned to",
    Meaning.tags: "теги|тег|метки|метка|теги контакта|теги сделки|tag|labels",
    Meaning.note: "комментарий|комментарии|примечание|примечания|заметка|заметки|описание"
    "|notes|comment|comments|description",
    Meaning.source: "источник|источник лида|источник сделки|откуда|откуда узнали|lead source|original source",
    Meaning.stage: "этап|стадия|стадия лида|стадия сделки|этап сделки|статус|статус лида|lead status|status|deal stage",
    Meaning.amount: "сумма|бюджет|бюджет сделки|сумма сделки|возможная сумма|budget|deal amount|value|sum",
    Meaning.product: "продукт|товар|услуга|service",
    Meaning.loss_reason: "причина отказа|причина проигрыша|причина закрытия|lost reason|closed lost reason",
    Meaning.created: "дата создания|создан|создано|дата создания сделки|дата обращения|created at|create date|date",
    Meaning.utm_campaign: "кампания|рекламная кампания|campaign",
}


def simplify(header: str) -> str:
    """Return a header as it is compared."""
    words = re.sub(r"[\W_]+", " ", header.casefold().replace("ё", "е")).split()
    return " ".join([word for word in words if not word.isdigit()] or words)


def _spellings() -> Iterator[tuple[str, str]]:
    for meaning in Meaning:
        yield simplify(meaning.value), meaning.value
    for meaning, names in _NAMES.items():
        yield from ((name, meaning.value) for name in names.split("|"))


_KNOWN = dict(_spellings())


def guess_columns(headers: Sequence[str], rules: LeadRules) -> tuple[str, ...]:
    """Return what each header means, empty for what is not known.

    What a card has once goes to the first header that claims it; a lone `имя` is the whole name.
    """
    own = dict(_own_fields(rules))
    found = [own.get(simplify(header)) or _exact(header, own) or _KNOWN.get(simplify(header), "") for header in headers]
    if Meaning.last_name not in found and Meaning.name not in found:
        found = [Meaning.name.value if each == Meaning.first_name else each for each in found]
    taken: Counter[str] = Counter()
    return tuple(_once(meaning, taken) for meaning in found)


def _once(meaning: str, taken: Counter[str]) -> str:
    taken[meaning] += 1
    return meaning if taken[meaning] == 1 or meaning in _SEVERAL else IGNORED


def _exact(header: str, own: Mapping[str, str]) -> str:
    """Return a meaning that is written out as the header, as the hub's own exports do."""
    written = header.strip()
    return written if written.startswith((OF_CONTACT, OF_LEAD)) and _is_key(written.partition(".")[2]) else ""


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[\w-]{1,60}", text) is not None


def _own_fields(rules: LeadRules) -> Iterator[tuple[str, str]]:
    for prefix, fields in ((OF_LEAD, rules.lead_fields), (OF_CONTACT, rules.contact_fields)):
        for rule in fields.values():
            yield from ((simplify(each), prefix + rule.key) for each in (rule.key, rule.name.ru, rule.name.en))


def apply_said(
    headers: Sequence[str], columns: Sequence[str], said: Mapping[str, str], rules: LeadRules
) -> tuple[str, ...]:
    """Return the meanings with those said by hand in their place: header to meaning, `-` for a column to leave out.

    Raises:
        FieldInvalid: there is no such header or meaning, or two columns mean what a card has once.
    """
    places = {simplify(header): place for place, header in enumerate(headers)}
    meant = list(columns)
    for header, meaning in said.items():
        place = headers.index(header) if header in headers else places.get(simplify(header))
        if place is None:
            raise FieldInvalid(f"there is no column '{header}'; there are: {', '.join(headers)}", "map")
        meant[place] = _checked(meaning, rules)
    _refuse_twice(headers, meant)
    return tuple(meant)


def _checked(meaning: str, rules: LeadRules) -> str:
    if meaning in ("", "-"):
        return IGNORED
    if meaning in list(Meaning) or find_rule(meaning, rules) is not None:
        return meaning
    raise FieldInvalid(f"'{meaning}' is nothing a column can mean; there are: {', '.join(list_meanings(rules))}", "map")


def _refuse_twice(headers: Sequence[str], meant: Sequence[str]) -> None:
    for meaning, count in Counter(meant).items():
        if meaning and count > 1 and meaning not in _SEVERAL:
            both = ", ".join(header for header, each in zip(headers, meant, strict=True) if each == meaning)
            raise FieldInvalid(f"a card has one '{meaning}', and several columns mean it: {both}", "map")


def list_meanings(rules: LeadRules) -> list[str]:
    """Return everything a column may mean, own fields last."""
    return [
        *Meaning,
        *(OF_CONTACT + key for key in rules.contact_fields),
        *(OF_LEAD + key for key in rules.lead_fields),
    ]


def find_rule(meaning: str, rules: LeadRules) -> FieldRule | None:
    """Return the rule of an own field, `None` for what is none or not declared."""
    prefix, _, key = meaning.partition(".")
    fields = {OF_CONTACT: rules.contact_fields, OF_LEAD: rules.lead_fields}.get(f"{prefix}.")
    return None if fields is None else fields.get(key)


def refuse_without_address(columns: Sequence[str]) -> None:
    """Refuse a file in which no card could ever be found again (M-6).

    Raises:
        FieldInvalid: no column means a phone, an e-mail or a Telegram id.
    """
    if not ADDRESSES & set(columns):
        raise FieldInvalid(
            "no column is known as a phone or an e-mail, and a name alone finds nobody: "
            'say which it is, for instance --map "Номер=phone"',
            "map",
        )
