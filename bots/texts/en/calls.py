"""Calls from cards, the manager's own telephone, recordings of talks."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "button.call": "📞 Call back",
    "button.call_first": "📞 Call",
    "button.call_again": "📞 Once more",
    "button.listen": "▶️ Recording",
    # --- on the card
    "card.calling": "📞 Ringing you at {extension}, then the client",
    "card.calling_other": "📞 The client is being called from {extension}",
    # --- after the press
    "call.ordered": "📞 #{number}: pick up {extension}, then we connect you to the client",
    "call.under_way": "📞 Already ringing you at {extension}",
    "call.failed": "⛔ #{number}, {name}: no call was made. {reason}",
    "call.unknown": "❔ #{number}, {name}: the PBX did not say whether it calls. If {extension} is silent, press again",
    "call.dial": "Dial the number yourself or press again.",
    # --- why not, with the next step
    "call.why.bad_extension": "The PBX does not know {extension}. Check it: /extension",
    "call.why.bad_number": "The PBX cannot dial this number.",
    "call.why.no_money": "The PBX account has run out of money, tell the administrator.",
    "call.why.forbidden": "The PBX does not allow such a call, tell the administrator.",
    "call.why.credentials": "The PBX does not accept the hub's key, tell the administrator.",
    "call.why.not_configured": "The PBX is not fully connected, tell the administrator.",
    "call.why.no_pbx": "The connection to the PBX is gone.",
    "call.why.too_late": "The order of the call came too late.",
    "call.why.busy": "The PBX is overloaded or does not answer now.",
    "call.why.other": "The PBX refused: {reason}.",
    # --- no call at all
    "call.cannot.no_number": "The client has no telephone.",
    "call.cannot.no_pbx": "Nothing to call with: no PBX is connected for calls. Copy the number.",
    "call.cannot.no_extension": "I do not know your PBX telephone. Send your extension, for instance /extension 101",
    # --- the own telephone
    "command.extension": "My PBX extension",
    "extension.none": "Your PBX telephone is not set. Send: /extension 101",
    "extension.list": "☎️ Your PBX telephone: {list}. Change it: /extension 101, take it away: /extension off",
    "extension.one": "{extension} ({pbx})",
    "extension.set": "☎️ Written down: {extension} ({pbx}). Calls from it are yours, the button 📞 rings it",
    "extension.removed": "☎️ Taken away: no calls from cards until you name one",
    "extension.which": "Which PBX? Put its name after the number: /extension 101 {pbx}",
    "extension.no_pbx": "No PBX is connected.",
    "extension.wrong": "“{extension}” does not fit {pbx}: an extension or login is needed, as the PBX account shows it",
    "extension.taken": "{extension} ({pbx}) is {name}'s. Ask the administrator to move it",
    # --- recordings
    "recording.coming": "⏳ The recording is on its way, it comes here",
    "recording.caption": "▶️ {name} · talk of {time} · #{number}",
    "recording.failed": "⛔ No recording of the talk #{number}: {reason}",
    "recording.none": "#{number} has no recordings of talks",
    "recording.why.not_found": "the PBX no longer keeps it",
    "recording.why.expired": "the link of the PBX has expired; open it in the PBX account",
    "recording.why.too_large": "it is over 50 MB; open it in the PBX account",
    "recording.why.not_audio": "the PBX sent no sound; open it in the PBX account",
    "recording.why.not_ready": "the PBX never gave it out; try again later",
    "recording.why.private_address": "the link of the PBX leads into our own network, tell the administrator",
    "recording.why.other": "the PBX does not give it out; open it in the PBX account",
    "deed.recording_heard": "recording of a talk heard",
    "deed.extension_set": "telephone on a PBX set",
    "help.calls": "/call call the client · /listen recording of a talk · /extension my extension",
}
