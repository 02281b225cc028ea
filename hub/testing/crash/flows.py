"""The six flows whose every crash point is tried, as what people do and what shows that it is done.

A flow begins with steps that are played once, before the template is taken, and ends with the deed that every run
repeats. `expects` counts rows of the untouched run, so that what all other runs are compared with is known to be right.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hub.testing.crash.flows_town import Town

QUESTION, ANSWER = "Есть торшер в белом? ev-000001", "Белый есть, 7 900 ₽ an-000001"
LETTER, BY_POST = "Жду счёт на двенадцать ламп. ev-000002", "Счёт во вложении. an-000002"
QUESTION_TOO = "И сколько стоит доставка? ev-000003"
ASKS, JOINED, NAMED, UNDONE = "Это один клиент?", "Карточки объединены", "Разъединить карточки", "Объединение отменено"
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Step:
    """Something people do, and how they see that the hub has done its part."""

    deed: Callable[[Town], Awaitable[None]]
    is_done: Callable[[Town], bool]


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow. `passes` is how long nothing happens before the hub starts and the step is taken."""

    name: str
    kinds: tuple[str, ...]
    step: Step
    before: tuple[Step, ...] = ()
    passes: timedelta = AT_ONCE
    expects: Mapping[str, int] = field(default_factory=dict)


def manager_sees(text: str) -> Callable[[Town], bool]:
    """Tell whether Anna is shown a text."""
    return lambda town: any(text in shown for shown in town.shown(town.desk, town.anna))


async def _writes_to_shop(town: Town) -> None:
    town.maria.writes(town.shop, QUESTION)


async def _writes_to_hook(town: Town) -> None:
    town.maria.writes(town.hook, QUESTION)


async def _sends_letter(town: Town) -> None:
    await town.until_mailbox_is_watched()
    town.writes_letter("Счёт", LETTER)


async def _calls_in_vain(town: Town) -> None:
    await town.calls_in_vain(1)


async def _answers(town: Town, asked: str, text: str) -> None:
    card = town.anna.screen(town.desk).last_with(asked)
    assert card is not None, "Anna has no card to reply to"
    town.anna.replies(town.desk, text, to=card)


async def _answers_in_telegram(town: Town) -> None:
    await _answers(town, QUESTION, ANSWER)


async def _answers_by_post(town: Town) -> None:
    await _answers(town, LETTER, BY_POST)


async def _takes(town: Town) -> None:
    town.anna.writes(town.desk, "/take 1001")


async def _nothing(_: Town) -> None:
    """Let time pass."""


async def _both_share_the_number(town: Town) -> None:
    for person, text in ((town.maria, QUESTION), (town.masha, QUESTION_TOO)):
        person.shares_contact(town.shop)
        person.writes(town.shop, text)


async def _joins(town: Town) -> None:
    asked = town.anna.screen(town.desk).last_with(ASKS)
    assert asked is not None and asked.keyboard is not None, "Anna was not asked"
    labels = [str(button["text"]) for row in asked.keyboard["inline_keyboard"] for button in row]
    town.anna.presses(town.desk, asked, next(label for label in labels if "Объединить" in label))


async def _asks_to_undo(town: Town) -> None:
    town.anna.writes(town.desk, "/undo")


async def _undoes(town: Town) -> None:
    question = town.anna.screen(town.desk).last_with(NAMED)
    assert question is not None, "the bot has not named what it would take back"
    town.anna.presses(town.desk, question, "↩️ Отменить")


def _client_sees(text: str) -> Callable[[Town], bool]:
    return lambda town: text in town.shown(town.shop, town.maria)


ONE_NEW_CLIENT = {"contacts": 1, "conversations": 1, "waits WHERE state = 'open'": 1, "leads": 1}
ANSWERED = {"waits WHERE state = 'answered'": 1, "waits": 1, "deliveries WHERE lane = 'reply' AND state = 'sent'": 2}
ASKED = Step(_writes_to_shop, manager_sees(QUESTION))
WROTE = Step(_sends_letter, manager_sees(LETTER))
TAKEN = Step(_takes, manager_sees("у вас"))
TWO_CARDS = Step(_both_share_the_number, manager_sees(ASKS))
MERGED = Step(_joins, manager_sees(JOINED))
NAMED_BACK = Step(_asks_to_undo, manager_sees(NAMED))

FLOWS = {
    flow.name: flow
    for flow in (
        Flow(
            "message_polled",
            ("shop",),
            ASKED,
            expects={**ONE_NEW_CLIENT, "messages WHERE direction = 'inbound'": 1},
        ),
        Flow(
            "message_webhook",
            ("hook",),
            Step(_writes_to_hook, manager_sees(QUESTION)),
            expects={**ONE_NEW_CLIENT, "messages WHERE direction = 'inbound'": 1},
        ),
        Flow("letter", ("mail",), WROTE, expects={**ONE_NEW_CLIENT, "messages WHERE direction = 'inbound'": 1}),
        Flow(
            "call",
            ("pbx",),
            Step(_calls_in_vain, manager_sees("📵")),
            expects={**ONE_NEW_CLIENT, "calls": 1, "waits WHERE needs_callback AND missed_calls = 1": 1},
        ),
        Flow("reply_telegram", ("shop",), Step(_answers_in_telegram, _client_sees(ANSWER)), (ASKED,), expects=ANSWERED),
        Flow(
            "reply_letter",
            ("mail",),
            Step(_answers_by_post, lambda town: bool(town.smtp.letters)),
            (WROTE,),
            expects={"waits WHERE state = 'answered'": 1, "waits": 1},
        ),
        Flow(
            "clock",
            ("shop",),
            Step(_nothing, manager_sees("🔴")),
            (ASKED, TAKEN),
            passes=timedelta(minutes=15),
            expects={
                "timers WHERE kind = 'first_response' AND state = 'fired'": 1,
                "waits WHERE breached_at = deadline_at": 1,
            },
        ),
        Flow(
            "merge",
            ("shop",),
            MERGED,
            (TWO_CARDS,),
            expects={
                "contacts WHERE merged_into IS NULL": 1,
                "waits WHERE state = 'open'": 1,
                "merges": 1,
            },
        ),
        Flow(
            "undo",
            ("shop",),
            Step(_undoes, manager_sees(UNDONE)),
            (TWO_CARDS, MERGED, NAMED_BACK),
            expects={
                "contacts WHERE merged_into IS NULL": 2,
                "waits WHERE state = 'open'": 2,
                "merges WHERE undone_at IS NOT NULL": 1,
            },
        ),
    )
}
