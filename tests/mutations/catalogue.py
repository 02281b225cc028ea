"""All mutations, family by family."""

from tests.mutations import automations, calls, clocks, matching, plans, reports, routing, waiting
from tests.mutations.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *waiting.MUTATIONS,
    *clocks.MUTATIONS,
    *calls.MUTATIONS,
    *matching.MUTATIONS,
    *routing.MUTATIONS,
    *plans.MUTATIONS,
    *automations.MUTATIONS,
    *reports.MUTATIONS,
)
