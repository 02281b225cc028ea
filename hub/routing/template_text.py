"""Texts for clients as the policy document holds them: checked for variables and braces (`hub.domain.texts`)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hub.domain.texts import ANSWER_VARIABLES, OWN_VARIABLES, list_template_faults
from hub.domain.words import Words
from hub.routing.fault import Misspelt


def _checked_template(template: str) -> str:
    return _checked(template, list_template_faults(template))


def _checked_own(template: str) -> str:
    return _checked(template, list_template_faults(template, OWN_VARIABLES))


def _checked_answer(template: str) -> str:
    return _checked(template, list_template_faults(template, ANSWER_VARIABLES))


def _checked(template: str, faults: list[Words]) -> str:
    if faults:
        raise Misspelt("; ".join(each.ru for each in faults), "; ".join(each.en for each in faults))
    return template


Template = Annotated[str, Field(max_length=3000), AfterValidator(_checked_template)]
OwnTemplate = Annotated[str, Field(max_length=3000), AfterValidator(_checked_own)]
AnswerTemplate = Annotated[str, Field(min_length=1, max_length=3000), AfterValidator(_checked_answer)]
