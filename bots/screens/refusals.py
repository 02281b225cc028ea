"""Errors of the hub as people read them: the one place where a class of `hub.domain.errors` becomes words (RG-2)."""

from bots.screens.action import StaleButton
from bots.screens.quoting import client_text, one_line
from bots.texts import Texts
from hub.domain.errors import (
    CallImpossible,
    Composing,
    Conflict,
    ContactBlocked,
    FieldInvalid,
    FieldsMissing,
    HubError,
    NotFound,
    PermissionDenied,
    PolicyInvalid,
    ReasonMissing,
    ReplyWindowClosed,
    StillWaiting,
    StorageUnavailable,
)
from hub.inbox.extensions import ExtensionRefused
from hub.inbox.queries.whole import NoLetter, NotKept
from hub.inbox.rule_changes import DraftDecided, DraftLapsed, NothingChanges, RulesMoved, TooManyDrafts


class NothingAsked(NotFound):
    """There is no open question «Это один клиент?» about this client."""

    code = "bot.nothing_asked"


_KEYS: tuple[tuple[type[HubError], str], ...] = (
    (StaleButton, "error.stale"),
    (NothingAsked, "question.none"),
    (NotKept, "whole.not_kept"),
    (NoLetter, "whole.no_letter"),
    (DraftLapsed, "draft.lapsed_already"),
    (DraftDecided, "draft.decided_already"),
    (NotFound, "error.not_found"),
    (PermissionDenied, "error.denied"),
    (ReplyWindowClosed, "error.window"),
    (ContactBlocked, "error.blocked"),
    (StorageUnavailable, "error.storage"),
    (StillWaiting, "close.waiting"),
    (ReasonMissing, "error.reason"),
    (FieldsMissing, "error.fields"),
    (FieldInvalid, "error.field"),
    (NothingChanges, "rules.same"),
    (RulesMoved, "draft.moved"),
    (TooManyDrafts, "draft.too_many"),
    (Conflict, "error.conflict"),
)


def refusal(texts: Texts, error: HubError) -> str:
    """Return one polite sentence; a lost race names who was faster."""
    if isinstance(error, PolicyInvalid):
        return client_text(error.words.say(texts.language))
    if isinstance(error, Composing):
        return texts("reply.composing", winner=one_line(error.winner))
    if isinstance(error, CallImpossible):
        return texts(f"call.cannot.{error.reason}")
    if isinstance(error, ExtensionRefused):
        return texts(f"extension.{error.reason}", **{name: one_line(each, 60) for name, each in error.facts.items()})
    if isinstance(error, Conflict) and error.winner:
        return texts("error.taken", winner=one_line(error.winner))
    return texts(next((key for kind, key in _KEYS if isinstance(error, kind)), "error.other"))
