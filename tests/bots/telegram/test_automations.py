"""What automations find is told in the bot: a line that says it, and the client's card below."""

from tests.inbox.rules import put_in_force
from tests.inbox.test_automations import with_on

FIRST = """
[automations.hello]
name = "Важный вопрос"
trigger = { kind = "message_in" }
when = [{ kind = "text", words = ["директор"] }]
then = [{ kind = "notify", to = ["responsible"], text = "Просят директора", text_en = "They ask for the director" }]
"""


async def test_what_an_automation_found_is_told_with_the_card(place):
    put_in_force(place.desk, with_on(more=FIRST))
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Позовите директора")

    told = place.post(ivan, "Просят директора")
    assert told.text.startswith("⚙️ Просят директора: #")
    assert "Мария" in told.text
    assert any("Ответьте на это сообщение" in text for text in place.seen(ivan))
