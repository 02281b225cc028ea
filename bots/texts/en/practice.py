"""What training says: the five stories, and what to do in each of their scenes."""

TEXTS = {
    "command.practice": "Practise without clients",
    "help.practice": "🎓 /practice: five training stories with invented clients",
    "start.practice": "🎓 Practise on invented clients first, it takes five minutes: /practice",
    "button.practice": "🎓 All stories",
    "button.practice_stop": "✖️ Finish",
    "practice.title": "Practice",
    "practice.about": (
        "Five stories with invented clients. Nothing goes to real clients, colleagues do not see it, "
        "no report counts it and no CRM gets it."
    ),
    "practice.count": "Played: {done} of {all}",
    "practice.all_done": "🏁 All five stories are played. Real cards look the same, only without 🎓.",
    "practice.card": "Training lead",
    "practice.over": "This training story is over. Start again: /practice",
    "practice.left": "The story “{story}” was broken off. Start again: /practice",
    "practice.moved": "Training lead: it goes on below ↓",
    "practice.line": "Training line",
    "practice.source": "site",
    "practice.reason": "a training story, no report counts it",
    "practice.colleague": "Anna (training)",
    # --- a lead from the site
    "practice.site.title": "A lead from the site",
    "practice.site.client": "Olga Lebedeva",
    "practice.site.said_1": "Hello! We need eight lamps above a bar. Could you help us choose?",
    "practice.site.said_2": "Thank you! Will an ordinary switch do for them?",
    "practice.site.arrived": "A request from the site that everybody on shift sees. Press “✋ Take” first.",
    "practice.site.mine": "The client is yours, the deadline runs. A form cannot be answered: press “✉️ Write to…”.",
    "practice.site.letter": "Write the letter in one message, in any words.",
    "practice.site.unsent": "A form cannot be answered, the text went nowhere. Send it as a letter: “✉️ Write to…”.",
    "practice.site.again": "The client answered the letter. Reply to this card: swipe it left and write an answer.",
    "practice.site.done": "The request and the letters are one conversation, and your answer stopped the deadline.",
    # --- a missed call
    "practice.missed.title": "A missed call",
    "practice.missed.client": "Timur Galeev",
    "practice.missed.arrived": "Nobody picked up; a deadline to call back runs. Press “📞 Call back”.",
    "practice.missed.mine": "The client is yours, the deadline runs. Press “📞 Call back”.",
    "practice.missed.again": "The attempt is noted, the deadline runs on. Try once more: “📞 Call back”.",
    "practice.missed.talk": (
        "In life your telephone rings, then the client's. You talked, and the talk itself stopped the deadline. "
        "Now note how it ended: press “📝 Result”."
    ),
    "practice.missed.result": "Write one line, for instance: “comes on Wednesday”.",
    "practice.missed.reached": "This is for a telephone that the PBX does not see. Write the result in one line.",
    "practice.missed.done": "The missed call was not lost, and nobody had to prove that they called back.",
    # --- two managers
    "practice.two.title": "Two managers",
    "practice.two.client": "Nina Sokolova",
    "practice.two.said_1": "Good day! Do you have the 80 cm mirror with a lamp in stock?",
    "practice.two.arrived": "You see this card, and Anna does too. Reply to it: swipe it left and write an answer.",
    "practice.two.gone": "Anna pressed first. Reply to this card all the same and see what happens.",
    "practice.two.kept": "Anna was faster: the client did not see your text. Press “📝 As a note” for Anna.",
    "practice.two.done": "The client has one person to turn to, and two managers do not get in each other's way.",
    # --- handing over
    "practice.transfer.title": "Handing a client over",
    "practice.transfer.client": "Pavel Yershov",
    "practice.transfer.said_1": "Hello, I need an invoice for a company for the “Oak” shelf.",
    "practice.transfer.arrived": "Invoices are Anna's, but take the client first: press “✋ Take”.",
    "practice.transfer.mine": "The client is yours, the deadline is the same. Press “➡️ Transfer”.",
    "practice.transfer.receivers": "Choose Anna.",
    "practice.transfer.note": "Press “➡️ Without a note”, or write Anna a note in one line.",
    "practice.transfer.done": "Anna accepted. Until then the client was yours, and the deadline stayed as it was.",
    # --- closing with a reason
    "practice.closing.title": "Closing with a reason",
    "practice.closing.client": "Alina Yusupova",
    "practice.closing.said_1": "How much is the “Swan” lamp with delivery to Tver?",
    "practice.closing.arrived": "Reply to the card without pressing “Take”: swipe it left and name the price.",
    "practice.closing.mine": "The client is yours. Now reply to this card: swipe it left and name the price.",
    "practice.closing.answered": "The deadline stopped; an answer also takes. They find it too dear: “✅ Close”.",
    "practice.closing.outcomes": "The client refused: press “🙅 Refused”.",
    "practice.closing.refusals": "Why did they refuse? Press “Too expensive”.",
    "practice.closing.reason": "Write the reason in one line.",
    "practice.closing.done": (
        "The reason is kept: in life it shows why clients are lost. If they write again, the same conversation is back "
        "with you."
    ),
}
