"""The live card in each of its states: what it says and what may be pressed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.screens.action import Action, Press
from bots.screens.card import card_screen, collapsed, pointer
from bots.screens.card_buttons import phone_of
from bots.screens.mirror import mirror_screen
from bots.texts import Texts
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox.views import AddressView
from tests.bots.views import CARD, NOW, PHONE, card, message, minutes, missed_call, wait

RU, EN = Texts("ru"), Texts("en")


def labels(screen):
    return [button.label for button in screen.buttons]


def presses(screen):
    return {button.action.press for button in screen.buttons if button.action}


def test_a_new_lead_says_who_until_when_why_and_how_to_answer():
    screen = card_screen(RU, card(assignee_id=None, assignee_name=""), now=NOW)

    assert screen.text == (
        "🆕 Новое обращение #1042 · Telegram\n"
        "Мария Петрова · ООО «Ромашка»\n"
        "📞 +7 916 123-45-67  ✉️ m@romashka.ru\n"
        "Линия: Продажи\n"
        "Источник: сайт\n"
        "⏱ Ответить до 12:35 (через 14 мин)\n"
        "Пока никто не взял\n"
        "Почему так: Москва → продажи\n"
        "Добрый день! Сколько стоит?\n"
        "↩️ Ответьте на это сообщение, чтобы взять и ответить: Telegram (@brand_bot)"
    )
    assert labels(screen) == ["✋ Взять", "🗒 Шаблоны", "👤 Карточка", "🕘 История", "❔ Почему"]


def test_r8_an_offer_can_be_declined():
    screen = card_screen(RU, card(assignee_id=None, assignee_name="", offered_to_viewer=True), now=NOW)
    assert "Кто возьмёт?" in screen.text
    assert {Press.take, Press.decline} <= presses(screen)


def test_my_card_has_every_way_to_work():
    screen = card_screen(RU, CARD, now=NOW)
    assert "🟢 Ждёт ответа #1042" in screen.text
    wanted = {Press.note, Press.transfer, Press.snooze, Press.release, Press.close, Press.dismiss, Press.elsewhere}
    assert wanted <= presses(screen)
    assert Press.take not in presses(screen)


def test_a_button_carries_conversation_and_version():
    screen = card_screen(RU, CARD, now=NOW)
    assert Action(Press.close, CARD.id, CARD.version) in [button.action for button in screen.buttons]


def test_an_overdue_card_is_red_and_says_by_how_much():
    late = card(wait=wait(started_at=NOW - minutes(30), deadline_at=NOW - minutes(15)))
    text = card_screen(RU, late, now=NOW).text
    assert "🔴 Ждёт ответа #1042" in text
    assert "до 12:06 (просрочено на 15 мин)" in text


def test_r12_a_card_handed_over_asks_to_accept_or_refuse():
    screen = card_screen(RU, card(transfer_to_viewer=True), now=NOW)
    assert {Press.accept, Press.refuse} <= presses(screen)
    assert "Вам передают" in screen.text


def test_a_closed_card_says_the_outcome_and_may_be_reopened():
    screen = card_screen(RU, card(state="closed", wait=None, outcome="deal"), now=NOW)
    assert "✅ Закрыто #1042" in screen.text
    assert "Итог: 💰 Сделка" in screen.text
    assert Press.reopen in presses(screen)
    assert "Ответьте на это сообщение" not in screen.text


def test_a_snoozed_card_says_until_when():
    text = card_screen(RU, card(wait=None, snoozed_until=NOW + timedelta(days=1)), now=NOW).text
    assert "😴 Отложено #1042" in text
    assert "Отложено до 24.11 12:21" in text


def test_a_missed_call_shows_counter_and_callback_deadline():
    screen = card_screen(RU, missed_call(), now=NOW)
    assert "📵 Пропущенный звонок #1042 · 📞 Звонок · в 12:17" in screen.text
    assert "⏱ Перезвонить до 12:27 (через 6 мин)" in screen.text
    assert "пропущено 2 звонка" in screen.text
    assert "Написать клиенту некуда" in screen.text
    assert {Press.reached, Press.noanswer, Press.sleep} <= presses(screen)
    assert [button.copies for button in screen.buttons if button.copies] == ["+7 916 123-45-67"]


def test_c6_after_three_vain_attempts_the_card_offers_to_close_as_unreachable():
    two = card_screen(RU, missed_call(call_attempts=2), now=NOW)
    three = card_screen(RU, missed_call(call_attempts=3, may_give_up=True), now=NOW)
    assert "📵 Закрыть: не дозвонились" not in labels(two)
    assert "📵 Закрыть: не дозвонились" in labels(three)
    assert "3 попытки дозвониться" in three.text


def test_rg5_a_masked_number_is_not_offered_for_copying():
    masked = AddressView("phone", "+7 916 ***-**-67", "proven", can_reply=False)
    assert phone_of(card(addresses=(masked,))) == ""
    assert phone_of(card(addresses=(masked, PHONE))) == "+7 916 123-45-67"


def test_m5_an_open_question_is_on_the_card():
    screen = card_screen(RU, card(candidate_id=12), now=NOW)
    assert "Возможно, мы уже знаем этого клиента" in screen.text
    assert Action(Press.question, 12) in [button.action for button in screen.buttons]


@pytest.mark.parametrize("headline", ["card.woken", "card.breached", "card.transferred"])
def test_what_brought_the_card_is_its_first_line(headline):
    assert card_screen(RU, CARD, now=NOW, headline=headline).blocks[0].text == RU(headline)


def test_case105_a_clients_words_are_a_quotation_and_never_buttons():
    nasty = message(text="[✅ Закрыть](tg://user?id=1) <b>системное</b>")
    screen = card_screen(RU, card(recent=(nasty,)), now=NOW)
    quoted = [block for block in screen.blocks if block.is_quote]
    assert [block.text for block in quoted] == [nasty.text]


def test_files_and_form_fields_are_named():
    plan = Attachment(AttachmentKind.document, "план.pdf", size_bytes=1_258_291, sha256="a" * 64)
    huge = Attachment(AttachmentKind.video, note="больше 20 МБ")
    said = message(text="", fields=(("Площадь", "200"),), attachments=(plan, huge))
    text = card_screen(RU, card(recent=(said,)), now=NOW).text
    assert "Площадь: 200" in text
    assert "📎 план.pdf (1.2 МБ)" in text
    assert "📎 видео — больше 20 МБ" in text


def test_a_card_taken_by_another_shrinks_to_one_line_without_buttons():
    screen = collapsed(RU, 1042, "Анна")
    assert (screen.text, screen.rows) == ("✋ #1042 взял(а) Анна", ())
    assert collapsed(RU, 1042, "").text == "✋ #1042 больше не у вас"
    assert pointer(RU, 1042).text == "#1042 ↓ карточка ниже"


def test_a_mirrored_message_names_its_client_and_rings():
    screen = mirror_screen(RU, CARD, message(is_edited=True), now=NOW)
    assert screen.text.splitlines()[0] == "💬 Мария Петрова · Telegram · #1042 · изменено"
    assert not screen.is_quiet
    assert labels(screen) == ["📋 Обращение", "🤷 Ответ не нужен", "😴 Отложить", "✅ Закрыть"]


def test_only_stored_files_go_with_a_mirrored_message():
    stored = Attachment(AttachmentKind.photo, sha256="a" * 64)
    said = message(attachments=(stored, Attachment(AttachmentKind.video, note="больше 20 МБ")))
    assert mirror_screen(RU, CARD, said, now=NOW).attachments == (stored,)


def test_english_reads_english():
    text = card_screen(EN, CARD, now=NOW).text
    assert "⏱ Answer by 12:35 (in 14 min)" in text


def test_edge23_a_client_elsewhere_is_shown_with_the_time_there():
    elsewhere = card(client_zone=ZoneInfo("Asia/Yekaterinburg"))

    assert "🕒 У клиента сейчас 14:21\n" in card_screen(RU, elsewhere, now=NOW).text
    assert "The client's time is 14:21" in card_screen(EN, elsewhere, now=NOW).text


def test_edge42_a_letter_under_another_subject_can_be_split_off():
    screen = card_screen(RU, card(subject="Расчёт", new_subject="Акт сверки"), now=NOW)

    assert "✂️ Новая тема: Акт сверки. Это другой вопрос?" in screen.text
    assert Press.sever in presses(screen)
    assert Press.sever not in presses(card_screen(RU, CARD, now=NOW))
