"""Secrets of a connection are found by their value, in every form a request writes them in."""

import json
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from hub.net.masking import mask, mask_bytes, secret_forms

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=0x44F, exclude_categories=["Cs", "Cc"]), min_size=8)


class Inner(BaseModel):
    password: SecretStr = SecretStr("")


class Settings(BaseModel):
    secret: SecretStr = SecretStr("")
    inner: tuple[Inner, ...] = ()
    name: str = "plainly readable"


@given(SECRETS)
def test_a_secret_is_masked_in_json_in_forms_and_as_it_is(secret):
    forms = secret_forms(Settings(secret=SecretStr(secret)))

    for text in (secret, json.dumps({"key": secret}), urlencode({"key": secret})):
        masked = mask(text, forms)
        assert all(form not in masked for form in forms if form not in "***")
        assert mask_bytes(text.encode(), forms).decode() == masked


def test_nested_secrets_count_and_other_settings_do_not():
    forms = secret_forms(Settings(inner=(Inner(password=SecretStr("pass-phrase")),)))

    assert mask("a pass-phrase, plainly readable", forms) == "a ***, plainly readable"


def test_a_short_secret_is_left_since_it_may_stand_in_any_number():
    assert mask("+7 916 1234", secret_forms(Settings(secret=SecretStr("1234")))) == "+7 916 1234"
