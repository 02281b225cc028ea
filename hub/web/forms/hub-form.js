// Sends every <form data-hub-form> of a page to the hub named in its `action`, without leaving the page.
// It adds: an id that stays the same until the hub has answered (a double click is one request), the time the form
// was shown, where the visitor came from. If the hub cannot be reached it tries again, then tells the visitor and
// keeps what was typed. It asks nobody but the hub and stores nothing beyond the tab (sessionStorage).
// Docs: docs/webforms.md.

const RETRY_SECONDS = [2, 5, 15];
const ARRIVAL = "hub-arrival";
const TEXTS = {
  ru: { sending: "Отправляем…", sent: "Спасибо, заявка принята. Номер: ", failed: "Не удалось отправить. Проверьте связь и попробуйте ещё раз." },
  en: { sending: "Sending…", sent: "Thank you, we have your request. Its number: ", failed: "It could not be sent. Check the connection and try again." },
};

const texts = TEXTS[(document.documentElement.lang || "ru").slice(0, 2)] || TEXTS.en;
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The first page of the visit counts: campaign marks stand in its address.
function arrival() {
  const here = { landing: location.href, referrer: document.referrer };
  try {
    const stored = sessionStorage.getItem(ARRIVAL);
    if (stored) return JSON.parse(stored);
    sessionStorage.setItem(ARRIVAL, JSON.stringify(here));
  } catch (error) {
    console.debug("hub-form: no session storage", error.name);
  }
  return here;
}

async function fetchToken(action) {
  try {
    const answer = await fetch(`${action}/token`, { credentials: "omit" });
    return answer.ok ? (await answer.json()).token : "";
  } catch (error) {
    console.debug("hub-form: no token", error.name);
    return "";
  }
}

async function post(action, body) {
  const pressedAt = performance.now();
  for (const seconds of [...RETRY_SECONDS, 0]) {
    body.set("hub_waited_seconds", String(Math.floor((performance.now() - pressedAt) / 1000)));
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "omit" });
      if (answer.ok) return await answer.json();
      if (answer.status < 500 && answer.status !== 429) return null;
    } catch (error) {
      console.debug("hub-form: not sent", error.name);
    }
    if (seconds) await wait(seconds);
  }
  return null;
}

function attach(form) {
  const status = form.querySelector("[data-hub-status]") || form.appendChild(document.createElement("p"));
  const visit = arrival();
  const given = form.elements.namedItem("hub_token");
  const token = given ? Promise.resolve(given.value) : fetchToken(form.action);
  let id = newId();
  let isSending = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    const button = form.querySelector("[type=submit]");
    if (button) button.disabled = true;
    status.textContent = texts.sending;
    const body = new FormData(form);
    body.set("hub_id", id);
    body.set("hub_token", await token);
    body.set("hub_landing", visit.landing);
    body.set("hub_referrer", visit.referrer);
    const answer = await post(form.action, body);
    isSending = false;
    if (button) button.disabled = false;
    status.textContent = answer ? texts.sent + answer.receipt : texts.failed;
    if (!answer) return;
    id = newId();
    form.reset();
    form.dispatchEvent(new CustomEvent("hub-sent", { bubbles: true, detail: { receipt: answer.receipt } }));
  });
}

document.querySelectorAll("form[data-hub-form]").forEach(attach);
