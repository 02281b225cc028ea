"""Clients who come by a typed line: `client`, `client new words`, `client words`.

Without words they come as in life: in Telegram, by the form, by letter, by a call that nobody takes. Whoever came last
goes on with the words that are typed next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.testing.sandbox.cast import Client
from hub.testing.sandbox.deeds import move_clock
from hub.testing.sandbox.play import Play

_RINGS_FOR = timedelta(seconds=20)


class Way(StrEnum):
    """How a client comes, in the order of those who come by themselves."""

    telegram = "telegram"
    form = "form"
    mail = "mail"
    call = "call"


_WAYS = tuple(Way)
_WORDS: Mapping[str, Mapping[Way, tuple[str, ...]]] = {
    "ru": {
        Way.telegram: ("Здравствуйте! Торшер «Лебедь» есть в белом?", "Добрый день! Когда привезёте полку?"),
        Way.form: ("Нужны восемь светильников над барной стойкой.", "Посчитайте, пожалуйста, лампы для кафе."),
        Way.mail: ("Пришлите, пожалуйста, счёт на 12 настольных ламп.", "Можно ли поменять плафон?"),
    },
    "en": {
        Way.telegram: ("Hello! Do you have the floor lamp in white?", "Hi! When will the shelf arrive?"),
        Way.form: ("We need eight lamps above a bar.", "Please tell the price of lamps for a cafe."),
        Way.mail: ("Please send an invoice for 12 desk lamps.", "Can I change the shade?"),
    },
}
_SUBJECTS = {"ru": "Вопрос", "en": "Question"}


@dataclass(slots=True)
class WalkIns:
    """Brings clients of a play, each known to nobody before. `language` is what they write in."""

    play: Play
    language: str
    _came: int = 0
    _last: Client | None = None
    _by: Way = Way.telegram

    async def come(self) -> Client:
        """Let somebody new come as the next one does."""
        self._by = _WAYS[self._came % len(_WAYS)]
        words = _WORDS[self.language].get(self._by, ("",))
        return await self._act(self._new(), words[self._came // len(_WAYS) % len(words)])

    async def come_with(self, words: str) -> Client:
        """Let somebody new write in Telegram."""
        self._by = Way.telegram
        return await self._act(self._new(), words)

    async def go_on(self, words: str) -> Client:
        """Let whoever came last write again: who sent a form by letter, who called in Telegram; else somebody new."""
        if self._last is None:
            return await self.come_with(words)
        self._by = {Way.form: Way.mail, Way.call: Way.telegram}.get(self._by, self._by)
        return await self._act(self._last, words)

    def _new(self) -> Client:
        self._came += 1
        self._last = self.play.greet()
        return self._last

    async def _act(self, client: Client, words: str) -> Client:
        match self._by:
            case Way.telegram:
                seat = self.play.town.clients[client.key]
                seat.person.writes(seat.bot, words)
            case Way.form:
                await self.play.send_form(name=client.name, phone=f"+{client.phone}", email=client.email, text=words)
            case Way.mail:
                self._write_letter(client, words)
            case Way.call:
                await self._call_in_vain(client)
        return client

    def _write_letter(self, client: Client, words: str) -> None:
        mail = self.play.town.mail
        received = [each.number for each in mail.letters if each.client == client.email and not each.is_mine]
        mail.write(client, _SUBJECTS[self.language], words, answers=max(received, default=0))

    async def _call_in_vain(self, client: Client) -> None:
        telephone = self.play.town.telephone
        await telephone.ring(client)
        move_clock(self.play, _RINGS_FOR)
        await telephone.hang_up()
