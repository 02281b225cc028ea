"""What stands above the line of a card is the answer; what the mail program quotes of the card is not."""

import pytest

from hub.domain.reply_line import REPLY_LINE, answer_above

CARD = f"{REPLY_LINE}\n\n#7 Мария\n📝 Иван: не давать скидку"
QUOTED = "\n".join(f"> {line}" for line in CARD.splitlines())


def test_the_words_above_a_cut_quotation_are_the_answer():
    text = f"Да, есть.\nПриезжайте\n\nвс, 22 нояб. 2026 г., Ромашка:\n{QUOTED}"
    assert answer_above(text, len("Да, есть.\nПриезжайте")) == "Да, есть.\nПриезжайте"


def test_a_card_quoted_without_marks_is_cut_at_its_line_and_the_attribution_goes_with_it():
    assert answer_above(f"Да, есть\n\n22.11.2026, Ромашка\nнаписал(а):\n\n{CARD}") == "Да, есть"
    assert answer_above(f"Да, есть\n\n{CARD}") == "Да, есть"


@pytest.mark.parametrize("text", [f"{QUOTED}\n\nДа, есть", f"Ромашка писала:\n{QUOTED}\nДа", CARD, "", "> старое"])
def test_words_below_or_between_quoted_lines_are_no_answer(text: str):
    assert answer_above(text) == ""


def test_no_quoted_line_reaches_the_client():
    assert answer_above("> не давать скидку\nДа, есть") == "Да, есть"


def test_a_line_that_a_mail_program_folded_is_still_found():
    assert answer_above("Да\n--- ответ пишите\nвыше · answer above this line ---\nзаметка") == "Да"
