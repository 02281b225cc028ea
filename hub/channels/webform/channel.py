"""The channel itself: which request is what, and what a browser or a server hears."""

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hub.channels.base import Capabilities, Channel, Context, Evidence, Peek, Raw, Reply
from hub.channels.webform.content import Content, read_content
from hub.channels.webform.gate import Gate
from hub.channels.webform.mapping import is_system_field, read_sender, read_text
from hub.channels.webform.marks import is_mark, read_marks
from hub.channels.webform.settings import WebFormSettings, origin_of
from hub.channels.webform.tokens import fill_time, issue_fill_token, receipt_token
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import FormSubmission, InboundEvent, Origin
from hub.domain.message import Attachment, AttachmentKind
from hub.net.multipart import Part
from hub.net.payloads import clean_text

_ID_FIELDS = ("hub_id", "idempotency_key", "tranid", "submission_id", "submissionid", "lead_id")
_FORM_FIELDS = ("formname", "form_name", "formid", "form_id", "hub_form")
_TIME_FIELDS = ("submitted_at", "created")
_MAX_ID_LENGTH = 200
_MAX_PING_BYTES = 300
_MAX_WAIT_DIGITS = 5
_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_THANKS = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>Спасибо</title>
<p>Спасибо, заявка принята. Номер: {receipt}.</p><p>Thank you, we have your request. Its number: {receipt}.</p></html>
"""


class WebForm(Channel[WebFormSettings]):
    """Forms of sites, form builders and servers. Answers go by the addresses the client typed, once proven (M-16)."""

    settings_model = WebFormSettings
    capabilities = Capabilities(needs_public_url=True)
    evidence = Evidence.documented
    kept_headers = frozenset({"content-type", "idempotency-key", "referer", "user-agent"})
    is_spooled = True

    def __init__(self, settings: WebFormSettings, context: Context) -> None:
        super().__init__(settings, context)
        self.body_limit_bytes = settings.max_body_megabytes * 1024 * 1024
        self._gate = Gate(settings, own_site=origin_of(context.public_url))
        self._key = settings.signing_key.get_secret_value()

    def handshake(self, raw: Raw) -> Reply | None:
        """Answer Tilda's `test=test`, look-ups of the address, CORS preflights, and give out fill-time tokens."""
        if raw.method == "OPTIONS":
            return Reply(204, headers=self._preflight_headers(raw))
        if raw.method == "GET" and raw.suffix == "token":
            body = json.dumps({"token": self.issue_token(raw.received_at)}).encode()
            return Reply(body=body, content_type=_JSON, headers=self._cors(raw))
        is_look_up = raw.method in {"GET", "HEAD"} and not raw.query
        return Reply(body=b"ok") if is_look_up or self._is_tilda_test(raw) else None

    def verify(self, raw: Raw) -> None:
        self._gate.check(raw)

    def peek(self, raw: Raw) -> Peek:
        try:
            event_id = _event_id(raw, read_content(raw))
        except PayloadInvalid:
            event_id = ""
        return Peek(event_id, event_id or _body_hash(self.to_store(raw)))

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return the submission; what honeypot or fill time caught is set aside for people to see (case 19)."""
        content = read_content(raw)
        marks = read_marks(raw, content)
        self._refuse_robots(raw, content)
        fields = tuple((name, value) for name, value in content.fields if not self._is_hidden(name))
        if not any(value for _, value in fields) and not content.files:
            raise PayloadInvalid("the form is empty: no field that a person fills")
        form = content.first(*_FORM_FIELDS) or self.settings.form_name
        submission = FormSubmission(
            external_id=_submission(self.to_store(raw), content),
            form=form,
            sender=read_sender(self.settings, fields),
            occurred_at=_sent_at(raw, content),
            text=read_text(self.settings, fields),
            fields=fields,
            attachments=tuple(_attachment(number, part) for number, part in content.files),
            origin=Origin(form, {**marks, "receipt": self._receipt(raw, content)}),
        )
        return (submission,)

    def acknowledge(self, raw: Raw) -> Reply:
        """Return a receipt token: JSON for scripts, a page or the thanks address for browsers, `ok` for Tilda."""
        try:
            content = read_content(raw)
        except PayloadInvalid:
            content = Content(())
        receipt = self._receipt(raw, content)
        if "text/html" in raw.headers.get("accept", ""):
            return self._thank(receipt)
        if content.first("tranid"):
            return Reply(body=b"ok")
        body = json.dumps({"ok": True, "receipt": receipt}).encode()
        return Reply(body=body, content_type=_JSON, headers=self._cors(raw))

    def embedded_files(self, raw: Raw) -> Mapping[str, bytes]:
        return {f"part:{number}": part.content for number, part in read_content(raw).files}

    def issue_token(self, now: datetime) -> str:
        """Return the fill-time token of a form that is shown at `now`."""
        return issue_fill_token(self._key, now)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Return how to connect a site, Tilda or a server of one's own."""
        steps = _STEPS_RU if language == "ru" else _STEPS_EN
        return [step.format(url=self.context.public_url, secret=self.settings.secret_name) for step in steps]

    def _is_tilda_test(self, raw: Raw) -> bool:
        """Tell whether this is Tilda's probe: `test=test`, perhaps with the API key, and nothing a person typed."""
        if raw.method != "POST" or len(raw.body) > _MAX_PING_BYTES or b"test=test" not in raw.body:
            return False
        names = {pair.partition(b"=")[0].decode("latin-1").casefold() for pair in raw.body.strip().split(b"&")}
        return names <= {"test", self.settings.secret_name.casefold()}

    def _refuse_robots(self, raw: Raw, content: Content) -> None:
        if content.first(self.settings.honeypot_field.casefold()):
            raise PayloadInvalid("honeypot: a field that people do not see is filled")
        opened_for = fill_time(self._key, content.first("hub_token"), raw.received_at)
        if opened_for is not None and opened_for < timedelta(seconds=self.settings.min_fill_seconds):
            raise PayloadInvalid(f"fill time: sent {opened_for.total_seconds():.0f} s after the form was shown")

    def _is_hidden(self, name: str) -> bool:
        own = {self.settings.honeypot_field.casefold(), self.settings.secret_name.casefold()}
        return is_system_field(name) or is_mark(name) or name.casefold() in {*own, *_ID_FIELDS, *_FORM_FIELDS}

    def _receipt(self, raw: Raw, content: Content) -> str:
        return receipt_token(self._key, _submission(self.to_store(raw), content))

    def _thank(self, receipt: str) -> Reply:
        if self.settings.thanks_url:
            return Reply(303, headers={"Location": self.settings.thanks_url})
        return Reply(body=_THANKS.format(receipt=html.escape(receipt)).encode(), content_type=_HTML)

    def _cors(self, raw: Raw) -> dict[str, str]:
        origin = self._gate.origin_of(raw)
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {"Vary": "Origin"}

    def _preflight_headers(self, raw: Raw) -> dict[str, str]:
        allowed = {
            "Access-Control-Allow-Methods": "POST, GET",
            "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
            "Access-Control-Max-Age": "3600",
        }
        headers = self._cors(raw)
        return {**headers, **allowed} if "Access-Control-Allow-Origin" in headers else headers


def _event_id(raw: Raw, content: Content) -> str:
    given = clean_text(raw.headers.get("idempotency-key", "")) or content.first(*_ID_FIELDS)
    too_long = len(given) > _MAX_ID_LENGTH
    return hashlib.sha256(given.encode()).hexdigest() if too_long else given


def _submission(raw: Raw, content: Content) -> str:
    """Return the sender's id of the submission, else one of this receipt: equal bodies are joined by their window."""
    return _event_id(raw, content) or f"{_body_hash(raw)}-{int(raw.received_at.timestamp() * 1e6):x}"


def _body_hash(raw: Raw) -> str:
    return hashlib.sha256(raw.body).hexdigest()[:32]


def _sent_at(raw: Raw, content: Content) -> datetime:
    """Return when the person pressed the button: a server says the instant, our script how long it had to wait.

    Clocks of visitors' machines are not asked.
    """
    waited = content.first("hub_waited_seconds")
    if waited.isascii() and waited.isdigit() and len(waited) <= _MAX_WAIT_DIGITS:
        return raw.received_at - timedelta(seconds=int(waited))
    try:
        when = datetime.fromisoformat(content.first(*_TIME_FIELDS))
    except ValueError:
        return raw.received_at
    return when.astimezone(UTC) if when.tzinfo is not None else raw.received_at


def _attachment(number: int, part: Part) -> Attachment:
    kinds = {"image": AttachmentKind.photo, "video": AttachmentKind.video, "audio": AttachmentKind.audio}
    kind = kinds.get(part.mime.partition("/")[0], AttachmentKind.document)
    return Attachment(kind, part.file_name, part.mime, len(part.content), provider_ref=f"part:{number}")


_STEPS_RU = (
    "Адрес для приёма заявок: {url}",
    "Свой сайт: вставьте форму и скрипт со страницы docs/webforms.md и добавьте адрес сайта в allowed_origins.",
    "Tilda: Настройки сайта → Формы → Webhook: укажите адрес; API Key — значение secret, имя ключа — {secret}.",
    "Свой сервер: POST в JSON или как форма, секрет в заголовке {secret}, номер заявки в Idempotency-Key.",
)
_STEPS_EN = (
    "Address that takes submissions: {url}",
    "Own site: put in the form and the script of docs/webforms.md and add the site to allowed_origins.",
    "Tilda: Site settings → Forms → Webhook: give the address; API Key is the value of secret, its name {secret}.",
    "Own server: POST as JSON or as a form, the secret in the header {secret}, the submission's id in Idempotency-Key.",
)
