"""Texts for clients as the policy document holds them: checked for variables and braces (`hub.domain.texts`)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hub.domain.texts import list_template_faults
from hub.routing.fault import Misspelt


def _checked_template(template: str) -> str:
    if faults := list_template_faults(template):
        raise Misspelt("; ".join(each.ru for each in faults), "; ".join(each.en for each in faults))
    return template


Template = Annotated[str, Field(max_length=3000), AfterValidator(_checked_template)]
