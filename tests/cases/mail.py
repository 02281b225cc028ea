"""Cases that a mailbox brings: robots, threads, forwards, copies (semantics §8)."""

from hub.inbox import queries, waits
from hub.inbox.splitting import split_off
from tests.cases.desk import INFO, INFO_MAIL, MAIL, MINUTE, SALES, SALES_MAIL, CaseDesk, letter
from tests.inbox.rules import answer, id_of, pass_time
from tests.inbox.test_queries import only, owner

PASSED = "mx.example; dmarc=pass header.from="


async def case_02_out_of_office_mail_of_the_client_after_our_answer(desk: CaseDesk) -> None:
    await desk.mails(letter("Сколько стоит?", Message_ID="<m1@example.com>"))
    desk.clock.move(MINUTE)
    await answer(desk)
    robot = {"Auto_Submitted": "auto-replied", "In_Reply_To": "<m1@example.com>"}
    await desk.mails(letter("Я в отпуске до 1 числа", subject="Автоответ", Message_ID="<m2@example.com>", **robot))

    assert await desk.states() == ["answered"]
    assert (await desk.one("messages", "automatic <> ''"))["automatic"] == "auto_reply"
    assert await desk.story("wait_opened") == ["wait_opened"]


async def case_15_manager_answers_from_the_personal_mailbox_with_us_not_in_copy(desk: CaseDesk) -> None:
    await desk.mails(letter("Сколько стоит?"))
    await pass_time(desk, 30 * MINUTE)
    answered = desk.now - 10 * MINUTE
    assert (await desk.wait())["state"] == "open"
    told = {"channel": "email", "at": answered, "result": "Ответил со своей почты"}
    await waits.answered_elsewhere(desk.office, await owner(desk), await only(desk), **told)  # type: ignore[arg-type]

    wait, fact = await desk.wait(), await desk.fact("declared")
    assert (wait["state"], wait["ended_at"], wait["response_channel"]) == ("declared", answered, "email")
    assert (fact["cause"], await desk.story("answered")) == ("S11", [])


async def case_40_forwarded_mail_by_a_colleague_to_the_intake_mailbox(desk: CaseDesk) -> None:
    desk.staff["email", "", "anna@romashka.example"] = await id_of(desk, "anna")  # type: ignore[assignment]
    original = f"---------- Пересланное сообщение ---------\nОт: Мария Петрова <{MAIL}>\nДата: вчера\n\nЖду счёт"
    passed = {"Authentication_Results": "mx.example; dmarc=pass header.from=romashka.example"}
    before = desk.now
    await desk.mails(letter(f"Возьмите\n\n{original}", by="anna@romashka.example", subject="Fwd: Счёт", **passed))

    wait, contact = await desk.wait(), await desk.one("contacts")
    assert before <= wait["started_at"] <= desk.now
    assert contact["name"] == "Мария Петрова"
    address = await desk.one("identities")
    assert (address["value"], address["level"], address["contact_id"]) == (MAIL, "claimed", contact["id"])


async def case_41_mail_to_two_of_our_mailboxes(desk: CaseDesk) -> None:
    both = {"to": f"{SALES}, {INFO}", "Message_ID": "<m1@example.com>"}
    await desk.mails(letter("Сколько стоит?", Received="from a by b", **both))
    await desk.mails(letter("Сколько стоит?", Received="from a by c", **both), to=INFO_MAIL)

    assert len(await desk.rows("messages")) == len(await desk.rows("contacts")) == 1
    assert {row["connection_id"] for row in await desk.rows("threads")} == {SALES_MAIL, INFO_MAIL}
    assert (await desk.wait())["requests"] == 1
    assert await desk.told() == ["new_lead"]
    again = {"In_Reply_To": "<m1@example.com>", "Message_ID": "<m2@example.com>", "subject": "Re: Расчёт"}
    await desk.mails(letter("Ау", **again), to=INFO_MAIL)
    assert len(await desk.rows("threads")) == 2


async def case_42_reply_with_a_changed_subject_and_old_references(desk: CaseDesk) -> None:
    await desk.mails(letter("Сколько стоит?", Message_ID="<m1@example.com>"))
    await desk.answers("Пять тысяч")
    desk.clock.move(MINUTE)
    ids = {"Message_ID": "<m2@example.com>", "References": "<m1@example.com>"}
    await desk.mails(letter("Где акт?", subject="Акт сверки", **ids))
    before = await desk.one("waits", "state = 'open'")
    card = await queries.get_card(desk.office, await owner(desk), await only(desk))
    assert (card.new_subject, len(await desk.rows("threads"))) == ("Акт сверки", 1)

    own = await split_off(desk.office, await owner(desk), await only(desk))
    after = await desk.one("waits", "state = 'open'")
    assert (after["conversation_id"], after["deadline_at"]) == (own, before["deadline_at"])
    await desk.outside.reply("Высылаю", own)
    await desk.deliver()
    subjects = [sent.mail.subject for sent in desk.outside.channel.sent if sent.mail]
    assert (subjects, await desk.states()) == (["Re: Расчёт", "Re: Акт сверки"], ["answered", "answered"])


async def case_43_newsletter_replies_from_many_people_to_one_message_id(desk: CaseDesk) -> None:
    for number in range(3):
        mail = f"reader{number}@example.com"
        ids = {"Message_ID": f"<r{number}@example.com>", "In_Reply_To": "<news-7@romashka.example>"}
        await desk.mails(letter(f"Хочу {number}", by=mail, subject="Re: Осенние скидки", **ids))

    for table in ("contacts", "threads", "conversations", "waits"):
        assert len(await desk.rows(table)) == 3, table
    assert await desk.told() == 3 * ["new_lead"]
