"""Settings are refused with words that say what to do, before anything is saved."""

import pytest
from pydantic import ValidationError

from hub.channels.telegram import TelegramSettings

TOKEN = "123456:AAE-letters"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": "AAE-letters"}, "copy it whole from @BotFather"),
        ({"token": TOKEN, "proxy": "socks5://10.0.0.5:1080"}, "only http:// proxies"),
        ({"token": TOKEN, "mode": "webhook"}, "required for the mode webhook"),
        ({"token": TOKEN, "webhook_secret": "short"}, "16 to 256 characters"),
        ({"token": TOKEN, "base_url": "api.telegram.org"}, "base_url"),
        ({"token": TOKEN, "region": "Russia"}, "region"),
    ],
)
def test_wrong_settings_are_refused_in_words(given, words):
    with pytest.raises(ValidationError, match=words):
        TelegramSettings.model_validate(given)


def test_a_refusal_does_not_repeat_the_token():
    with pytest.raises(ValidationError) as refused:
        TelegramSettings.model_validate({"token": "AAE-letters"})

    assert "AAE-letters" not in str(refused.value)


def test_a_slash_behind_the_address_does_not_matter():
    assert TelegramSettings.model_validate({"token": TOKEN, "base_url": "http://a/"}).base_url == "http://a"
