"""Checks of settings, capabilities and what people read about a channel."""

import json

from pydantic import SecretStr

from hub.channels.base import Capabilities, ChannelSettings, Evidence, Explains
from hub.testing.contracts.bench import PUBLIC_URL, secret_values, undescribed_fields, untyped_secrets
from hub.testing.contracts.suite import Adapted


def opened(model: ChannelSettings) -> dict[str, object]:
    """Return settings as they are before encryption: JSON values, the secrets of the first level in clear."""
    plain: dict[str, object] = model.model_dump(mode="json")
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else plain[name] for name, value in model}


class SettingsChecks(Adapted):
    """Every channel and every CRM has these."""

    def test_settings_survive_a_round_trip(self) -> None:
        model = self._model()

        assert type(model).model_validate(model.model_dump()) == model
        assert type(model).model_validate(json.loads(json.dumps(opened(model)))) == model, (
            "stored as JSON they come back different: keep secrets on the first level"
        )

    def test_printed_settings_hide_every_secret(self) -> None:
        model = self._model()
        printed = f"{model!r} {model} {model.model_dump_json()} {model.model_dump()}"

        assert [secret for secret in secret_values(model) if secret in printed] == []
        assert untyped_secrets(model) == [], "these fields are named like secrets: type them SecretStr"

    def test_every_setting_is_described(self) -> None:
        assert issubclass(self.channel.settings_model, ChannelSettings)
        assert undescribed_fields(self.channel.settings_model) == []

    def test_settings_refuse_unknown_names(self) -> None:
        assert self.channel.settings_model.model_config.get("extra") == "forbid"

    def test_settings_schema_can_be_shown_in_a_form(self) -> None:
        assert json.dumps(self.channel.settings_model.model_json_schema())

    def test_capabilities_and_evidence_are_declared(self) -> None:
        assert isinstance(self.channel.capabilities, Capabilities)
        assert isinstance(self.channel.evidence, Evidence)

    def test_setup_steps_exist_in_both_languages(self) -> None:
        channel = self.make()
        if not isinstance(channel, Explains):
            return
        for language in ("ru", "en"):
            steps = list(channel.setup_steps(language))
            assert steps, language
            assert not self.channel.capabilities.needs_public_url or PUBLIC_URL in "\n".join(steps), language

    def _model(self) -> ChannelSettings:
        return self.channel.settings_model.model_validate(dict(self.plain_settings()))
