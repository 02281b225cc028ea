"""The leads a question is about, told from their stage facts."""

from collections.abc import AsyncIterator

from hub.domain.lead_story import LeadStory, tell_lead
from hub.domain.stages import StageState
from hub.inbox.queries.reports.asking import Question
from hub.store.pool import Connection
from hub.store.reports import stream_stage_facts


async def stream_told_leads(connection: Connection, question: Question) -> AsyncIterator[LeadStory]:
    """Yield every lead that began in the period and passes the filters; a manager's are those he ever moved."""
    async for facts in stream_stage_facts(connection, question.period):
        lead = tell_lead(facts, lambda key: state_of(question, key))
        if _is_asked(lead, question):
            yield lead


def state_of(question: Question, key: str) -> StageState:
    """Return what a stage means; one that the rules have no more is open, unless its key says the end."""
    stage = question.policy.leads.find_stage(key)
    if stage is not None:
        return stage.state
    return StageState(key) if key in (StageState.won, StageState.lost) else StageState.open


def stage_name(question: Question, key: str) -> str:
    """Return a stage in the asker's language."""
    stage = question.policy.leads.find_stage(key)
    return stage.name.say(question.language) if stage else key


def _is_asked(lead: LeadStory, question: Question) -> bool:
    asked = question.asked
    return (
        question.takes_line(lead.line)
        and (not asked.channel or lead.channel == asked.channel)
        and (not asked.source or lead.source == asked.source)
        and (not asked.campaign or lead.campaign == asked.campaign)
        and (question.people is None or any(each.manager_id in question.people for each in lead.standings))
    )
