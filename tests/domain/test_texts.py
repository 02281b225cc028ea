"""Templates: replaced once from a fixed list (cases 103 and 104), and what is only a thank-you (FR-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.texts import TEMPLATE_VARIABLES, is_acknowledgement, list_template_faults, render_text

NAMES = {"client.first_name": "Ирина", "business.name": "Лампа и Полка"}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Здравствуйте, {{client.first_name}}!", "Здравствуйте, Ирина!"),
        ("{{ client.first_name }}, это {{business.name}}", "Ирина, это Лампа и Полка"),
        ("Здравствуйте, {{manager.name|коллега}}!", "Здравствуйте, коллега!"),
        ("Ответим {{expected_time}}.", "Ответим ."),
        ("{client.first_name} {{}} {{1}}", "{client.first_name} {{}} {{1}}"),
    ],
)
def test_template_variables_are_replaced_by_values_or_their_own_words(template: str, text: str):
    assert render_text(template, NAMES) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "{{business.name}}",
        "{{client.first_name}}",
        "{0.__class__.__init__.__globals__}",
        "{{ self.__init__ }}",
        "\\1 \\g<0> %s ${x}",
        "{% for x in y %}",
    ],
)
def test_case104_a_clients_name_that_looks_like_a_template_stays_text(hostile: str):
    assert render_text("Привет, {{client.first_name}}!", {"client.first_name": hostile}) == f"Привет, {hostile}!"


@given(st.text(), st.text())
def test_case103_any_template_and_any_value_give_text(template: str, value: str):
    rendered = render_text(template + "{{client.name}}", {"client.name": value})

    assert rendered.endswith(value)


def test_case103_unknown_variables_and_stray_braces_are_named():
    assert list_template_faults("{{client.first_name}} и {{manager.name|менеджер}}") == []
    assert "client.phone" in list_template_faults("{{client.phone}}")[0].ru
    assert "client.__class__" in list_template_faults("{{client.__class__}}")[0].en
    assert "enclose" in list_template_faults("{{client.first_name}")[0].en
    assert list_template_faults(" ".join(f"{{{{{name}}}}}" for name in TEMPLATE_VARIABLES)) == []


@pytest.mark.parametrize(
    "text", ["Спасибо!", "спасибо большое 🙏", "ОК", "Ок, спасибо", "👍", "Всё понятно, спасибо!", "Thanks!"]
)
def test_fr2_pure_thanks_are_recognised(text: str):
    assert is_acknowledgement(text)


@pytest.mark.parametrize(
    "text", ["", "Спасибо, а когда привезут", "ок?", "Спасибо за заказ, но лампа разбита", "👍?", "да"]
)
def test_fr2_anything_more_than_thanks_is_a_request(text: str):
    assert not is_acknowledgement(text)
