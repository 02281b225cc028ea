"""Checks of what several workers of one account share: its limits, and its tokens."""

import asyncio
import uuid

import pytest
from structlog.testing import capture_logs

from hub.crm_sync.base import Snapshot
from hub.crm_sync.tokens import TokenPair
from hub.domain.crm import Entity
from hub.domain.errors import ProviderError, TemporaryFailure
from hub.testing.contracts.crm.samples import PERSON, outcome, write
from hub.testing.contracts.crm.suite import CrmSuite
from hub.testing.crm.surface import IssuesTokens

_BEYOND = 6
_MOST_CALLS = 130


class LimitChecks(CrmSuite):
    """Every connector has these."""

    async def test_several_workers_together_stay_within_the_vendors_limits(self) -> None:
        async with self.scene() as scene:
            limits = scene.fake.limits
            assert limits, "the fake counts the vendor's limits"
            card, workers = scene.card(), [scene.connect() for _ in range(3)]
            most, least = limits[0].calls, min(limit.calls for limit in limits)
            looks = [workers[n % 3].get(card) for n in range(min(most, _MOST_CALLS) + _BEYOND)]
            searches = [workers[n % 3].find_contacts(PERSON.phones, []) for n in range(min(least, _BEYOND) + _BEYOND)]
            writes = [write(workers[n % 3], Entity.entry, card, str(uuid.uuid4())) for n in range(_BEYOND)]
            told = await asyncio.gather(*map(outcome, (*looks, *searches, *writes)))

        assert [limit.refused for limit in limits] == [0] * len(limits)
        assert [
            each for each in told if isinstance(each, ProviderError) and not isinstance(each, TemporaryFailure)
        ] == []
        assert any(isinstance(each, Snapshot) for each in told)


class TokenChecks(CrmSuite):
    """For settings that hold what renews an access token."""

    async def test_a_token_that_ran_out_is_renewed_once_for_all_who_wait(self) -> None:
        async with self.scene() as scene:
            fake, workers = scene.fake, [scene.connect() for _ in range(2)]
            assert isinstance(fake, IssuesTokens)
            await workers[0].find_contacts(list(PERSON.phones), [])
            before = fake.renewals
            fake.expire_tokens()
            found = await asyncio.gather(
                *(workers[n % 2].find_contacts(list(PERSON.phones), []) for n in range(6)), workers[0].describe()
            )

        assert [list(each) for each in found[:6]] == [[]] * 6  # type: ignore[call-overload]
        assert fake.renewals - before == 1

    async def test_renewing_a_token_logs_none(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG"), capture_logs() as lines:
            async with self.scene() as scene:
                crm, fake = scene.connect(), scene.fake
                assert isinstance(fake, IssuesTokens)
                fake.expire_tokens()
                await crm.find_contacts(list(PERSON.phones), [])
                pair = await scene.tokens.current(TokenPair(""))

        assert pair.access
        assert [token for token in (pair.access, pair.refresh) if token and token in f"{lines} {caplog.text}"] == []
