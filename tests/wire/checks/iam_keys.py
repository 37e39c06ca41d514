"""Checks of IAM on reading access keys: ListAccessKeys and GetAccessKeyLastUsed, against the expected keys."""

from __future__ import annotations

import re
from typing import Any

from harness import Differs, Group, OneOf
from world import World, iam_pages, moment

keys = Group("iam.list_access_keys", "IAM API_ListAccessKeys")
used = Group("iam.get_access_key_last_used", "IAM API_GetAccessKeyLastUsed")

_NO_PAGES = Differs("200", "takes any MaxItems")
_NO_IS_TRUNCATED = Differs("KeyError: 'IsTruncated'", "leaves IsTruncated out")
_NO_KEY = "AKIAZZZZZZZZZZZZZZZZ"


@keys.nothing("ids_statuses_and_creation_of_every_user")
def _(w: World) -> set[tuple[str, ...]]:
    found = {
        (one["UserName"], one["AccessKeyId"], one["Status"], one["CreateDate"])
        for name in w.users
        for one in _keys(w, UserName=name)["AccessKeyMetadata"]
    }
    expected = {
        (one["user_name"], one["access_key_id"], one["status"], moment(one["created_at"]))
        for one in w.keys_of(w.member_id)
    }
    return found ^ expected


@keys.nothing("members")
def _(w: World) -> list[Any]:
    needed = {"UserName", "AccessKeyId", "Status", "CreateDate"}
    return [one for one in _keys(w, UserName=w.user_with(2))["AccessKeyMetadata"] if one.keys() != needed]


@keys.nothing("ids")
def _(w: World) -> list[str]:
    return [one["access_key_id"] for one in w.access_keys if not re.fullmatch("AKIA[A-Z0-9]{16}", one["access_key_id"])]


@keys.value("of_a_user_without", [[], False], _NO_IS_TRUNCATED)
def _(w: World) -> list[Any]:
    page = _keys(w, UserName=w.user_with(0))
    return [page["AccessKeyMetadata"], page["IsTruncated"]]


@keys.value("page_of_1", [[1, True], [1, False]], _NO_IS_TRUNCATED)
def _(w: World) -> list[Any]:
    pages = iam_pages(w.member.iam.list_access_keys, UserName=w.user_with(2), MaxItems=1)
    return [[len(page["AccessKeyMetadata"]), page["IsTruncated"]] for page in pages]


@keys.value("page_of_1_has_a_marker", True, Differs(False, "puts every key on one page"))
def _(w: World) -> bool:
    return bool(_keys(w, UserName=w.user_with(2), MaxItems=1).get("Marker"))


@keys.value("page_of_2_is_the_last", [2, False], _NO_IS_TRUNCATED)
def _(w: World) -> list[Any]:
    page = _keys(w, UserName=w.user_with(2), MaxItems=2)
    return [len(page["AccessKeyMetadata"]), page["IsTruncated"]]


@keys.value("paginator_by_pages_of_1", 2)
def _(w: World) -> int:
    name = w.user_with(2)
    found = w.collect(
        w.member.iam, "list_access_keys", "AccessKeyMetadata", UserName=name, PaginationConfig={"PageSize": 1}
    )
    return len({one["AccessKeyId"] for one in found})


# "If a UserName is not specified, the user name is determined implicitly based on the access key ID."
@keys.value("of_nobody_named_are_the_callers", True)
def _(w: World) -> bool:
    found = [one["AccessKeyId"] for one in w.management.iam.list_access_keys()["AccessKeyMetadata"]]
    return w.management.credentials.access_key in found


for _size in (0, 1001):
    keys.code(
        f"max_items_{_size}",
        lambda w, size=_size: _keys(w, UserName=w.user_with(2), MaxItems=size),
        "ValidationError 400",
        _NO_PAGES,
    )

keys.code(
    "marker_that_was_never_given",
    lambda w: _keys(w, UserName=w.user_with(2), Marker="not-a-marker"),
    "ValidationError 400",
    Differs("200", "takes any Marker"),
)
keys.code("missing_user", lambda w: _keys(w, UserName="nobody"), "NoSuchEntity 404")
keys.code(
    "name_with_a_blank",
    lambda w: _keys(w, UserName="no body"),
    "ValidationError 400",
    Differs("NoSuchEntity 404", "checks no names"),
)
keys.code("user_of_another_account", lambda w: _keys(w, UserName=_strangers_key(w)["user_name"]), "NoSuchEntity 404")


@used.nothing("dates_of_every_key")
def _(w: World) -> list[str]:
    told = {one["access_key_id"]: _used(w, one["access_key_id"]).get("LastUsedDate") for one in w.keys_of(w.member_id)}
    return [
        one["access_key_id"]
        for one in w.keys_of(w.member_id)
        if told[one["access_key_id"]] != (moment(one["last_used_at"]) if one["last_used_at"] else None)
    ]


@used.value("names_the_user", True)
def _(w: World) -> bool:
    key = w.key(used=True)
    answer = w.member.iam.get_access_key_last_used(AccessKeyId=key["access_key_id"])
    return bool(answer["UserName"] == key["user_name"])


@used.value("members_when_used", {"LastUsedDate", "Region", "ServiceName"})
def _(w: World) -> set[str]:
    return set(_used(w, w.key(used=True)["access_key_id"]).keys())


@used.value("when_never_used", {"Region": "N/A", "ServiceName": "N/A"})
def _(w: World) -> dict[str, Any]:
    return _used(w, w.key(used=False)["access_key_id"])


@used.nothing("services_are_prefixes_and_regions_are_regions")
def _(w: World) -> list[dict[str, Any]]:
    told = [_used(w, one["access_key_id"]) for one in w.keys_of(w.member_id) if one["last_used_at"]]
    service, region = r"[a-z0-9-]+|N/A", r"[a-z]{2}(-[a-z]+)+-\d|N/A"
    return [o for o in told if not (re.fullmatch(service, o["ServiceName"]) and re.fullmatch(region, o["Region"]))]


# The page names no error; AWS refuses a key that is not the account's as one that the caller may not ask about.
_NOT_THE_ACCOUNTS = OneOf("AccessDenied 403", "NoSuchEntity 404")

used.code("missing_key", lambda w: _used(w, _NO_KEY), _NOT_THE_ACCOUNTS)
used.code(
    "key_of_another_account",
    lambda w: _used(w, _strangers_key(w)["access_key_id"]),
    _NOT_THE_ACCOUNTS,
    Differs("200", "tells of other accounts' keys"),
)
for _case, _key_id in (("key_id_of_15", "AKIA12345678901"), ("key_id_with_a_dash", "AKIA-12345678901")):
    used.code(
        _case,
        lambda w, key_id=_key_id: _used(w, key_id),
        "ValidationError 400",
        Differs("NoSuchEntity 404", "checks no ids"),
    )


def _keys(w: World, **arguments: Any) -> dict[str, Any]:
    return w.member.iam.list_access_keys(**arguments)


def _used(w: World, key_id: str) -> dict[str, Any]:
    return w.member.iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]


def _strangers_key(w: World) -> dict[str, Any]:
    """A key of another account, of a user whose name the member has not."""
    return next(one for one in w.keys_of(w.neighbour_id) if one["user_name"] not in w.users)
