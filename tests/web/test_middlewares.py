"""Which error of the hub becomes which answer (reliability case 11: 4xx ends a provider's retries)."""

import pytest

from hub.domain import errors
from hub.domain.errors import HubError
from hub.web.middlewares import status_of

SENDERS_FAULT = {
    errors.WebhookRejected: 401,
    errors.UnknownConnection: 404,
    errors.RateExceeded: 429,
    errors.PayloadInvalid: 400,
    errors.PayloadTooLarge: 413,
    errors.NotFound: 404,
    errors.PermissionDenied: 403,
}


def all_errors(kind: type[HubError] = HubError) -> list[type[HubError]]:
    return [kind, *(inner for direct in kind.__subclasses__() for inner in all_errors(direct))]


@pytest.mark.parametrize(("kind", "status"), SENDERS_FAULT.items())
def test_what_the_sender_did_wrong_is_told_by_its_status(kind, status):
    assert status_of(kind.__new__(kind)) == status


@pytest.mark.parametrize("kind", [kind for kind in all_errors() if kind.__module__ == "hub.domain.errors"])
def test_case11_everything_else_is_a_fault_of_ours_so_that_the_sender_comes_again(kind):
    assert kind in SENDERS_FAULT or status_of(kind.__new__(kind)) >= 500
