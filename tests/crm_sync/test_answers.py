"""A manager answers from the CRM's own chat: the client gets it once, and nothing comes back there as news."""

from pathlib import Path

import asyncpg

from hub.crm_sync.base import Entry, Talk, Written
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.domain.identity import IdentityType
from hub.domain.inbound import CrmAnswer
from tests.crm_sync.memory_crm import MemoryCrm
from tests.crm_sync.scene import CRM, Scene, open_scene
from tests.inbox.desk import person, says

MARIA = person(100, name="Мария", phone="+79161234567")


class TalkingCrm(MemoryCrm):
    """The made-up CRM with chats."""

    is_talking = True

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.said: list[tuple[str, str]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.refusal: PermanentFailure | None = None

    async def say(self, said: Entry, talk: Talk, *, key: str) -> Written:
        self.said.append((talk.conversation, said.text))
        return Written(CrmRef("chat", key))

    async def confirm(self, answer: CrmAnswer, problem: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.confirmed.append((answer.external_id, problem))


async def open_talk(pool: asyncpg.Pool, files: Path) -> tuple[Scene, TalkingCrm, str]:
    """Maria has written, and her words stand in the CRM's chat."""
    scene = await open_scene(pool, files, channel=TalkingCrm)
    anna = await scene.desk.hire("anna", "Анна")
    scene.desk.staff[(IdentityType.crm_id, str(CRM), "7")] = anna
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=MARIA))
    await scene.run()
    assert isinstance(scene.crm, TalkingCrm)
    return scene, scene.crm, str((await scene.desk.one("conversations"))["id"])


def answer(scene: Scene, conversation: str, *, user: str = "7") -> CrmAnswer:
    return CrmAnswer("im-1", conversation, user, "Добрый день!", scene.desk.now, {"im": "5"})


async def test_a_message_goes_into_the_chat_and_not_into_the_cards_history(pool: asyncpg.Pool, tmp_path: Path) -> None:
    _, crm, conversation = await open_talk(pool, tmp_path)
    assert crm.said == [(conversation, "Здравствуйте")]
    assert crm.shelf.of(Entity.entry) == []


async def test_an_answer_from_the_chat_reaches_the_client_once_and_is_confirmed(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    scene, crm, conversation = await open_talk(pool, tmp_path)
    for event_id in ("hook-1", "hook-2"):
        await scene.desk.receive(answer(scene, conversation), connection=int(CRM), event_id=event_id)
        await scene.run()
    sent = await scene.desk.one("deliveries", "lane = 'reply'")
    message = await scene.desk.one("messages", "id = $1", sent["message_id"])
    anna = await scene.desk.one("managers")
    assert (message["text"], message["manager_id"]) == ("Добрый день!", anna["id"])
    assert crm.confirmed == [("im-1", "")]


async def test_an_answer_from_the_chat_does_not_come_back_there(pool: asyncpg.Pool, tmp_path: Path) -> None:
    scene, crm, conversation = await open_talk(pool, tmp_path)
    await scene.desk.receive(answer(scene, conversation), connection=int(CRM))
    await scene.run()
    await scene.desk.pool.execute("UPDATE deliveries SET state = 'sent' WHERE lane = 'reply'")
    await scene.desk.receive(says("Спасибо", at=scene.desk.now, by=MARIA))
    await scene.run()
    assert [text for _, text in crm.said] == ["Здравствуйте", "Спасибо"]


async def test_somebody_whom_the_hub_does_not_know_answers_nobody_and_reads_why(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    scene, crm, conversation = await open_talk(pool, tmp_path)
    await scene.desk.receive(answer(scene, conversation, user="99"), connection=int(CRM))
    await scene.run()
    assert await scene.desk.rows("deliveries", "lane = 'reply'") == []
    assert [bool(problem) for _, problem in crm.confirmed] == [True]


async def test_an_answer_to_a_conversation_nobody_knows_is_dropped(pool: asyncpg.Pool, tmp_path: Path) -> None:
    scene, crm, _ = await open_talk(pool, tmp_path)
    for wrong in ("77", "nonsense", ""):
        await scene.desk.receive(answer(scene, wrong), connection=int(CRM), event_id=f"hook-{wrong}")
    await scene.run()
    assert crm.confirmed == []


async def test_a_confirmation_that_the_crm_refuses_holds_nobody_up(pool: asyncpg.Pool, tmp_path: Path) -> None:
    scene, crm, conversation = await open_talk(pool, tmp_path)
    crm.refusal = PermanentFailure("this chat is closed", 400)
    await scene.desk.receive(answer(scene, conversation), connection=int(CRM))
    await scene.run()
    assert len(await scene.desk.rows("deliveries", "lane = 'reply'")) == 1
    assert {row["state"] for row in await scene.desk.rows("deliveries", "lane = 'crm'")} == {"sent"}
    assert await scene.desk.rows("crm_accounts", "blocked_until IS NOT NULL") == []
