"""Secrets and signatures."""

from hypothesis import given
from hypothesis import strategies as st

from hub.net.signatures import digest_hex, hmac_hex, is_same_secret


def test_the_right_secret_and_each_of_two_during_a_change_pass():
    assert is_same_secret("new", "new", "old")
    assert is_same_secret("old", "new", "old")


def test_an_empty_secret_never_passes():
    assert not is_same_secret("", "")
    assert not is_same_secret("", "", "")
    assert not is_same_secret("x")


def test_a_part_of_the_secret_does_not_pass():
    assert not is_same_secret("secre", "secret")
    assert not is_same_secret("secret ", "secret")


@given(st.text(st.characters(exclude_categories=())), st.text(min_size=1))
def test_whatever_is_given_comparing_never_raises(given_text, secret):
    assert is_same_secret(given_text, secret) == (given_text == secret)


def test_hmac_is_that_of_rfc_4231_with_a_short_key():
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert hmac_hex("Jefe", b"what do ya want for nothing?") == expected


def test_digests_are_those_of_the_standards():
    assert digest_hex(b"abc", "md5") == "900150983cd24fb0d6963f7d28e17f72"
    assert digest_hex(b"abc", "sha1") == "a9993e364706816aba3e25717850c26c9cd0d89d"
