"""Lists, client, history, choices, question, desk, help, feedback and refusals."""

from datetime import timedelta

import pytest

from bots.screens import closing, desk, feedback, question, snooze, transfer
from bots.screens.action import Action, Press, StaleButton, encode
from bots.screens.client import client_screen
from bots.screens.elsewhere import WAYS, ways_screen
from bots.screens.found import found_screen
from bots.screens.history import Page, history_screen, why_screen
from bots.screens.lists import list_screen
from bots.screens.refusals import refusal
from bots.screens.words import channel_name
from bots.texts import Texts
from hub.domain import errors
from hub.domain.conversation import Outcome
from hub.domain.ids import ContactId, ConversationId, ManagerId
from hub.domain.manager import Role
from hub.domain.message import Author, DeliveryState, Direction
from hub.inbox.views import CandidateView, CrmCardState, CrmCardView, DeskView, ManagerView
from tests.bots.views import CARD, LETTERS, MOSCOW, NOW, PHONE, card, message, minutes, row, wait

RU = Texts("ru")


def labels(screen):
    return [button.label for button in screen.buttons]


def actions(screen):
    return [button.action for button in screen.buttons]


# --- lists


def test_a_list_shows_state_time_and_a_take_button_for_free_ones():
    rows = [row(), row(id=ConversationId(8), number=7, assignee_name="Иван", is_waiting=False)]
    screen = list_screen(RU, "⏳ Очередь", rows, now=NOW)
    assert "1. #1042 Мария Петрова · ✉️ Почта · 🟢 до 12:35 (через 14 мин)" in screen.text
    assert "2. #7 Мария Петрова · ✉️ Почта · ждём клиента" in screen.text
    assert "ведёт Иван · Сколько стоит?" in screen.text
    assert actions(screen)[:2] == [Action(Press.take, 77_000), Action(Press.card, 8)]


def test_a_long_list_says_how_many_are_left():
    screen = list_screen(RU, "Мои", [row()] * 10, now=NOW)
    assert "…и ещё 2 обращения" in screen.text
    assert len(actions(screen)) == 8 + 6


def test_an_empty_list_says_so_and_leads_elsewhere():
    screen = list_screen(RU, "Мои", [], now=NOW)
    assert screen.text == "Мои\nПусто."
    assert Action(Press.queue) in actions(screen)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"is_overdue": True, "deadline_at": NOW - minutes(5)}, "🔴 до 12:16 (просрочено на 5 мин)"),
        ({"needs_callback": True}, "📵 перезвонить до 12:35 (через 14 мин)"),
        ({"is_waiting": False, "snoozed_until": NOW + minutes(60)}, "отложено до 13:21"),
        ({"deadline_at": None}, "🟢"),
    ],
)
def test_a_row_shows_what_is_due(changes, shown):
    assert list_screen(RU, "Мои", [row(**changes)], now=NOW).blocks[1].text.endswith(shown)


# --- client, history, reasons


def test_the_client_card_says_where_an_answer_can_go():
    blocked = LETTERS.__class__("tg_user", "@maria", "proven", can_reply=False, note="заблокировал бота")
    text = client_screen(RU, card(addresses=(PHONE, blocked), is_regular=True)).text
    assert "📞 +7 916 123-45-67 · подтверждён" in text
    assert "💬 @maria · подтверждён — заблокировал бота" in text
    assert "постоянный клиент" in text


@pytest.mark.parametrize(
    ("there", "lines"),
    [
        (CrmCardView("b24", CrmCardState.linked, "https://crm.example/7"), ["🗂 b24: https://crm.example/7"]),
        (CrmCardView("b24", CrmCardState.linked), ["🗂 b24: карточка есть"]),
        (CrmCardView("b24", CrmCardState.missing), ["🗂 b24: ещё не в CRM"]),
        (CrmCardView("b24", CrmCardState.refused, "", "Поле PHONE"), ["🗂 b24: не принято CRM: Поле PHONE"]),
        (CrmCardView("b24", CrmCardState.refused), ["🗂 b24: не принято CRM, причину знает администратор"]),
        (
            CrmCardView("b24", CrmCardState.refused, "https://crm.example/7", "Поле PHONE"),
            ["🗂 b24: https://crm.example/7", "🗂 b24: не принято CRM: Поле PHONE"],
        ),
        (CrmCardView("b24", CrmCardState.unsure), ["🗂 b24: ответа не было, проверьте, есть ли клиент в CRM"]),
        (CrmCardView("b24", CrmCardState.gone, "https://crm.example/7"), ["🗂 b24: карточку в CRM удалили"]),
    ],
)
def test_the_client_card_leads_to_the_crm_or_says_why_it_does_not(there, lines):
    said = client_screen(RU, CARD, crms=[there]).text.splitlines()
    assert [each for each in said if each.startswith("🗂")] == lines


def test_without_a_crm_the_client_card_speaks_of_none():
    assert "🗂" not in client_screen(RU, CARD).text


def test_history_shows_both_directions_notes_and_what_became_of_answers():
    said = [
        message(),
        message(direction=Direction.outbound, author=Author.person, author_name="Иван", delivery=DeliveryState.unknown),
        message(direction=Direction.note, author_name="Анна", text="звонила вчера"),
        message(direction=Direction.activity, text="Назначен Иван"),
    ]
    screen = history_screen(RU, CARD, Page(said, 1, has_older=True), now=NOW)
    assert "⬅️ Мария Петрова · Telegram · 12:20" in screen.text
    assert "➡️ Иван · Telegram · 12:20 · ❔ возможно, отправлено" in screen.text
    assert "📝 Анна · заметка · 12:20" in screen.text
    assert [action.arg for action in actions(screen)] == ["2", "0", "", "", ""]


def test_an_empty_history_and_the_last_page_have_no_way_further():
    screen = history_screen(RU, CARD, Page([], 0, has_older=False), now=NOW)
    assert "Сообщений пока нет." in screen.text
    assert labels(screen) == ["📄 Файлом", "📎 Файлы", "📋 Обращение"]


def test_reasons_are_told_a_sentence_a_line():
    assert why_screen(RU, CARD, ["Телефон подтверждён", "Правило «Москва»"]).text == (
        "❔ Почему так: #1042\n• Телефон подтверждён\n• Правило «Москва»"
    )


def test_every_pbx_is_a_call_to_people():
    assert channel_name(RU, "mapped") == "📞 Звонок"
    assert channel_name(RU, "something_else") == "something_else"


# --- transfer


def test_r12_receivers_show_their_load_and_the_able_come_first():
    anna = ManagerView(ManagerId(5), "Анна", is_on_shift=True, open_waits=2)
    boris = ManagerView(ManagerId(6), "Борис", is_on_shift=False, open_waits=0, why_not="не на смене")
    screen = transfer.receivers_screen(RU, CARD, [boris, anna], has_lines=False)
    assert labels(screen)[:2] == ["🟢 Анна · 2 ждут", "🌙 Борис · 0 ждут"]
    assert actions(screen)[0] == Action(Press.give, CARD.id, CARD.version, "5")


def test_r12_somebody_who_cannot_take_it_needs_a_confirmation_with_the_reason():
    boris = ManagerView(ManagerId(6), "Борис", is_on_shift=False, open_waits=0, why_not="не на смене")
    screen = transfer.confirm_screen(RU, CARD, boris)
    assert "Борис: не на смене" in screen.text
    assert actions(screen)[0] == Action(Press.give, CARD.id, CARD.version, "6.f")


def test_with_nobody_to_transfer_to_the_screen_says_so():
    assert "Передать #1042 некому" in transfer.receivers_screen(RU, CARD, [], has_lines=False).text


# --- snooze


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("15m", "23 12:36"),
        ("2 ч", "23 14:21"),
        ("3d", "26 12:21"),
        ("16:30", "23 16:30"),
        ("9:00", "24 09:00"),
        ("evening", "23 18:00"),
        ("завтра", "24 10:00"),
        ("monday", "30 10:00"),
        ("в 16:30", "23 16:30"),
        ("сегодня 16:30", "23 16:30"),
        ("завтра 12:00", "24 12:00"),
        ("завтра в 12", "24 12:00"),
        ("Завтра в 9.30", "24 09:30"),
        ("tomorrow at 9:30", "24 09:30"),
        ("послезавтра 8:00", "25 08:00"),
        ("понедельник 9:00", "30 09:00"),
        ("25.11 12:00", "25 12:00"),
        ("25.11 в 12", "25 12:00"),
        ("10.01 12:00", "10 12:00"),
    ],
)
def test_a_typed_time_means_the_zone_of_the_line(typed, local):
    until = snooze.parse_until(typed, now=NOW, zone=MOSCOW)
    assert until is not None
    assert until.astimezone(MOSCOW).strftime("%d %H:%M") == local


@pytest.mark.parametrize(
    "typed", ["", "soon", "25:00", "0m", "999d", "-5m", "сегодня 9:00", "31.02 12:00", "22.11 12:00", "потом 12:00"]
)
def test_what_is_no_time_ahead_is_none(typed):
    assert snooze.parse_until(typed, now=NOW, zone=MOSCOW) is None


@pytest.mark.parametrize(
    ("typed", "local", "rest"),
    [
        ("2h позвонить", "23 14:21", "позвонить"),
        ("завтра позвонить в 12:00", "24 10:00", "позвонить в 12:00"),
        ("завтра 12:00 выслать счёт", "24 12:00", "выслать счёт"),
        ("завтра в 12 выслать\nсчёт", "24 12:00", "выслать\nсчёт"),
        ("25.11 12:00", "25 12:00", ""),
    ],
)
def test_a_time_is_as_many_of_the_first_words_as_make_one(typed, local, rest):
    until, words = snooze.split_time(typed, now=NOW, zone=MOSCOW)
    assert until is not None
    assert (until.astimezone(MOSCOW).strftime("%d %H:%M"), words) == (local, rest)


def test_words_that_begin_with_no_time_are_left_as_they_are():
    assert snooze.split_time("позвонить завтра", now=NOW, zone=MOSCOW) == (None, "позвонить завтра")


def test_after_hours_the_evening_is_not_offered():
    evening = NOW + timedelta(hours=7)
    assert "До вечера" in labels(snooze.snooze_screen(RU, CARD, now=NOW))
    assert "До вечера" not in labels(snooze.snooze_screen(RU, CARD, now=evening))


def test_p1_snoozing_a_waiting_client_says_that_the_clock_runs_on():
    assert "срок ответа идёт" in snooze.snooze_screen(RU, CARD, now=NOW).text
    assert "срок ответа идёт" not in snooze.snooze_screen(RU, card(wait=None), now=NOW).text


# --- close and dismiss


def test_every_outcome_has_its_button():
    pressed = [action.arg for action in actions(closing.outcomes_screen(RU, CARD))[:-1]]
    assert pressed == [outcome.value for outcome in Outcome]


def test_a_refusal_asks_why():
    pressed = [action.arg for action in actions(closing.refusal_screen(RU, CARD))]
    assert "refused.price" in pressed


def test_s9_closing_a_waiting_conversation_shows_the_ways_on():
    assert [action.press for action in actions(closing.still_waiting_screen(RU, CARD))] == [Press.dismiss, Press.card]


def test_s8_a_reason_is_required_once_the_deadline_has_passed():
    late = card(wait=wait(deadline_at=NOW - minutes(1)))
    assert "Без причины" in labels(closing.reasons_screen(RU, CARD, now=NOW))
    screen = closing.reasons_screen(RU, late, now=NOW)
    assert "Без причины" not in labels(screen)
    assert "нужна причина" in screen.text


def test_s11_every_way_to_answer_elsewhere_has_its_button():
    assert [action.arg for action in actions(ways_screen(RU, CARD))[:-1]] == list(WAYS)


# --- one client?


def asked(state="open"):
    known = ((ContactId(3), "Мария П.", ("+7 916 123-45-67",)),)
    reasons = ("телефон совпал, почта другая",)
    return CandidateView(12, "Мария", ("new@mail.ru",), known, reasons, state, CARD.id)


def test_m5_the_question_shows_both_cards_the_reasons_and_two_answers():
    screen = question.question_screen(RU, asked())
    assert "Новая карточка: Мария\n    new@mail.ru" in screen.text
    assert "Уже есть: Мария П.\n    +7 916 123-45-67" in screen.text
    assert "• телефон совпал, почта другая" in screen.text
    assert actions(screen) == [Action(Press.merge, 12, 0, "3"), Action(Press.apart, 12)]


@pytest.mark.parametrize(("state", "words"), [("joined", "объединены"), ("apart", "разные")])
def test_m5_a_decided_question_has_nothing_left_to_press(state, words):
    screen = question.question_screen(RU, asked(state))
    assert words in screen.text
    assert not actions(screen)


def test_m10_a_merge_can_be_undone_from_its_confirmation():
    assert actions(question.joined_screen(RU, 40)) == [Action(Press.undo, 40)]


# --- desk and help


def test_the_desk_counts_the_day():
    counts = DeskView("Иван", MOSCOW, "working", True, 6, 2, 1, 4, NOW + minutes(3))
    text = desk.desk_screen(RU, counts, now=NOW).text
    assert "Сейчас вы на смене · 🟢 Работаю" in text
    assert "💬 Ждут ответа: 2 клиента" in text
    assert "⏱ Ближайший срок: до 12:24 (через 3 мин)" in text


@pytest.mark.parametrize(("presence", "missing"), [("schedule", "schedule"), ("off", "off")])
def test_the_desk_leads_to_every_other_presence_and_back_to_the_schedule(presence, missing):
    counts = DeskView("Иван", MOSCOW, presence, True, 6, 2, 1, 4, NOW + minutes(3))
    offered = {action.arg for action in actions(desk.desk_screen(RU, counts, now=NOW)) if action.press is Press.shift}
    assert offered == {"working", "paused", "off", "schedule"} - {missing}


@pytest.mark.parametrize(
    ("role", "word"), [(Role.manager, "/reached"), (Role.head, "Руководитель"), (Role.admin, "Администратор")]
)
def test_help_is_by_role(role, word):
    assert word in desk.help_screen(RU, role).text


# --- feedback


def test_a_failed_answer_offers_the_other_ways_to_the_client():
    sent = message(direction=Direction.outbound, delivery=DeliveryState.failed, delivery_reason="blocked")
    screen = feedback.failed(RU, CARD, sent)
    assert "⛔ Не доставлено: Мария Петрова (#1042), клиент заблокировал бота" in screen.text
    assert actions(screen)[0] == Action(Press.resend, CARD.id, 0, "dw.5")
    assert not screen.is_quiet


def test_a_failed_answer_without_other_ways_says_so():
    sent = message(delivery_reason="mailbox full", channel="email")
    screen = feedback.failed(RU, CARD, sent)
    assert "mailbox full" in screen.text
    assert "Других способов написать нет" in screen.text


def test_s3_an_unknown_answer_asks_the_person_who_may_know():
    screen = feedback.unknown(RU, CARD, message())
    assert [action.press for action in actions(screen)] == [Press.arrived, Press.lost]
    assert {action.arg for action in actions(screen)} == {"dw"}


def test_case72_a_text_without_context_asks_whom_it_is_for():
    screen = feedback.whom_screen(RU, [row()])
    assert screen.text == "Кому отправить?"
    assert actions(screen) == [Action(Press.to, 77_000), Action(Press.cancel)]


def test_case72_a_late_answer_says_who_was_faster_and_may_become_a_note():
    screen = feedback.taken_screen(RU, "Анна", conversation_id=8)
    assert screen.text == "Уже ведёт Анна. Ваш текст клиенту не ушёл."
    assert actions(screen)[0] == Action(Press.memo, 8)


# --- refusals


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.Conflict("", winner="Анна"), "Уже ведёт Анна"),
        (errors.Conflict(""), "Обращение изменилось"),
        (errors.NotFound(""), "нет или оно не ваше"),
        (errors.PermissionDenied(""), "нет прав"),
        (errors.ReplyWindowClosed(""), "не разрешает"),
        (errors.ContactBlocked(""), "некуда"),
        (errors.StorageUnavailable(""), "Повторите"),
        (StaleButton(""), "Кнопка устарела"),
        (errors.ConfigError("secret"), "в журнале"),
    ],
)
def test_every_error_has_a_polite_sentence(error, words):
    text = refusal(RU, error)
    assert words in text
    assert "secret" not in text


def test_every_button_of_every_screen_fits_into_forty_bytes():
    big = card(id=ConversationId(10**11), version=10**5, candidate_id=10**11)
    boss = ManagerView(ManagerId(10**11), "Анна", is_on_shift=False, open_waits=0, why_not="—")
    screens = [
        closing.outcomes_screen(RU, big),
        closing.refusal_screen(RU, big),
        closing.reasons_screen(RU, big, now=NOW),
        snooze.snooze_screen(RU, big, now=NOW),
        transfer.confirm_screen(RU, big, boss),
        feedback.failed(RU, big, message(id=10**11)),
        ways_screen(RU, big),
    ]
    for screen in screens:
        assert all(encode(action) for action in actions(screen) if action)


@pytest.mark.parametrize(("author", "name"), [(Author.person, "Бизнес-аккаунт"), (Author.automation, "Автотекст")])
def test_edge16_what_nobody_of_us_wrote_by_name_says_who_it_was(author, name):
    said = [message(direction=Direction.outbound, author=author, author_name="")]

    assert f"➡️ {name} · " in history_screen(RU, CARD, Page(said, 0, has_older=False), now=NOW).text


# --- found


def test_found_conversations_show_what_fits_and_open_their_cards():
    rows = [
        row(found_by="company", found="ООО «Ромашка»"),
        row(id=ConversationId(8), number=7, assignee_name="Иван", found_by="text", found="…красный торшер…"),
        row(id=ConversationId(9), number=9, found_by="name", found="Мария Петрова"),
    ]
    screen = found_screen(RU, "торшер", rows, page=0, now=NOW)
    assert "🏢 ООО «Ромашка»" in screen.text and "💬 «…красный торшер…» · ведёт Иван" in screen.text
    assert "Сколько стоит?" in screen.text
    assert actions(screen)[:3] == [Action(Press.card, 77_000), Action(Press.card, 8), Action(Press.card, 9)]


def test_found_conversations_are_paged_both_ways():
    rows = [row(id=ConversationId(n), number=n) for n in range(1, 20)]
    first, second, last = (found_screen(RU, "торшер", rows, page=page, now=NOW) for page in (0, 1, 9))
    assert "8. #8" in first.text and "…и ещё 11 обращений" in first.text and "Ещё ⟩" in labels(first)
    assert "9. #9" in second.text and {"⟨ Назад", "Ещё ⟩"} <= set(labels(second))
    assert "19. #19" in last.text and "Ещё ⟩" not in labels(last) and "⟨ Назад" in labels(last)


def test_a_search_that_found_nothing_says_what_can_be_looked_for():
    assert "компании" in found_screen(RU, "торшер", [], page=0, now=NOW).text
