"""The suite put together: which checks a connector gets, by what it can do."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.channels.base import Checks, Parses, Receives
from hub.crm_sync.base import Crm, KeepsTasks, TellsChanges
from hub.domain.crm import Entity
from hub.testing.contracts.crm.changes import ChangeChecks
from hub.testing.contracts.crm.faults import FaultChecks
from hub.testing.contracts.crm.hooks import HookChecks, SignedChecks
from hub.testing.contracts.crm.keys import KeyChecks
from hub.testing.contracts.crm.limits import LimitChecks, TokenChecks
from hub.testing.contracts.crm.looking import DescribingChecks, JoinChecks, LookingChecks
from hub.testing.contracts.crm.samples import written_kinds
from hub.testing.contracts.crm.suite import CrmSuite
from hub.testing.contracts.crm.writing import OwnFieldChecks, TaskChecks, WritingChecks
from hub.testing.contracts.settings import SettingsChecks
from hub.testing.crm.surface import Merges

_PARTS: tuple[tuple[type, Callable[[type[CrmSuite]], bool]], ...] = (
    (JoinChecks, lambda suite: isinstance(suite.fake(), Merges)),
    (TaskChecks, lambda suite: issubclass(suite.channel, KeepsTasks)),
    (OwnFieldChecks, lambda suite: bool(suite.own_field)),
    (TokenChecks, lambda suite: suite.renews_tokens),
    (HookChecks, lambda suite: issubclass(suite.channel, Receives) and issubclass(suite.channel, Parses)),
    (SignedChecks, lambda suite: suite.signs_body),
    (ChangeChecks, lambda suite: issubclass(suite.channel, TellsChanges)),
    (DescribingChecks, lambda suite: issubclass(suite.channel, Checks)),
)


class CrmContract(
    SettingsChecks,
    DescribingChecks,
    LookingChecks,
    JoinChecks,
    WritingChecks,
    OwnFieldChecks,
    TaskChecks,
    KeyChecks,
    FaultChecks,
    LimitChecks,
    TokenChecks,
    ChangeChecks,
    HookChecks,
    SignedChecks,
):
    """See the package. Tests of the author's own stand in the same class or beside it."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "channel"):
            return
        assert issubclass(cls.channel, Crm)
        for checks, has_part in _PARTS:
            if not has_part(cls):
                _leave_out(cls, checks)

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Give each test of a write one case per entity that the connector writes."""
        if "entity" in metafunc.fixturenames:
            kinds: list[Entity] = written_kinds(cls.channel)
            metafunc.parametrize("entity", kinds, ids=[str(kind) for kind in kinds])


def _leave_out(suite: type[Any], checks: type) -> None:
    for name in vars(checks):
        if name.startswith("test_"):
            setattr(suite, name, None)
