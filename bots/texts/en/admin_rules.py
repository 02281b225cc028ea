"""What administrators and heads read of the rules: hours, targets, texts, changes and what they would do."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "rules.title": "📋 Rules of which line?",
    "rules.line": "📋 {name}",
    "rules.hours": "Opening hours",
    "rules.always": "always",
    "rules.country": "holidays and exchanged days: {country}",
    "rules.no_days": "no special days",
    "rules.closed": "closed",
    "rules.no_text": "not sent",
    "rules.templates": "🗒 Templates: {n}",
    "rules.shared": "The same calendar is that of: {names}. Their hours change too.",
    "rules.ask_hours": "Hours of {name} in one line, for instance: mon-fri 9-13 14-18, sat 10-15. Or: always.",
    "rules.ask_days_off": (
        "Holidays and special days of {name}, for instance: 1.01-8.01 closed, 31.12 9-15. "
        "A usual day again: 31.12 remove."
    ),
    "rules.ask_targets": (
        "How soon {name} answers, for instance: 15 min, email 2 h, next 30 min, callback 10 min. "
        "Channels that are not in the line get the common target."
    ),
    "rules.ask_text": "The new text for {name} in one message. To send none: a minus (-).",
    "rules.ask_new_template": "A new template of {name} as “Name: text”.",
    "rules.same": "The rules say so already.",
    "rules.none": "There is no such line.",
    "wish.hours": "hours",
    "wish.days": "holidays",
    "wish.targets": "targets",
    "wish.text": "text",
    "wish.template": "template",
    "wish.team": "team",
    "wish.automation": "automation",
    "wish.document": "the whole document",
    "target.first_response": "first",
    "target.next_response": "next",
    "target.callback": "callback",
    "unit.d": " d",
    "unit.h": " h",
    "unit.m": " min",
    "unit.s": " s",
    "weekday.mon": "mon",
    "weekday.tue": "tue",
    "weekday.wed": "wed",
    "weekday.thu": "thu",
    "weekday.fri": "fri",
    "weekday.sat": "sat",
    "weekday.sun": "sun",
    "draft.title": "📋 A change of the rules: {what}",
    "draft.by": "Proposed by {name}",
    "draft.changes": "What changes:",
    "draft.more": "…and {n} more",
    "draft.no_comments": "⚠️ The document will be written anew: comments in it are lost.",
    "draft.tried": "In 14 days: {n} requests; {lines} would go to another line, {people} to another person.",
    "draft.deadlines": "Their deadlines: {earlier} earlier, {later} later.",
    "draft.no_requests": "No requests in 14 days: nothing to compare with.",
    "draft.open": "Open deadlines that move at once: {n} ({earlier} earlier, {later} later).",
    "draft.sent": "Nothing has changed: an administrator decides and has the proposal.",
    "draft.list": "📋 Waiting for a decision:",
    "draft.none": "There are no proposals.",
    "draft.offered": "📋 {name} proposes to change the rules: {what}",
    "draft.applied": "✅ The rules are changed, revision {n}. Open deadlines are counted anew.",
    "draft.refused": "✖️ Not applied, the rules are as before.",
    "draft.lapsed": (
        "📋 Your proposal to change the rules ({what}) does not wait for a decision any more: in 14 days nobody took "
        "or refused it. If it is still wanted, propose it again: /rules"
    ),
    "draft.lapsed_already": "This proposal is older than 14 days and cannot be applied. Propose the change again.",
    "draft.decided_already": "This change was decided already. What waits for a decision now: /draft",
    "draft.too_many": "Ten of your proposals wait for a decision already. Take some back: /draft",
    "draft.written_over": (
        "⚠️ The document was written over revision {old}, and {n} is in force: it would take back all that has changed "
        "since."
    ),
    "draft.moved": "Somebody else has changed the rules meanwhile. The same change over the new ones:",
    "button.rules": "📋 Rules of lines",
    "button.drafts": "📋 To decide: {n}",
    "button.read_draft": "📋 Read what it would do",
    "button.apply": "✅ Apply",
    "button.no": "✖️ No",
    "button.take_back": "✖️ Take back",
    "button.hours": "🕘 Hours",
    "button.days_off": "🎌 Holidays",
    "button.targets": "⏱ Targets",
    "button.welcome": "Welcome",
    "button.out_of_hours": "Out of hours",
    "button.missed_call": "After a missed call",
    "button.new_template": "➕ Template",
    "help.rules": "📋 /rules: hours, holidays, targets and texts of a line · /draft: changes that wait for a decision",
    "command.rules": "Hours, targets and texts of lines",
}
