from hub.delivery.replies import mail_headers, reply_subject
from hub.domain.message import Author, Direction, Message, MessageKind
from hub.store.outgoing import Letter, Outgoing
from tests.delivery.test_retry import NOW


def answer(author: Author = Author.person) -> Outgoing:
    message = Message(1, 2, 3, 4, Direction.outbound, MessageKind.text, author, "Здравствуйте", NOW, NOW)  # type: ignore[arg-type]
    return Outgoing(message, "thread", "maria@example.ru", "Анна", "", is_paused=False)


LETTERS = [
    Letter("ours-2@shop.ru", "Re: Заказ", is_inbound=False),
    Letter("client-2@example.ru", "Re: Заказ", is_inbound=True),
    Letter("client-1@example.ru", "Заказ", is_inbound=True),
]


def test_a_letter_answers_the_clients_last_one_and_names_the_whole_thread_oldest_first() -> None:
    mail = mail_headers("press-1", answer(), LETTERS)

    assert mail.in_reply_to == "client-2@example.ru"
    assert mail.references == ("client-1@example.ru", "client-2@example.ru", "ours-2@shop.ru")
    assert (mail.to, mail.subject, mail.is_automatic) == ("maria@example.ru", "Re: Заказ", False)


def test_case62_every_attempt_is_the_same_letter() -> None:
    first, second = (mail_headers("press-1", answer(), LETTERS[place:]).message_id for place in (0, 1))

    assert first == second != mail_headers("press-2", answer(), LETTERS).message_id


def test_an_automatic_text_says_that_it_is_one() -> None:
    assert mail_headers("auto", answer(Author.automation), []).is_automatic


def test_an_answer_has_one_re() -> None:
    assert [reply_subject(each) for each in ("Заказ", "RE: Заказ", "")] == ["Re: Заказ", "RE: Заказ", ""]
