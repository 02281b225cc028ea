"""Canonical addresses (M-1): the spellings people really write, and properties over arbitrary text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.domain.identity import ProofLevel, canonical_email, canonical_phone, canonical_telegram

MOBILE = "+79161234567"
CITY = "+74951234567"


@pytest.mark.parametrize(
    "written",
    [
        "+79161234567",
        "+7 916 123-45-67",
        "+7 (916) 123-45-67",
        "+7(916)1234567",
        "+7-916-123-45-67",
        "+7.916.123.45.67",
        "8 916 123-45-67",
        "89161234567",
        "8(916)1234567",
        "8-916-123-45-67",
        "8–916–123–45–67",
        "8.916.123.45.67",
        "8 916 1234567",
        "79161234567",
        "7 (916) 123 45 67",
        "9161234567",
        "(916) 123-45-67",
        "+8 916 123-45-67",
        "+7 8 916 123-45-67",
        "+7 (8) 916 123 45 67",
        "00 7 916 123 45 67",
        "0079161234567",
        "810 7 916 123 45 67",
        "8~10 7 916 123-45-67",
        "＋７９１６１２３４５６７",
        "\u202a+7 916 123‑45‑67\u202c",
        "+7\u00a0916\u00a0123\u00a045\u00a067",
        "+7 916 123-45-67 (Иван)",
        "+7 916 123-45-67 (после 18)",
        "8(916)123-45-67(Мария, бухгалтер)",
        "8 916 123 45 67 Иван Петрович",
        "+7 916 123-45-67 WhatsApp",
        "тел. 8 916 123-45-67",
        "тел.: +7 (916) 123-45-67 моб.",
        "Тел:89161234567;",
        "8 916 123-45-67, 8 495 765-43-21",
        "8 916 123-45-67 / 8 495 765-43-21",
        "8 916 123-45-67 или 8 903 765-43-21",
        "tel:+79161234567",
        "sip:79161234567@pbx.example.ru",
    ],
)
def test_m1_russian_mobile_spellings_are_one_number(written: str):
    phone = canonical_phone(written)

    assert phone is not None
    assert (phone.e164, phone.extension, phone.original) == (MOBILE, "", written)


@pytest.mark.parametrize(
    ("written", "extension"),
    [
        ("8 (495) 123-45-67", ""),
        ("8 (495) 123-45-67 доб. 123", "123"),
        ("8 (495) 123-45-67 (доб. 123)", "123"),
        ("8 (495) 123-45-67, доб.: 123", "123"),
        ("8 (495) 123-45-67, 123", "123"),
        ("84951234567#123", "123"),
        ("+7 495 123-45-67 ext 12", "12"),
        ("+7 495 123-45-67 вн. 12", "12"),
        ("+7 495 123-45-67 добавочный 1234, секретарь", "1234"),
        ("+8 (495) 123-45-67", ""),
    ],
)
def test_m1_extensions_are_split_off(written: str, extension: str):
    phone = canonical_phone(written)

    assert phone is not None
    assert (phone.e164, phone.extension) == (CITY, extension)


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("8 (4852) 12-34-56", "+74852123456"),
        ("4852123456", "+74852123456"),
        ("8 800 555-35-35", "+78005553535"),
        ("+7 701 123 45 67", "+77011234567"),
        ("8 701 123 45 67", "+77011234567"),
        ("+375 29 123-45-67", "+375291234567"),
        ("375291234567", "+375291234567"),
        ("8 10 375 29 123 45 67", "+375291234567"),
        ("+380 44 123 45 67", "+380441234567"),
        ("380441234567", "+380441234567"),
        ("998901234567", "+998901234567"),
        ("996555123456", "+996555123456"),
        ("+374 77 123456", "+37477123456"),
        ("+995 555 12 34 56", "+995555123456"),
        ("+994 50 123 45 67", "+994501234567"),
        ("+992 93 123 4567", "+992931234567"),
        ("+49 30 901820", "+4930901820"),
        ("+84 91 234 56 78", "+84912345678"),
    ],
)
def test_m1_cities_and_neighbours_told_from_russia(written: str, e164: str):
    phone = canonical_phone(written)

    assert phone is not None
    assert phone.e164 == e164


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("8 029 123-45-67", "BY", "+375291234567"),
        ("89161234567", "BY", MOBILE),
        ("8 701 123 45 67", "KZ", "+77011234567"),
        ("0501234567", "UA", "+380501234567"),
        ("901234567", "UZ", "+998901234567"),
        ("89161234567", "uz", MOBILE),
        ("030 901820", "DE", "+4930901820"),
    ],
)
def test_m1_the_region_of_the_connection_reads_domestic_spellings(written: str, region: str, e164: str):
    phone = canonical_phone(written, region=region)

    assert phone is not None
    assert phone.e164 == e164


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "112",
        "900",
        "0611",
        "8 809 505 12 34",
        "anonymous",
        "номер скрыт",
        "+7 999 999-99-99",
        "0000000000",
        "ivan1234@mail.ru",
        "79161234567@c.us",
        "770123456789",
        "+7 916 123-45-6",
        "+7 916 123-45-678",
        "8 029 123-45-67",
        "9" * 100,
    ],
)
def test_m1_short_service_hidden_and_false_numbers_are_no_keys(written: str):
    assert canonical_phone(written) is None


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=90), st.sampled_from(["RU", "BY", "KZ", "DE", "??", ""]))
@example("+79161234567;ext=99999999999999", "RU")
def test_m1_any_text_is_read_without_an_error(text: str, region: str):
    canonical_phone(text, region=region)


@settings(deadline=None, max_examples=300)
@given(
    st.from_regex(r"\+?[0-9]{5,13}([ ,()-]{1,2}[0-9]{1,4}){0,4}", fullmatch=True), st.sampled_from(["RU", "BY", "UZ"])
)
def test_m1_canonical_phone_of_a_canonical_phone_is_the_same(text: str, region: str):
    phone = canonical_phone(text, region=region)

    if phone is not None:
        again = canonical_phone(phone.e164, region=region)
        assert again is not None
        assert again.e164 == phone.e164


@settings(deadline=None, max_examples=300)
@given(st.integers(9_000_000_000, 9_999_999_998), st.sampled_from(["+7", "8", "7", "", "007", "8107", "+7 (", "8-"]))
def test_m1_every_prefix_of_a_russian_mobile_gives_one_key(national: int, prefix: str):
    canonical = canonical_phone(f"+7{national}")

    assert (canonical and canonical.e164) == ((p := canonical_phone(f"{prefix}{national}")) and p.e164)


@pytest.mark.parametrize(
    ("written", "value", "original"),
    [
        ("Ivan.Petrov@Mail.RU", "ivan.petrov@mail.ru", "Ivan.Petrov@Mail.RU"),
        ("  a@b.ru ", "a@b.ru", "a@b.ru"),
        ("ivan+shop@gmail.com", "ivan+shop@gmail.com", "ivan+shop@gmail.com"),
        ("i.v.an@gmail.com", "i.v.an@gmail.com", "i.v.an@gmail.com"),
        ("info@пример.рф", "info@xn--e1afmkfd.xn--p1ai", "info@пример.рф"),
        ("info@ПРИМЕР.РФ", "info@xn--e1afmkfd.xn--p1ai", "info@ПРИМЕР.РФ"),
        ("info@xn--e1afmkfd.xn--p1ai", "info@xn--e1afmkfd.xn--p1ai", "info@xn--e1afmkfd.xn--p1ai"),
        ("Почта@пример.рф", "почта@xn--e1afmkfd.xn--p1ai", "Почта@пример.рф"),
        ("Иван <ivan@example.com>", "ivan@example.com", "ivan@example.com"),
        ("mailto:a@b.ru?subject=x", "a@b.ru", "a@b.ru"),
        ("a@b.ru.", "a@b.ru", "a@b.ru."),
        ("client@localhost", "client@localhost", "client@localhost"),
    ],
)
def test_m1_mail_is_compared_in_lower_case_and_by_a_labels(written: str, value: str, original: str):
    email = canonical_email(written)

    assert email is not None
    assert (email.value, email.original) == (value, original)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "a@",
        "@b.ru",
        "ivan",
        "a@b@c.ru",
        "a b@c.ru",
        "a@b..ru",
        "a@b ru",
        "a" * 65 + "@b.ru",
        f"x@{'ы' * 70}.рф",
    ],
)
def test_m1_what_is_not_one_address_is_none(written: str):
    assert canonical_email(written) is None


def test_m1_an_address_longer_than_mail_allows_is_none():
    assert canonical_email(f"ivan@{'a.' * 130}ru") is None


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=40), st.emails(), st.text(max_size=12).map(lambda local: f"{local}@пример.рф")))
def test_m1_canonical_mail_of_a_canonical_mail_is_the_same(text: str):
    email = canonical_email(text)

    if email is not None:
        again = canonical_email(email.value)
        assert again is not None
        assert again.value == email.value


@pytest.mark.parametrize(
    ("given_id", "key"),
    [
        (123456789, "123456789"),
        (" 007 ", "7"),
        ("@ivan", None),
        ("ivan", None),
        (-100123, None),
        (0, None),
        ("9" * 30, None),
    ],
)
def test_m1_telegram_is_a_numeric_id_and_never_a_user_name(given_id: int | str, key: str | None):
    assert canonical_telegram(given_id) == key


def test_m2_levels_of_proof_are_ordered():
    assert sorted(ProofLevel, key=lambda level: level.rank) == [
        ProofLevel.imported,
        ProofLevel.claimed,
        ProofLevel.proven,
    ]
