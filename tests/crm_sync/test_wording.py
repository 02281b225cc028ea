"""What people read at a CRM's record, and how numbers are spelled when a CRM is asked."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm_sync.base import EntryKind
from hub.crm_sync.wording import Language, account_address, entry_lines, entry_title, phone_spellings, shortened
from hub.testing.contracts.crm.samples import CALL, ENTRY

_MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("is_inbound", [True, False])
@pytest.mark.parametrize("kind", list(EntryKind))
def test_every_entry_has_a_first_line_in_both_languages(kind: EntryKind, is_inbound: bool, language: Language) -> None:
    title = entry_title(replace(ENTRY, kind=kind, is_inbound=is_inbound), _MOSCOW, language)

    assert title.endswith("21.11.2026 14:55")
    assert "Telegram" in title


@pytest.mark.parametrize(
    ("channel", "russian", "english"),
    [
        ("email", "Сообщение клиента · Анна Петрова · Почта · ", "Client's message · Анна Петрова · E-mail · "),
        ("webform", "Сообщение клиента · Анна Петрова · Форма · ", "Client's message · Анна Петрова · Form · "),
        ("pigeons", "Сообщение клиента · Анна Петрова · pigeons · ", "Client's message · Анна Петрова · pigeons · "),
    ],
)
def test_a_channel_is_called_as_people_call_it(channel: str, russian: str, english: str) -> None:
    said = replace(ENTRY, channel=channel)

    assert entry_title(said, _MOSCOW, Language.ru).startswith(russian)
    assert entry_title(said, _MOSCOW, Language.en).startswith(english)


def test_a_form_is_not_said_to_be_a_form_twice_and_a_call_over_a_pbx_is_a_call() -> None:
    form, call = replace(ENTRY, kind=EntryKind.form, channel="webform"), replace(CALL, channel="mango")

    assert entry_title(form, _MOSCOW, Language.ru) == "Заявка с формы · Анна Петрова · 21.11.2026 14:55"
    assert "mango" not in entry_title(call, _MOSCOW, Language.ru)


def test_a_call_by_somebodys_own_phone_says_so() -> None:
    assert "Свой телефон" in entry_title(replace(CALL, channel="own_mobile"), _MOSCOW, Language.ru)


def test_an_entry_tells_who_where_when_what_and_leads_to_the_hub() -> None:
    entry = replace(ENTRY, text="Два дивана\nи кресло", files=("план.pdf",))

    assert entry_lines(entry, _MOSCOW, Language.ru) == (
        "Сообщение клиента · Анна Петрова · Telegram · 21.11.2026 14:55",
        "Два дивана",
        "и кресло",
        "Файлы: план.pdf",
        "В хабе: https://hub.example/conversations/42",
    )


@pytest.mark.parametrize(("is_missed", "length"), [(False, "2:00"), (True, "missed")])
def test_a_call_tells_how_long_it_was_or_that_it_was_missed(is_missed: bool, length: str) -> None:
    title = entry_title(replace(CALL, is_missed=is_missed), _MOSCOW, Language.en)

    assert title == f"Incoming call · +79161234567 · Анна Петрова · {length} · 21.11.2026 14:55"


@given(st.text(), st.integers(20, 60))
def test_a_shortened_text_fits_and_a_short_one_is_left(text: str, limit: int) -> None:
    cut = shortened(text, limit, Language.ru)

    assert len(cut) <= limit
    assert "\x00" not in cut
    assert cut == text.replace("\x00", "") or cut.endswith("… [сокращено]")


@pytest.mark.parametrize(
    ("e164", "spellings"),
    [
        ("+79161234567", ("9161234567", "79161234567", "+79161234567", "89161234567")),
        ("+77011234567", ("7011234567", "77011234567", "+77011234567", "87011234567")),
        ("+998901234567", ("901234567", "998901234567", "+998901234567")),
    ],
)
def test_a_number_is_asked_for_as_people_type_it(e164: str, spellings: tuple[str, ...]) -> None:
    assert phone_spellings(e164) == spellings


def test_this_machine_may_be_asked_without_tls() -> None:
    assert account_address("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"
