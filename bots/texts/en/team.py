"""What a head reads of the people of their lines."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.whisper": "📝 A colleague noted something about the client",
    "team.title": "👥 The team now, {time}",
    "team.load": "open {n} · waiting {waiting}",
    "team.oldest": "longest wait {amount}",
    "team.answers": "first answers today {n}, median {median}",
    "team.no_answers": "no first answers today",
    "team.more": "…and {n} more",
    "team.queue": "⏳ Taken by nobody: {n}",
    "team.held": "👤 {name}: open conversations",
    "team.nobody_named": "Nobody on your lines is called “{name}”.",
    "team.several_named": {
        "one": "“{name}” fits {n} person. Say it more exactly, or choose:",
        "other": "“{name}” fits {n} people. Say it more exactly, or choose:",
    },
    "team.nobody_waits": "{name}: nobody waits, there is nothing to hand over.",
    "team.relieve_ask": {
        "one": "Hand {n} client who waits with {name} to others by the rules of the lines? Deadlines stay.",
        "other": "Hand {n} clients who wait with {name} to others by the rules of the lines? Deadlines stay.",
    },
    "team.relieved": {"one": "⚖️ {name}: {n} client handed over", "other": "⚖️ {name}: {n} clients handed over"},
    "team.kept": {
        "one": "{n} client stays with {name}: nobody else can take them now.",
        "other": "{n} clients stay with {name}: nobody else can take them now.",
    },
    "button.team": "👥 Team",
    "button.refresh": "🔄 Refresh",
    "button.read_number": "👁 Read #{number}",
    "button.take_over": "🫴 Take over #{number}",
    "button.relieve": "⚖️ Relieve ({n})",
    "button.relieve_yes": "⚖️ Hand over",
    "help.team": "👥 /team: who works, load, answers · /relieve Anna: hand those who wait to others",
    "command.team": "Team and load",
}
