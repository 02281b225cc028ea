"""Connecting a pair of webhooks: does the receiver answer, does it answer questions, and what to write on its side."""

from collections.abc import Sequence

from hub.channels.base import CheckResult
from hub.crm_sync.base import CrmSchema
from hub.crm_sync.connectors.webhooks.settings import WebhooksSettings
from hub.domain.errors import PermanentFailure, ProviderError
from hub.domain.words import Words

_ONE_WAY = Words(
    "lookup_url не задан: хаб только рассылает, обратно ничего не приходит.",
    "lookup_url is not set: the hub only tells, nothing comes back.",
)
_NOTHING_TAKEN = Words(
    "incoming_secret не задан: ваши вебхуки отклоняются.", "incoming_secret is not set: your webhooks are refused."
)
_INSIDE = Words(
    "Адрес внутри своей сети: если так и должно быть, задайте own_network = true.",
    "The address is inside our own network: if it is meant to be, set own_network = true.",
)
_ADVICE = Words(
    "Проверьте url и что приёмник отвечает 2xx на hub.ping, а подпись сверяет с secret (docs/crm-webhooks.md).",
    "See that url is right, and that the receiver answers hub.ping with 2xx and knows secret (docs/crm-webhooks.md).",
)
_TAKEN = Words("Приёмник принял hub.ping.", "The receiver took hub.ping.")

_NO_ADDRESS = {
    "ru": "адрес этого подключения (он появится, когда хабу задан public_url)",
    "en": "the address of this connection (it appears once the hub has a public_url)",
}


def refused(error: ProviderError) -> CheckResult:
    """Return what went wrong, in the receiver's words, and what to do."""
    is_inside = isinstance(error, PermanentFailure) and error.reason == "private_address"
    return CheckResult(False, (str(error), _INSIDE if is_inside else _ADVICE))


def accepted(settings: WebhooksSettings, schema: CrmSchema | None) -> CheckResult:
    """Return what works; `schema` None where nobody can be asked."""
    if schema is None:
        return CheckResult(True, (_TAKEN, _ONE_WAY))
    users, stages = len(schema.users), len(schema.stages)
    found = Words(f"Сотрудников: {users}, стадий: {stages}.", f"Users: {users}, stages: {stages}.")
    return CheckResult(True, (_TAKEN, found, *(() if settings.accepted else (_NOTHING_TAKEN,))))


def steps(language: str, public_url: str) -> Sequence[str]:
    """Say what to write on the other side, and what to give here."""
    if language == "ru":
        return (
            "Сделайте секрет: printf 'whsec_%s' \"$(openssl rand -base64 32)\" — и вставьте его в secret и в приёмник.",
            "Приёмник: любой адрес https, который принимает POST, сверяет подпись Standard Webhooks 1.0.0 и отвечает "
            "2xx. События и примеры: docs/crm-webhooks.md. Впишите адрес в url.",
            "Повтор приходит с тем же webhook-id: сохраняйте его и второй раз ничего не создавайте.",
            "Чтобы изменения возвращались: адрес для вопросов — в lookup_url, второй секрет — в incoming_secret.",
            f"Свои события присылайте на {public_url or _NO_ADDRESS[language]} с подписью этим вторым секретом.",
            "Адрес внутри вашей сети хаб не тронет, пока own_network не true.",
        )
    return (
        "Make a secret: printf 'whsec_%s' \"$(openssl rand -base64 32)\", and put it into secret and the receiver.",
        "The receiver: any https address that takes POST, verifies Standard Webhooks 1.0.0 and answers 2xx. Events "
        "and examples: docs/crm-webhooks.md. Put the address into url.",
        "A repetition has the same webhook-id: keep it, and make nothing a second time.",
        "For changes to come back: an address for questions in lookup_url, a second secret in incoming_secret.",
        f"Send your own events to {public_url or _NO_ADDRESS['en']}, signed with that second secret.",
        "An address inside your network is left alone until own_network is true.",
    )
