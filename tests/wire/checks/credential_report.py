"""Checks of IAM's credential report: asking for it, its states, its columns and its rows.

The columns and their values are on the IAM User Guide's page id_credentials_getting-report.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time
from typing import Any

from harness import Differs, Group, OneOf, code_of
from world import World, moment

generate = Group("iam.generate_credential_report", "IAM API_GenerateCredentialReport")
get = Group("iam.get_credential_report", "IAM API_GetCredentialReport")
rows = Group("iam.credential_report", "IAM User Guide id_credentials_getting-report")

_COLUMNS = [
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *("access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date"),
    *("access_key_1_last_used_region", "access_key_1_last_used_service"),
    *("access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"),
    *("access_key_2_last_used_region", "access_key_2_last_used_service"),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
]
_DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+00:00|Z)"
_ROOT = "<root_account>"
_NO_ROOT = Differs("KeyError: '<root_account>'", "has no row of the root user")


# These three run in an account that nothing else asks for a report, and in this order.
@get.value("before_one_was_asked_for", "ReportNotPresent 410")
def _(w: World) -> str:
    return code_of(w.neighbour.iam.get_credential_report)


@generate.value("first_time", ["STARTED", True])
def _(w: World) -> list[Any]:
    answer = w.neighbour.iam.generate_credential_report()
    return [answer["State"], bool(answer.get("Description"))]


@get.value("when_just_started", OneOf("ReportInProgress 404", "200"))
def _(w: World) -> str:
    return code_of(w.neighbour.iam.get_credential_report)


@generate.value("completes", "COMPLETE")
def _(w: World) -> str:
    return _wait(w)


@generate.value("next_time_is_the_same_report", True)
def _(w: World) -> bool:
    before = _report(w)["GeneratedTime"]
    w.member.iam.generate_credential_report()
    return bool(_report(w)["GeneratedTime"] == before)


# "You can generate a credential report as often as once every four hours": what happened since is not in it.
@generate.value("within_four_hours_shows_nothing_new", False, Differs(True, "writes the report when it is read"))
def _(w: World) -> bool:
    before = _rows(w)[w.bystander]
    key = w.member.iam.create_access_key(UserName=w.bystander)["AccessKey"]
    try:
        return _rows(w)[w.bystander] != before
    finally:
        w.member.iam.delete_access_key(UserName=w.bystander, AccessKeyId=key["AccessKeyId"])


@get.value("members", ["Content", "GeneratedTime", "ReportFormat"])
def _(w: World) -> list[str]:
    return sorted(_report(w).keys() - {"ResponseMetadata"})


@get.value("format", "text/csv")
def _(w: World) -> str:
    return str(_report(w)["ReportFormat"])


@get.value("generated_just_now", True, Differs(False, "dates every report 2015-02-02"))
def _(w: World) -> bool:
    return abs((dt.datetime.now(dt.timezone.utc) - _report(w)["GeneratedTime"]).total_seconds()) < 600


@get.value("content_is_base64_on_the_wire", True)
def _(w: World) -> bool:
    _wait(w)
    body = w.member.query("iam", "GetCredentialReport").body
    return bool(re.search(r"<Content>[A-Za-z0-9+/=\s]+</Content>", body))


# A 23rd column, additional_credentials_info, is documented and not always there.
@rows.value("header", _COLUMNS)
def _(w: World) -> list[str]:
    header = _text(w).splitlines()[0].split(",")
    return header[:22] if header[22:] in ([], ["additional_credentials_info"]) else header


@rows.nothing("every_user_once", Differs([_ROOT], "has no row of the root user"))
def _(w: World) -> list[str]:
    names = [row["user"] for row in _table(w)]
    expected = w.users.keys() | {_ROOT}
    return sorted(set(names) ^ expected) + [name for name in set(names) if names.count(name) > 1]


@rows.nothing("every_row_has_every_cell")
def _(w: World) -> list[str]:
    header, *lines = csv.reader(io.StringIO(_text(w)))
    return [line[0] for line in lines if len(line) != len(header)]


@rows.value("arn_of_root", True, _NO_ROOT)
def _(w: World) -> bool:
    return _rows(w)[_ROOT]["arn"] == f"arn:aws:iam::{w.member_id}:root"


@rows.value("password_of_root", OneOf("not_supported", "FALSE", "false"), _NO_ROOT)
def _(w: World) -> str:
    return _rows(w)[_ROOT]["password_enabled"]


@rows.nothing("arns_and_creation_of_users")
def _(w: World) -> list[str]:
    told = {name: (row["arn"], moment(row["user_creation_time"])) for name, row in _rows(w).items()}
    return [name for name, user in w.users.items() if told[name] != (user["Arn"], user["CreateDate"])]


@rows.nothing("keys_of_users")
def _(w: World) -> set[tuple[Any, ...]]:
    """Each key's status, creation and last use; a report has no ids, so they are compared as what a user has."""
    told = {(row["user"], *slot) for row in _table(w) if row["user"] in w.users for slot in _slots(row)}
    expected = {
        (key["user_name"], key["status"] == "Active", moment(key["created_at"]), _moment(key["last_used_at"]))
        for key in w.keys_of(w.member_id)
    }
    return told ^ expected


@rows.value("cells_of_keys_that_are_not_there", True, Differs(False, "has not_supported for Region and service"))
def _(w: World) -> bool:
    """A user's only key may stand in either slot."""
    told = _rows(w)
    free = {name: 2 - len(keys) for name, keys in w.keys_by_user().items()}
    slots = {name: [[told[name][c] for c in _COLUMNS[at : at + 5]] for at in (8, 13)] for name in free}
    return all(slots[name].count(["false", *["N/A"] * 4]) == count for name, count in free.items())


@rows.nothing(
    "region_and_service_of_last_use",
    Differs(["not_supported not_supported"], "has not_supported for Region and service"),
)
def _(w: World) -> set[str]:
    """As GetAccessKeyLastUsed tells them, for users with one key: with two, a report does not say which is which."""
    only = {name: keys[0] for name, keys in w.keys_by_user().items() if len(keys) == 1 and keys[0]["last_used_at"]}
    told = {name: _last_use(_rows(w)[name]) for name in only}
    call = w.member.iam.get_access_key_last_used
    asked = {name: call(AccessKeyId=key["access_key_id"])["AccessKeyLastUsed"] for name, key in only.items()}
    return {told[name] for name, use in asked.items() if told[name] != f"{use['Region']} {use['ServiceName']}"}


@rows.nothing(
    "region_and_service_when_never_used",
    Differs(["not_supported not_supported"], "has not_supported for Region and service"),
)
def _(w: World) -> set[str]:
    columns = ("access_key_{}_last_used_region", "access_key_{}_last_used_service")
    unused = [(row, n) for row in _table(w) for n in (1, 2) if row[f"access_key_{n}_last_used_date"] == "N/A"]
    return {" ".join(row[column.format(n)] for column in columns) for row, n in unused} - {"N/A N/A"}


@rows.value(
    "password_of_a_user_without",
    [["N/A", "N/A", "N/A"]],
    Differs([["not_supported", "a date", "not_supported"]], "gives dates of passwords that are not there"),
)
def _(w: World) -> list[list[str]]:
    without = [row for row in _table(w) if row["password_enabled"].lower() == "false" and row["user"] != _ROOT]
    cells = {tuple("a date" if re.fullmatch(_DATE, row[c]) else row[c] for c in _COLUMNS[4:7]) for row in without}
    return sorted(map(list, cells))


@rows.value("passwords_are_where_login_profiles_are", True)
def _(w: World) -> bool:
    enabled = {row["user"]: row["password_enabled"].lower() == "true" for row in _table(w)}
    call = w.member.iam.get_login_profile
    return all((code_of(lambda name=name: call(UserName=name)) == "200") == enabled[name] for name in w.users)


@rows.value("mfa_is_where_devices_are", True)
def _(w: World) -> bool:
    active = {row["user"]: row["mfa_active"].lower() == "true" for row in _table(w)}
    return all(bool(w.member.iam.list_mfa_devices(UserName=n)["MFADevices"]) == active[n] for n in w.users)


@rows.nothing("dates_are_iso_8601")
def _(w: World) -> set[str]:
    words = {"N/A", "no_information", "not_supported"}
    columns = [c for c in _COLUMNS if c.endswith(("_time", "_rotated", "_date", "_changed", "_last_used", "_rotation"))]
    return {row[c] for row in _table(w) for c in columns if row[c] not in words and not re.fullmatch(_DATE, row[c])}


@rows.nothing("booleans")
def _(w: World) -> set[str]:
    columns = [column for column in _COLUMNS if column.endswith("_active")]
    return {row[c] for row in _table(w) for c in columns} - {"true", "false", "TRUE", "FALSE"}


def _wait(w: World) -> str:
    """The state that generation ends in, asked for as often as needed for half a minute."""
    for _attempt in range(60):
        state = str(w.member.iam.generate_credential_report()["State"])
        if state == "COMPLETE":
            break
        time.sleep(0.5)
    return state


def _report(w: World) -> dict[str, Any]:
    _wait(w)
    return w.member.iam.get_credential_report()


def _text(w: World) -> str:
    return _report(w)["Content"].decode()


def _table(w: World) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(w))))


def _rows(w: World) -> dict[str, dict[str, str]]:
    return {row["user"]: row for row in _table(w)}


def _last_use(row: dict[str, str]) -> str:
    """Region and service of the one key in a row."""
    slot = 1 if row["access_key_1_last_rotated"] != "N/A" else 2
    return f"{row[f'access_key_{slot}_last_used_region']} {row[f'access_key_{slot}_last_used_service']}"


def _slots(row: dict[str, str]) -> list[tuple[Any, ...]]:
    """Status, creation and last use of the keys in a row."""
    prefixes = [f"access_key_{slot}_" for slot in (1, 2)]
    return [
        (row[f"{p}active"].lower() == "true", moment(row[f"{p}last_rotated"]), _moment(row[f"{p}last_used_date"]))
        for p in prefixes
        if row[f"{p}last_rotated"] != "N/A"
    ]


def _moment(text: str | None) -> dt.datetime | None:
    return None if text in (None, "N/A") else moment(text)
