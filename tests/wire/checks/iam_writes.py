"""Checks of IAM on writing access keys: a key's whole life, and what is refused on the way.

They write to one user, the world's bystander, and leave it without keys, as it was.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import Differs, Group, OneOf, code_of
from world import Caller, World, policy

create = Group("iam.create_access_key", "IAM API_CreateAccessKey")
update = Group("iam.update_access_key", "IAM API_UpdateAccessKey")
delete = Group("iam.delete_access_key", "IAM API_DeleteAccessKey")

_NO_KEY = "AKIAZZZZZZZZZZZZZZZZ"


@create.value("members", ["AccessKeyId", "CreateDate", "SecretAccessKey", "Status", "UserName"])
def _(w: World) -> list[str]:
    with _key(w) as key:
        return sorted(key)


@create.value("new_key", [True, True, "Active", True])
def _(w: World) -> list[Any]:
    with _key(w) as key:
        secret = re.fullmatch(r"[A-Za-z0-9/+=]{40}", key["SecretAccessKey"])
        shape = re.fullmatch(r"AKIA[A-Z0-9]{16}", key["AccessKeyId"])
        return [bool(shape), bool(secret), key["Status"], key["UserName"] == w.bystander]


@create.value("is_of_now", True)
def _(w: World) -> bool:
    with _key(w) as key:
        return abs((dt.datetime.now(dt.timezone.utc) - key["CreateDate"]).total_seconds()) < 120


@create.value("is_listed", ["Active"])
def _(w: World) -> list[str]:
    with _key(w):
        return _statuses(w)


@create.value("signs_as_its_user", True)
def _(w: World) -> bool:
    with _key(w) as key:
        arn = _holder(w, key).sts.get_caller_identity()["Arn"]
        return bool(arn == w.users[w.bystander]["Arn"])


@create.value("was_never_used", {"Region": "N/A", "ServiceName": "N/A"})
def _(w: World) -> dict[str, str]:
    with _key(w) as key:
        return w.member.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]


@create.value("use_is_recorded", "sts")
def _(w: World) -> str:
    with _key(w) as key:
        _holder(w, key).sts.get_caller_identity()
        return w.member.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"]


# IAM User Guide reference_iam-quotas: two access keys for each user; API_CreateAccessKey has LimitExceeded 409.
@create.value("third_key", "LimitExceeded 409")
def _(w: World) -> str:
    with _key(w), _key(w):
        return code_of(lambda: w.member.iam.create_access_key(UserName=w.bystander))


@create.value("third_key_is_not_made", 2)
def _(w: World) -> int:
    with _key(w), _key(w):
        code_of(lambda: w.member.iam.create_access_key(UserName=w.bystander))
        return len(_statuses(w))


create.code("missing_user", lambda w: w.member.iam.create_access_key(UserName="nobody"), "NoSuchEntity 404")


@create.value("reading_session", "AccessDenied 403", Differs("200", "ignores session policies"))
def _(w: World) -> str:
    reader = w.management.session(w.member_id, Policy=policy(("Allow", ["iam:List*", "iam:Get*"])))
    try:
        return code_of(lambda: reader.iam.create_access_key(UserName=w.bystander))
    finally:
        _clear(w)


@update.value("takes_a_key_out_of_use", ["Inactive"])
def _(w: World) -> list[str]:
    with _key(w) as key:
        _set(w, key, "Inactive")
        return _statuses(w)


# Which error an inactive key is refused with is told on IAM's page CommonErrors: the key id is not one of a valid key.
@update.value("inactive_key_is_refused", "InvalidClientTokenId 403", Differs("200", "takes inactive keys"))
def _(w: World) -> str:
    with _key(w) as key:
        _set(w, key, "Inactive")
        return code_of(_holder(w, key).sts.get_caller_identity)


@update.value(
    "inactive_key_is_refused_by_organizations",
    OneOf("UnrecognizedClientException 400", "UnrecognizedClientException 403"),
    Differs("403 403", "takes inactive keys, and then asks for permissions"),
)
def _(w: World) -> str:
    with _key(w) as key:
        _set(w, key, "Inactive")
        return code_of(_holder(w, key).organizations.describe_organization)


@update.value("key_can_be_taken_back_into_use", "200")
def _(w: World) -> str:
    with _key(w) as key:
        _set(w, key, "Inactive")
        _set(w, key, "Active")
        return code_of(_holder(w, key).sts.get_caller_identity)


@update.value("again_changes_nothing", ["Inactive"])
def _(w: World) -> list[str]:
    with _key(w) as key:
        _set(w, key, "Inactive")
        _set(w, key, "Inactive")
        return _statuses(w)


@update.value("keeps_the_time_of_creation", True)
def _(w: World) -> bool:
    with _key(w) as key:
        _set(w, key, "Inactive")
        listed = w.member.iam.list_access_keys(UserName=w.bystander)["AccessKeyMetadata"][0]
        return abs((listed["CreateDate"] - key["CreateDate"]).total_seconds()) < 1


@update.value("status_that_is_none", "ValidationError 400", Differs("200", "takes any Status"))
def _(w: World) -> str:
    with _key(w) as key:
        return code_of(lambda: _set(w, key, "Paused"))


@update.value("key_of_another_user", "NoSuchEntity 404")
def _(w: World) -> str:
    with _key(w) as key:
        return code_of(lambda: _set(w, {**key, "UserName": w.user_with(2)}, "Inactive"))


update.code("missing_key", lambda w: _set(w, _nothing(w), "Inactive"), "NoSuchEntity 404")
update.code("missing_user", lambda w: _set(w, {**_nothing(w), "UserName": "nobody"}, "Inactive"), "NoSuchEntity 404")
update.code(
    "malformed_key_id",
    lambda w: _set(w, {**_nothing(w), "AccessKeyId": "AKIA"}, "Inactive"),
    "ValidationError 400",
    Differs("NoSuchEntity 404", "checks no ids"),
)


@delete.value("takes_the_key_away", [])
def _(w: World) -> list[str]:
    with _key(w) as key:
        _delete(w, key)
        return _statuses(w)


@delete.value("twice", ["200", "NoSuchEntity 404"])
def _(w: World) -> list[str]:
    with _key(w) as key:
        return [code_of(lambda: _delete(w, key)) for _ in range(2)]


@delete.value("deleted_key_is_refused", "InvalidClientTokenId 403")
def _(w: World) -> str:
    with _key(w) as key:
        _delete(w, key)
        return code_of(_holder(w, key).sts.get_caller_identity)


@delete.value("deleted_key_has_no_last_use", True)
def _(w: World) -> bool:
    with _key(w) as key:
        _delete(w, key)
        code = code_of(lambda: w.member.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"]))
        return code in ("AccessDenied 403", "NoSuchEntity 404")


@delete.value("key_of_another_user_stays", ["NoSuchEntity 404", 1])
def _(w: World) -> list[Any]:
    with _key(w) as key:
        return [code_of(lambda: _delete(w, {**key, "UserName": w.user_with(2)})), len(_statuses(w))]


@delete.value("spares_the_other_key", True)
def _(w: World) -> bool:
    with _key(w) as one, _key(w) as other:
        _delete(w, one)
        left = w.member.iam.list_access_keys(UserName=w.bystander)["AccessKeyMetadata"]
        return [key["AccessKeyId"] for key in left] == [other["AccessKeyId"]]


delete.code("missing_key", lambda w: _delete(w, _nothing(w)), "NoSuchEntity 404")
delete.code("missing_user", lambda w: _delete(w, {**_nothing(w), "UserName": "nobody"}), "NoSuchEntity 404")
delete.code(
    "malformed_key_id",
    lambda w: _delete(w, {**_nothing(w), "AccessKeyId": "AKIA"}),
    "ValidationError 400",
    Differs("NoSuchEntity 404", "checks no ids"),
)


@contextmanager
def _key(w: World) -> Iterator[dict[str, Any]]:
    """A key of the bystander, which is gone afterwards."""
    try:
        yield w.member.iam.create_access_key(UserName=w.bystander)["AccessKey"]
    finally:
        _clear(w)


def _clear(w: World) -> None:
    for one in w.member.iam.list_access_keys(UserName=w.bystander)["AccessKeyMetadata"]:
        w.member.iam.delete_access_key(UserName=w.bystander, AccessKeyId=one["AccessKeyId"])


def _holder(w: World, key: dict[str, Any]) -> Caller:
    return Caller(w.endpoint, key["AccessKeyId"], key["SecretAccessKey"])


def _nothing(w: World) -> dict[str, str]:
    return {"UserName": w.bystander, "AccessKeyId": _NO_KEY}


def _set(w: World, key: dict[str, Any], status: str) -> None:
    w.member.iam.update_access_key(UserName=key["UserName"], AccessKeyId=key["AccessKeyId"], Status=status)


def _delete(w: World, key: dict[str, Any]) -> None:
    w.member.iam.delete_access_key(UserName=key["UserName"], AccessKeyId=key["AccessKeyId"])


def _statuses(w: World) -> list[str]:
    return [one["Status"] for one in w.member.iam.list_access_keys(UserName=w.bystander)["AccessKeyMetadata"]]
