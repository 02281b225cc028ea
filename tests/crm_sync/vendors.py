"""The CRMs the hub can be connected to, each as its contract class says how: for the stories all of them must tell."""

from collections.abc import Sequence
from importlib import import_module

from hub.crm_sync.registry import list_crms
from hub.testing.contracts import CrmContract


def list_vendors() -> Sequence[str]:
    """Return the kinds that there are: each tells all stories."""
    return list_crms()


def contract_of(kind: str) -> type[CrmContract]:
    """Return the contract class of a kind, from its test module; the first one if it has several modes."""
    module = import_module(f"tests.crm_sync.connectors.test_{kind}")
    found: list[type[CrmContract]] = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, CrmContract) and each is not CrmContract
    ]
    return found[0]
