"""What administrators read of the hub itself: its state, what was set aside, the automations."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "health.title": "🩺 Health",
    "health.roles": "✅ All roles are at work",
    "health.roles_missing": "🔴 Nobody does the roles: {names}",
    "health.lanes": "✅ The lanes move, {n} waiting",
    "health.lanes_behind": "🔴 Behind: {names}",
    "health.held": "🔴 Nothing leaves after a restore: hub resume",
    "health.clocks": "🔴 Clocks the hub is late with: {n}",
    "health.up": "🟢 {name} · last event {at}",
    "health.up_never": "⚪️ {name} · no event yet",
    "health.down": "🔴 {name} · down since {since}: {reason}",
    "health.wrong": "⚠️ Set aside and not delivered: {n}",
    "health.nothing_wrong": "✅ Nothing is set aside",
    "health.put_back": "🔁 Put back into work: {n}",
    "aside.title": "⚠️ Set aside, oldest first",
    "autos.title": "🤖 What the hub does by itself",
    "autos.on": "🟢",
    "autos.off": "⚪️",
    "autos.dry": "🔬",
    "autos.always": "🔒",
    "autos.helped": {
        "one": "would have helped {n} time in 30 days",
        "other": "would have helped {n} times in 30 days",
    },
    "draft.helped": {
        "one": "In 30 days it would have acted {n} time.",
        "other": "In 30 days it would have acted {n} times.",
    },
    "button.health": "🩺 Health",
    "button.autos": "🤖 Automations",
    "button.set_aside": "📄 What is set aside",
    "button.put_back": "🔁 Put back {n}",
    "button.put_all_back": "🔁 Put back into work ({n})",
    "button.auto_on": "on",
    "button.auto_off": "off",
    "button.auto_dry": "dry run",
    "help.health": "🩺 /health: state, what is set aside · 🤖 /autos: automations, how often they would have helped",
    "command.health": "Health of the hub",
    "command.autos": "Automations",
}
