"""Secrets at rest: keys made once, changed without loss, never replaced silently."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import ConfigError
from hub.store.secrets import Secrets, add_key, keep_newest_key, load_secrets, new_key, new_token, token_hash


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "secret.key"


@given(st.text())
def test_what_was_encrypted_comes_back(text):
    secrets = Secrets([new_key()])

    assert secrets.decrypt(secrets.encrypt(text)) == text


def test_settings_come_back_and_are_not_readable_at_rest(key_file):
    secrets = load_secrets(None, key_file, holds_secrets=False)
    sealed = secrets.encrypt_json({"token": "123:ABC", "имя": "бот"})

    assert secrets.decrypt_json(sealed) == {"token": "123:ABC", "имя": "бот"}
    assert b"123:ABC" not in sealed


def test_first_start_makes_a_key_file_for_its_owner_alone_and_later_starts_use_it(key_file):
    sealed = load_secrets(None, key_file, holds_secrets=False).encrypt("t")

    assert key_file.stat().st_mode & 0o777 == 0o600
    assert load_secrets(None, key_file, holds_secrets=True).decrypt(sealed) == "t"
    assert list(key_file.parent.iterdir()) == [key_file]


def test_starters_at_once_agree_on_one_key(key_file):
    sealed = []
    threads = [
        threading.Thread(target=lambda: sealed.append(load_secrets(None, key_file, holds_secrets=False).encrypt("t")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    secrets = load_secrets(None, key_file, holds_secrets=True)
    assert [secrets.decrypt(item) for item in sealed] == ["t"] * 8


def test_a_missing_key_is_never_replaced_where_secrets_exist(key_file):
    with pytest.raises(ConfigError, match="put the key file back"):
        load_secrets(None, key_file, holds_secrets=True)

    assert not key_file.exists()


def test_keys_of_the_environment_come_first_and_touch_no_file(key_file):
    old, new = new_key(), new_key()
    sealed = Secrets([old]).encrypt("t")

    assert load_secrets(f"{new}, {old}", key_file, holds_secrets=True).decrypt(sealed) == "t"
    assert not key_file.exists()


def test_a_wrong_key_says_what_to_give(key_file):
    sealed = Secrets([new_key()]).encrypt("t")
    stranger = Secrets([new_key()])

    for use in (stranger.decrypt, stranger.rotate):
        with pytest.raises(ConfigError, match="give the key it was made with as well"):
            use(sealed)


@pytest.mark.parametrize("value", ["short", ",", "é"])
def test_an_invalid_key_is_refused_without_showing_it(value, key_file):
    with pytest.raises(ConfigError) as caught:
        load_secrets(value, key_file, holds_secrets=False)

    assert value == "," or value not in str(caught.value)


def test_a_key_file_open_to_others_is_refused(key_file):
    load_secrets(None, key_file, holds_secrets=False)
    key_file.chmod(0o640)

    with pytest.raises(ConfigError, match="chmod 600"):
        load_secrets(None, key_file, holds_secrets=True)


def test_rotation_keeps_old_secrets_readable_until_they_are_sealed_anew(key_file):
    sealed = load_secrets(None, key_file, holds_secrets=False).encrypt("t")

    both = add_key(key_file)
    assert both.decrypt(sealed) == "t"
    resealed = both.rotate(sealed)
    keep_newest_key(key_file)

    only_new = load_secrets(None, key_file, holds_secrets=True)
    assert only_new.decrypt(resealed) == "t"
    assert key_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError):
        only_new.decrypt(sealed)


def test_rotating_without_a_key_file_says_where_the_keys_are(key_file):
    with pytest.raises(ConfigError, match="HUB_SECRET_KEYS"):
        add_key(key_file)


def test_tokens_are_long_unlike_each_other_and_looked_up_by_hash():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) >= 22 for token in tokens)  # 22 characters of 6 bits: over 128
    assert token_hash("t") == "e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"
