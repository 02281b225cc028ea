"""What is said about the texts that managers send by a press."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "template.title": "🗒 Templates, #{number}. A press sends one to the client.",
    "template.none": "The line has no templates: an administrator adds them to the rules.",
    "template.nothing": "No template fits “{words}”",
    "template.changed": "The text of the template has changed meanwhile. This is how it reads now.",
    "template.sent": "This template has been sent from here already: it does not go out twice.",
    "template.item": "{n}. {name}",
    "template.page": "page {n} of {of}",
    "template.preview": "🗒 {name}, #{number}",
    "template.which": "Which template of #{number} do you want to change?",
    "template.edit": "✏️ Write your own words in one message: they go to the client of #{number} instead of the "
    "template. Begin with “{mark}” and they are added to it. A tap on the text below copies it.",
    "template.as_written": "✉️ Send as written",
    "button.template_edit": "✏️ Change",
    "button.template_choose": "✏️ Change…",
    "button.template_search": "🔎 Find by a word",
    "button.template_fill": "⌨️ Into the input field",
    "button.tpl": "🗒 Templates",
    "button.template_whole": "👁 {label}",
    "button.template_send": "✉️ Send",
    "button.earlier_templates": "⟨ Back",
    "button.more_templates": "More ⟩",
    "help.templates": "🗒 /tpl: templates of answers · /tpl 1042 price · /channel: another channel of the answers",
    "command.tpl": "Templates of answers",
}
