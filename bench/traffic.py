"""What clients write, as the Bot API would report it, and the sender outside Python (wrk).

Numbers of updates are unique for ever within a run; clients are taken in turn with a stride, so that neighbours are
strangers and each client comes back later, as in life.
"""

import asyncio
import json
import resource
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("updates.lua")
FIRST_CLIENT = 500_000_000
BUSIEST_SENDER = 0.8
CONCURRENT = 32
SECRET = "bench-secret-of-the-webhook"
"""Of the bench's own bots."""

TEXTS = (
    "Добрый день! Подскажите, пожалуйста, есть ли в наличии торшер из новой коллекции, тот, что с зелёным абажуром? "
    "И сколько он стоит вместе с лампочкой?",
    "Здравствуйте, хочу заказать две полки в прихожую, длина метр двадцать. Какие цвета бывают и за сколько привезёте?",
    "Где мой заказ? Обещали вчера, никто не позвонил, телефон у меня тот же самый, что и в прошлый раз.",
    "А можно посмотреть стол вживую? Живу рядом с магазином, зайду после работы, если вы ещё будете открыты.",
    "Фотографии получил, спасибо. Мне нравится второй вариант, но смущает высота: потолок у нас два сорок.",
)


class SenderMissing(Exception):
    """wrk is not on this machine."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one run of the sender found. `cpu_share` is the part of its core that it used."""

    requests: int
    seconds: float
    refused: int
    p50_ms: float
    p99_ms: float
    cpu_share: float

    @property
    def per_second(self) -> float:
        """Return acknowledged requests a second."""
        return (self.requests - self.refused) / self.seconds

    @property
    def is_void(self) -> bool:
        """Tell whether the sender may have been the brake, or was refused."""
        return self.cpu_share > BUSIEST_SENDER or self.refused > 0


@dataclass(frozen=True, slots=True)
class Writers:
    """Who writes: `count` clients, each `stride` after the one before, from `first` on."""

    count: int
    first: int = FIRST_CLIENT
    stride: int = 1

    def of(self, number: int) -> int:
        """Return the account that writes the update with this number."""
        return self.first + (number * 7919) % self.count * self.stride


def make_update(number: int, writers: Writers) -> bytes:
    """Return the body of the update with this number."""
    client = writers.of(number)
    update = {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": {
                "id": client, "is_bot": False, "first_name": "Клиент", "last_name": str(client), "language_code": "ru",
            },
            "chat": {"id": client, "first_name": "Клиент", "last_name": str(client), "type": "private"},
            "date": int(time.time()),
            "text": TEXTS[client % len(TEXTS)],
        },
    }  # fmt: skip
    return json.dumps(update, ensure_ascii=False).encode()


def make_updates(count: int, writers: Writers, *, first: int = 1) -> Iterator[bytes]:
    """Yield so many updates with consecutive numbers."""
    return (make_update(number, writers) for number in range(first, first + count))


def find_sender() -> str:
    """Return where wrk is. Raises: SenderMissing."""
    found = shutil.which("wrk")
    if found is None:
        raise SenderMissing("wrk is not on this machine: apt-get install wrk (Debian and Ubuntu package wrk)")
    return found


async def send(url: str, *, seconds: int, first: int, clients: int) -> Sent:
    """Post updates numbered from `first` as fast as they are acknowledged, over 32 connections."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = await asyncio.create_subprocess_exec(
        *(find_sender(), "-t1", f"-c{CONCURRENT}", f"-d{seconds}s", "-s", str(SCRIPT), url),
        *("--", str(first), str(clients), SECRET, str(int(time.time()))),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _read(output.decode().splitlines(), used)


def _read(lines: Sequence[str], used_seconds: float) -> Sent:
    told: dict[str, Any] = json.loads(lines[-1])
    seconds = told["microseconds"] / 1e6
    return Sent(
        requests=told["requests"],
        seconds=seconds,
        refused=told["refused"],
        p50_ms=told["p50"] / 1e3,
        p99_ms=told["p99"] / 1e3,
        cpu_share=round(used_seconds / seconds, 2),
    )
