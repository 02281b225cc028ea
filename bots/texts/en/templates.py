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
    "button.tpl": "🗒 Templates",
    "button.template_whole": "👁 {label}",
    "button.template_send": "✉️ Send",
    "button.earlier_templates": "⟨ Back",
    "button.more_templates": "More ⟩",
    "help.templates": "🗒 /tpl: templates of answers · /tpl 1042 price",
    "command.tpl": "Templates of answers",
}
