"""What each notice says in a letter, and that an answer to it finds the client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from bots.mail.letter import Letter, Posted
from bots.mail.notifier import MailNotifier
from hub.domain.ids import ManagerId
from hub.domain.outbound import Failed, SendResult, Sent
from tests.inbox.desk import Desk, open_desk, says


@dataclass
class Mail:
    """Anna's mailbox."""

    desk: Desk
    anna: ManagerId
    letters: list[Letter] = field(default_factory=list)

    async def post(self, letter: Letter) -> Posted:
        self.letters.append(letter)
        return Posted(Sent((f"{len(self.letters)}@example.com", "r-token"), self.desk.now), 2)

    async def tell(self, notice: str, **payload: object) -> SendResult:
        notifier = MailNotifier(self.desk.office, self.post, lambda _manager, _action: "")
        conversation = (await self.desk.one("conversations"))["id"]
        about = {"notice": notice, "manager_id": int(self.anna), "conversation_id": conversation}
        return await notifier.notify({**about, **payload}, key=f"key-{len(self.letters)}")


@pytest.fixture
async def mail(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Mail]:
    """Maria asked something; Anna has her."""
    desk = await open_desk(pool, tmp_path / "files")
    anna = await desk.hire("anna", "Анна")
    await desk.receive(says("Сколько стоит торшер?", at=desk.now))
    yield Mail(desk, anna)


async def test_a_new_lead_is_a_card_with_who_what_until_when_and_the_history(mail: Mail) -> None:
    await mail.tell("new_lead")

    [letter] = mail.letters
    assert "Новый лид" in letter.subject
    assert "Мария" in letter.subject
    for words in ("Мария", "Сколько стоит торшер?", "⏱ Ответить", "Ответьте на это письмо"):
        assert words in letter.text


async def test_an_answer_will_find_the_conversation_by_message_id_and_token(mail: Mail) -> None:
    await mail.tell("new_lead")
    kept = await mail.desk.rows("message_keys", "connection_id = 2 ORDER BY external_id")

    conversation = (await mail.desk.one("conversations"))["id"]
    assert [(each["external_id"], each["thread"], each["conversation_id"]) for each in kept] == [
        ("1@example.com", f"card:{mail.anna}", conversation),
        ("r-token", f"card:{mail.anna}", conversation),
    ]


async def test_a_further_message_is_told_whole(mail: Mail) -> None:
    words = "Ещё вопрос. " * 200
    await mail.desk.receive(says(words, at=mail.desk.now))
    message = (await mail.desk.rows("messages", "direction = 'inbound' ORDER BY id DESC"))[0]
    await mail.tell("client_message", message_id=message["id"])

    assert words.strip() in mail.letters[0].text
    await mail.tell("client_message", message_id=message["id"], only_files=True)
    assert len(mail.letters) == 1


async def test_a_first_message_too_long_for_a_card_is_told_whole(mail: Mail) -> None:
    words = " ".join(f"слово-{number}" for number in range(3_000))
    await mail.desk.receive(says(words, at=mail.desk.now))
    await mail.tell("new_lead")
    assert words in mail.letters[0].text


async def test_a_level_of_a_client_who_was_answered_makes_no_letter(mail: Mail) -> None:
    await mail.tell("level", clock="first_response")
    mail.desk.clock.move(timedelta(hours=1))
    await mail.tell("level", clock="first_response")
    await mail.desk.pool.execute("UPDATE waits SET state = 'answered'")
    await mail.tell("level", clock="first_response")

    assert [letter.subject.partition(" · ")[0] for letter in mail.letters] == [
        "🟡 Время на ответ подходит к концу",
        "🔴 Срок ответа прошёл",
    ]


@pytest.mark.parametrize("reason", ["unproven", "empty", "taken", "busy", "window", "blocked", "denied", "gone"])
async def test_every_refusal_is_told_in_words(mail: Mail, reason: str) -> None:
    await mail.tell("mail_refused", reason=reason, winner="Иван")

    assert "не отправлен" in mail.letters[0].subject
    assert mail.letters[0].about is not None


async def test_rg2_a_refusal_about_what_is_not_ones_own_says_the_reason_alone(mail: Mail) -> None:
    other = await mail.desk.hire("ivan", "Иван")
    await mail.desk.pool.execute("UPDATE conversations SET assignee_id = $1", other)
    await mail.tell("mail_refused", reason="taken", winner="Иван")
    await mail.tell("new_lead")

    [letter] = mail.letters
    assert "Иван" in letter.text
    assert "торшер" not in letter.text


async def test_rg4_who_left_gets_no_letter(mail: Mail) -> None:
    await mail.desk.pool.execute("UPDATE managers SET is_active = false")

    assert isinstance(await mail.tell("new_lead"), Failed)
    assert mail.letters == []


async def test_a_connection_that_works_again_is_told(mail: Mail) -> None:
    await mail.tell("connection_up", name="Бот")

    assert mail.letters[0].subject.endswith("Подключение «Бот» снова работает")


async def test_access_that_runs_out_is_told_with_its_day(mail: Mail) -> None:
    await mail.tell("connection_ending", name="amo", ends_on="2026-12-20", days=28)

    assert "«amo»: доступ действует до 20.12.2026, дней: 28" in mail.letters[0].text


async def test_a_dead_connection_is_told_and_cannot_be_answered(mail: Mail) -> None:
    await mail.tell("connection_down", name="Бот", reason="токен не принят")

    assert "«Бот»" in mail.letters[0].subject
    assert mail.letters[0].about is None


async def test_the_day_is_told_in_words_and_not_once_it_is_over(mail: Mail) -> None:
    await mail.desk.pool.execute("UPDATE managers SET role = 'head' WHERE id = $1", mail.anna)
    zone = mail.desk.office.policy().get_line("sales").calendar.zone
    today = mail.desk.now.astimezone(zone).date()
    await mail.tell("day", day=(today - timedelta(days=1)).isoformat())
    assert mail.letters == []

    await mail.tell("day", day=today.isoformat())
    [letter] = mail.letters
    assert "итоги к" in letter.subject
    assert "🆕 Новых лидов: 1" in letter.text
    assert "На картинке" not in letter.text
