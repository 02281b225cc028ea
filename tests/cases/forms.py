"""Cases that a form on the site brings (semantics §8)."""

from hub.testing.telephony import Scene
from tests.cases.desk import DAY, MAIL, MINUTE, PHONE, SECOND, CaseDesk, letter
from tests.inbox.test_calls import fire


async def case_31_form_submitted_twice_by_double_click(desk: CaseDesk) -> None:
    for key in ("f-1", "f-1", "", ""):
        await desk.submits(key=key, name="Мария", phone="8 916 123-45-67" if key else "8 916 123-45-68")
    assert len(await desk.rows("messages")) == 2
    assert [row["requests"] for row in await desk.rows("waits")] == [1, 1]

    desk.clock.move(61 * SECOND)
    await desk.submits(name="Мария", phone="8 916 123-45-68")
    assert len(await desk.rows("messages")) == 3
    assert await desk.story("wait_opened", "request_added") == ["wait_opened", "wait_opened", "request_added"]


async def case_32_form_plus_call_in_one_minute_with_the_same_phone(desk: CaseDesk) -> None:
    submitted = desk.now
    await desk.submits(name="Мария", phone="8 (916) 123-45-67")
    desk.clock.move(MINUTE)
    await desk.calls(Scene.missed)
    desk.clock.move(30 * SECOND)
    await fire(desk)

    wait = await desk.wait()
    assert len(await desk.rows("contacts")) == 1
    assert submitted <= wait["started_at"] < submitted + 5 * SECOND
    assert (wait["channel"], wait["missed_calls"], wait["needs_callback"]) == ("webform", 1, True)
    assert await desk.told() == ["new_lead", "missed_call"]


async def case_33_form_with_a_typo_phone_and_a_known_mail_address(desk: CaseDesk) -> None:
    await desk.mails(letter("Добрый день", Message_ID="<m1@example.com>"))
    desk.clock.move(DAY)
    await desk.submits(name="Мария", phone="+7 916 123-45-60", email=MAIL)

    assert len(await desk.rows("contacts")) == len(await desk.rows("waits")) == 1
    phone = await desk.one("identities", "type = 'phone'")
    assert (phone["value"], phone["level"]) == (PHONE[:-1] + "0", "claimed")
    assert await desk.rows("match_candidates") == []
