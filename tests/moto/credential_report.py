"""Makes moto's credential report what AWS's is, so that a scanner's report path can be tested against moto.

moto (5.2) leaves out the root user's row, dates every report 2015, and knows no Region or service of a last use.
Columns and values here are those of the IAM User Guide's page id_credentials_getting-report, but for one: the
date of an inactive key stays, as it does in reports of live accounts.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKey, IAMBackend, User
from moto.iam.responses import IamResponse

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
).split(",")

_ABSENT = "N/A"
_NO_KEY = ["false", _ABSENT, _ABSENT, _ABSENT, _ABSENT]
_NO_CERTIFICATES = ["false", _ABSENT, "false", _ABSENT]


def patch() -> None:
    """Replaces moto's report, for every account of this process, from now on."""
    IAMBackend.get_credential_report = _with_moto_check
    IamResponse.get_credential_report = _answer


_moto_report = IAMBackend.get_credential_report


def _with_moto_check(backend: IAMBackend) -> str:
    _moto_report(backend)  # raises ReportNotPresent where no report was asked for
    rows = [HEADER, _root_row(backend), *(_user_row(user) for user in backend.users.values())]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _answer(response: IamResponse) -> ActionResult:
    content: Any = response.backend.get_credential_report()
    return ActionResult({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": utcnow()})


def _root_row(backend: IAMBackend) -> list[str]:
    created = _date(min((user.create_date for user in backend.users.values()), default=utcnow()))
    password = ["not_supported", "no_information", "not_supported", "not_supported", "true"]
    arn = f"arn:aws:iam::{backend.account_id}:root"
    return ["<root_account>", arn, created, *password, *_NO_KEY, *_NO_KEY, *_NO_CERTIFICATES]


def _user_row(user: User) -> list[str]:
    keys = [_key_cells(key) for key in user.access_keys[:2]]
    keys += [_NO_KEY] * (2 - len(keys))
    mfa = "true" if user.mfa_devices else "false"
    return [
        user.name,
        user.arn,
        _date(user.create_date),
        *_password_cells(user),
        mfa,
        *sum(keys, []),
        *_NO_CERTIFICATES,
    ]


def _password_cells(user: User) -> list[str]:
    if not user.password:
        return ["false", _ABSENT, _ABSENT, _ABSENT]
    last_used = _date(user.password_last_used) if user.password_last_used else "no_information"
    return ["true", last_used, _date(user.create_date), _ABSENT]


def _key_cells(key: AccessKey) -> list[str]:
    active = "true" if key.status == "Active" else "false"
    if key.last_used is None:
        return [active, _date(key.create_date), _ABSENT, _ABSENT, _ABSENT]
    used = key.last_used
    return [active, _date(key.create_date), _date(used.timestamp), used.region, used.service]


def _date(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")
