"""What takes the rules of matching (M) out."""

from tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "M-1",
        "hub/domain/identity.py",
        'if len(digits) == 11 and digits[0] in "78":',
        'if len(digits) == 11 and digits[0] == "7":',
    ),
    Mutation(
        "M-2",
        "hub/inbox/folds/matching.py",
        "elif address.level.rank > row.level.rank:",
        "elif address.level.rank < row.level.rank:",
    ),
    Mutation(
        "M-3",
        "hub/inbox/folds/matching.py",
        '    return address.type, str(connection_id) if address.is_scoped else "", address.value',
        "    return address.type, str(connection_id), address.value",
    ),
    Mutation(
        "M-4",
        "hub/inbox/folds/matching.py",
        "if len(found) == 1 and not _contradicts(workset, found[0], keyed):",
        "if len(found) == 1:",
    ),
    Mutation(
        "M-5", "hub/inbox/folds/matching.py", "is_new=True, candidate=_ask(workset, contact, known))", "is_new=True)"
    ),
    Mutation(
        "M-6",
        "hub/channels/webform/mapping.py",
        "for value in self.values(fields, Role.phone):",
        "for _, value in fields:",
    ),
    Mutation("M-7", "hub/inbox/folds/matching.py", "is_shared=len(claims) + 1 >= shared_after)", "is_shared=False)"),
    Mutation("M-8", "hub/inbox/folds/moving_numbers.py", "in ((former, to), (to, former)):", "in ((to, former),):"),
    Mutation(
        "M-9",
        "hub/inbox/folds/matching.py",
        "    _attach(workset, match.contact, keyed, shared_after=sighting.shared_after)\n",
        "",
    ),
    Mutation("M-10", "hub/inbox/merge.py", '    take_back(merge.map["changes"], rows)  # type: ignore[arg-type]\n', ""),
    Mutation(
        "M-11",
        "hub/inbox/folds/merging.py",
        "return max(levels, default=-1), contact.created_at, contact.id",
        "return 0 * len(levels), contact.created_at, contact.id",
    ),
    Mutation(
        "M-13",
        "hub/inbox/folds/leads.py",
        " and lead.is_open and lead.created_at >= since",
        " and lead.is_open and lead.created_at < since",
    ),
    Mutation(
        "M-15",
        "hub/inbox/folds/events.py",
        "    if message.is_staff or author is not None:",
        "    if message.is_staff:",
    ),
    Mutation(
        "M-16",
        "hub/inbox/reply.py",
        '    if thread is None:\n        raise ContactBlocked("there is no way to write to this client',
        "    if thread is None:\n"
        "        return begin_thread(rows, office, conversation, rows.identities_of(conversation.contact_id)[0].id)\n"
        "    if thread is None:\n"
        '        raise ContactBlocked("there is no way to write to this client',
    ),
)
