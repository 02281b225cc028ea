"""What an account is made of: users, pipelines, fields, and which members each method takes."""

from typing import Any

Record = dict[str, Any]
OWN_USER, ANNA, OLEG = 501, 502, 503
PIPELINE, OTHER_PIPELINE = 3100, 3200
UNSORTED, FIRST, SECOND, THIRD, WON, LOST = 3101, 3102, 3103, 3204, 142, 143
PHONE_FIELD, EMAIL_FIELD, CITY_FIELD = 71, 72, 73
KINDS = {"contacts": "contact", "companies": "company", "leads": "lead", "tasks": "task"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STAMPS = _words("created_by updated_by created_at updated_at request_id responsible_user_id")
_COMMON = _STAMPS | _words("id name custom_fields_values tags_to_add _embedded")
_CALL = _words("uniq duration source link phone call_result call_status call_responsible")
ALLOWED = {
    "contacts": _COMMON | {"first_name", "last_name"},
    "companies": _COMMON,
    "leads": _COMMON | _words("price status_id pipeline_id closed_at loss_reason_id visitor_uid"),
    "tasks": _STAMPS | _words("entity_id entity_type is_completed task_type_id text duration complete_till result"),
    "notes": _words("entity_id created_by note_type responsible_user_id params request_id"),
    "calls": _STAMPS | _CALL | {"direction"},
}
NOTE_PARAMS = {"common": _words("text"), "call_in": _CALL, "call_out": _CALL}
PHONE_KINDS = _words("WORK WORKDD MOB FAX HOME OTHER")
EMAIL_KINDS = _words("WORK PRIV OTHER")
FORM_METADATA = _words("category form_id form_name form_page ip form_sent_at referer")
STAGES = {UNSORTED: PIPELINE, FIRST: PIPELINE, SECOND: PIPELINE, THIRD: OTHER_PIPELINE}


def _stage(number: int, name: str) -> Record:
    return {"id": number, "name": name, "type": 1 if number == UNSORTED else 0}


_ENDS = [_stage(WON, "Успешно реализовано"), _stage(LOST, "Закрыто и не реализовано")]
PIPELINES: list[Record] = [
    {
        "id": PIPELINE,
        "name": "Продажи",
        "is_main": True,
        "_embedded": {
            "statuses": [
                _stage(UNSORTED, "Неразобранное"),
                _stage(FIRST, "Первичный контакт"),
                _stage(SECOND, "Переговоры"),
                *_ENDS,
            ]
        },
    },
    {
        "id": OTHER_PIPELINE,
        "name": "Повторные",
        "is_main": False,
        "_embedded": {"statuses": [_stage(THIRD, "Напомнить"), *_ENDS]},
    },
]


def user_row(number: int, name: str, is_admin: bool = False) -> Record:
    """Return a user as the API shows one."""
    rights = {"is_admin": is_admin, "is_active": True}
    mail = f"user{number}@acme.example"
    return {"id": number, "name": name, "email": mail, "amojo_id": f"amojo-{number}", "rights": rights}


def first_fields() -> dict[str, list[Record]]:
    """Return the fields of a fresh account."""
    addresses = [
        {"id": PHONE_FIELD, "name": "Телефон", "code": "PHONE", "type": "multitext"},
        {"id": EMAIL_FIELD, "name": "Email", "code": "EMAIL", "type": "multitext"},
    ]
    marks = ("UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN")
    return {
        "contacts": [
            *addresses,
            {"id": CITY_FIELD, "name": "Город", "code": "CITY", "type": "text"},
            {"id": 79, "name": "ID в хабе", "code": "HUB_ID", "type": "text"},
        ],
        "companies": [dict(each) for each in addresses],
        "leads": [
            *({"id": 81 + n, "name": code, "code": code, "type": "tracking_data"} for n, code in enumerate(marks)),
            {"id": 88, "name": "Доставка", "code": None, "type": "checkbox"},
            {"id": 89, "name": "ID в хабе", "code": "HUB_ID", "type": "text"},
        ],
        "tasks": [],
    }
