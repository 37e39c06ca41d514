"""Checks of IAM on users: ListUsers, GetUser, ListUserTags, and the other lists that one user has."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from harness import Differs, Group, code_of
from world import World, iam_pages

users = Group("iam.list_users", "IAM API_ListUsers")
user = Group("iam.get_user", "IAM API_GetUser")
tags = Group("iam.list_user_tags", "IAM API_ListUserTags")
mfa = Group("iam.list_mfa_devices", "IAM API_ListMFADevices")
login = Group("iam.get_login_profile", "IAM API_GetLoginProfile")
attached = Group("iam.list_attached_user_policies", "IAM API_ListAttachedUserPolicies")
inline = Group("iam.list_user_policies", "IAM API_ListUserPolicies")
groups = Group("iam.list_groups_for_user", "IAM API_ListGroupsForUser")

NO_PAGES = Differs("200", "takes any MaxItems")
MEMBERS = {"Path", "UserName", "UserId", "Arn", "CreateDate"}


@users.nothing("has_every_user_with_a_key")
def _(w: World) -> set[str]:
    return {key["user_name"] for key in w.keys_of(w.member_id)} - w.users.keys()


@users.nothing("members")
def _(w: World) -> list[str]:
    return [name for name, one in w.users.items() if not one.keys() >= MEMBERS]


# "IAM resource-listing operations return a subset of the available attributes": no tags, no permissions boundary.
@users.nothing("leaves_out_tags_and_boundaries")
def _(w: World) -> list[str]:
    return [name for name, one in w.users.items() if one.keys() & {"Tags", "PermissionsBoundary"}]


@users.nothing("arns")
def _(w: World) -> list[str]:
    expected = "arn:aws:iam::{}:user{Path}{UserName}"
    return [one["Arn"] for one in w.users.values() if one["Arn"] != expected.format(w.member_id, **one)]


@users.nothing("paths")
def _(w: World) -> list[str]:
    return [one["Path"] for one in w.users.values() if not re.fullmatch(r"/([!-~]+/)?", one["Path"])]


# IAM User Guide reference_identifiers.
@users.value("ids", True, Differs(False, "user ids are random lower-case letters and digits"))
def _(w: World) -> bool:
    return all(re.fullmatch(r"AIDA[A-Z0-9]{16,}", one["UserId"]) for one in w.users.values())


@users.value("ids_are_unique", True)
def _(w: World) -> bool:
    return len({one["UserId"] for one in w.users.values()}) == len(w.users)


@users.nothing("created_in_the_past_with_a_zone")
def _(w: World) -> list[str]:
    now = dt.datetime.now(dt.timezone.utc)
    return [name for name, one in w.users.items() if not one["CreateDate"] <= now]


for _size in (1, 2, 7):

    @users.nothing(f"finds_every_user_once_by_pages_of_{_size}")
    def _(w: World, size: int = _size) -> list[str]:
        found = [one["UserName"] for page in iam_pages(w.member.iam.list_users, MaxItems=size) for one in page["Users"]]
        return sorted(set(found) ^ w.users.keys()) + [one for one in set(found) if found.count(one) > 1]

    @users.value(
        f"page_of_{_size}_is_full_and_truncated",
        [_size, True, True],
        Differs([15, False, False], "puts every user on one page"),
    )
    def _(w: World, size: int = _size) -> list[Any]:
        page = w.member.iam.list_users(MaxItems=size)
        return [len(page["Users"]), page["IsTruncated"], bool(page.get("Marker"))]


@users.value("page_of_1000_is_the_last", [False, False])
def _(w: World) -> list[bool]:
    page = w.member.iam.list_users(MaxItems=1000)
    return [page["IsTruncated"], "Marker" in page]


@users.nothing("paginator_finds_every_user_once_by_pages_of_4")
def _(w: World) -> list[str]:
    found = [
        one["UserName"] for one in w.collect(w.member.iam, "list_users", "Users", PaginationConfig={"PageSize": 4})
    ]
    return sorted(set(found) ^ w.users.keys()) + [one for one in set(found) if found.count(one) > 1]


for _size in (0, 1001, -1):
    users.code(
        f"max_items_{_size}",
        lambda w, size=_size: w.member.iam.list_users(MaxItems=size),
        "ValidationError 400",
        NO_PAGES,
    )

users.code(
    "marker_that_was_never_given",
    lambda w: w.member.iam.list_users(Marker="not-a-marker"),
    "ValidationError 400",
    Differs("200", "takes any Marker"),
)


@users.nothing("path_prefix")
def _(w: World) -> set[str]:
    path = max(one["Path"] for one in w.users.values())
    found = {one["UserName"] for one in w.collect(w.member.iam, "list_users", "Users", PathPrefix=path[:-1])}
    return found ^ {name for name, one in w.users.items() if one["Path"].startswith(path[:-1])}


@users.value("path_prefix_that_nobody_has", [0, False])
def _(w: World) -> list[Any]:
    page = w.member.iam.list_users(PathPrefix="/nobody/is/here/")
    return [len(page["Users"]), page["IsTruncated"]]


users.code(
    "path_prefix_without_a_slash",
    lambda w: w.member.iam.list_users(PathPrefix="service/"),
    "ValidationError 400",
    Differs("200", "takes any PathPrefix"),
)


@user.nothing("says_what_list_users_says")
def _(w: World) -> list[str]:
    return [name for name, one in w.users.items() if not _user(w, name).items() >= one.items()]


@user.nothing("has_the_tags_that_the_user_has")
def _(w: World) -> list[str]:
    return [name for name in w.users if _user(w, name).get("Tags", []) != _tags(w, name)]


@user.value("of_nobody_named_is_the_caller", True)
def _(w: World) -> bool:
    arn = w.management.iam.get_user()["User"]["Arn"]
    return bool(arn == w.management.sts.get_caller_identity()["Arn"])


# "If you do not specify a user name, IAM determines the user name implicitly based on the access key ID": a session
# has no user.
user.code(
    "of_nobody_named_by_a_session",
    lambda w: w.member.iam.get_user(),
    "ValidationError 400",
    Differs("200", "makes a user up"),
)


@tags.nothing("have_a_key_and_a_value")
def _(w: World) -> list[Any]:
    return [tag for name in w.users for tag in _tags(w, name) if tag.keys() != {"Key", "Value"}]


@tags.value("are_there_for_some", True)
def _(w: World) -> bool:
    return any(_tags(w, name) for name in w.users)


@tags.value("pages_of_1", [1, True], Differs([2, False], "puts every tag on one page"))
def _(w: World) -> list[Any]:
    """How long the longest page is, and whether there are as many as tags."""
    name = next(name for name in w.users if len(_tags(w, name)) >= 2)
    pages = list(iam_pages(w.member.iam.list_user_tags, UserName=name, MaxItems=1))
    return [max(len(page["Tags"]) for page in pages), len(pages) == len(_tags(w, name))]


@mfa.nothing("members")
def _(w: World) -> list[Any]:
    name, _none = w.who("list_mfa_devices", "MFADevices")
    devices = w.member.iam.list_mfa_devices(UserName=name)["MFADevices"]
    return [one for one in devices if not one.keys() >= {"UserName", "SerialNumber", "EnableDate"}]


# An app's ARN, a passkey's ARN, or the serial number of a token: IAM User Guide id_credentials_mfa.
@mfa.nothing("serial_numbers")
def _(w: World) -> list[str]:
    name, _none = w.who("list_mfa_devices", "MFADevices")
    serials = [one["SerialNumber"] for one in w.member.iam.list_mfa_devices(UserName=name)["MFADevices"]]
    arn = rf"arn:aws:iam::{w.member_id}:(mfa|u2f/user/{re.escape(name)})/[\w+=/:,.@-]+"
    return [one for one in serials if not re.fullmatch(rf"{arn}|GA[HK]T\d{{8}}", one)]


@mfa.value("of_a_user_without", [[], False])
def _(w: World) -> list[Any]:
    _some, name = w.who("list_mfa_devices", "MFADevices")
    page = w.member.iam.list_mfa_devices(UserName=name)
    return [page["MFADevices"], page["IsTruncated"]]


@login.value("members", True)
def _(w: World) -> bool:
    profiles = [profile for name in w.users if (profile := _login_profile(w, name))]
    return bool(profiles) and all(one.keys() >= {"UserName", "CreateDate"} for one in profiles)


@login.value("of_a_user_without_a_password", "NoSuchEntity 404")
def _(w: World) -> str:
    name = next(name for name in w.users if not _login_profile(w, name))
    return code_of(lambda: w.member.iam.get_login_profile(UserName=name))


@attached.nothing("members")
def _(w: World) -> list[Any]:
    name, _none = w.who("list_attached_user_policies", "AttachedPolicies")
    found = w.member.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
    return [one for one in found if not re.fullmatch(r"arn:aws:iam::(aws|\d{12}):policy/.*", one["PolicyArn"])]


@attached.nothing("say_what_the_details_say")
def _(w: World) -> list[str]:
    call = w.member.iam.list_attached_user_policies
    return [n for n, one in w.details.items() if call(UserName=n)["AttachedPolicies"] != one["AttachedManagedPolicies"]]


@inline.nothing("say_what_the_details_say")
def _(w: World) -> list[str]:
    expected = {n: [one["PolicyName"] for one in detail.get("UserPolicyList", [])] for n, detail in w.details.items()}
    return [n for n in w.users if w.member.iam.list_user_policies(UserName=n)["PolicyNames"] != expected[n]]


@groups.nothing("say_what_the_details_say")
def _(w: World) -> list[str]:
    found = {n: [one["GroupName"] for one in _groups(w, n)] for n in w.users}
    return [n for n, detail in w.details.items() if sorted(found[n]) != sorted(detail["GroupList"])]


@groups.nothing("members")
def _(w: World) -> list[Any]:
    name, _none = w.who("list_groups_for_user", "Groups")
    needed = {"Path", "GroupName", "GroupId", "Arn", "CreateDate"}
    return [one for one in _groups(w, name) if not one.keys() >= needed or not one["Arn"].endswith(one["GroupName"])]


@groups.value("ids", True, Differs(False, "group ids are random lower-case letters and digits"))
def _(w: World) -> bool:
    name, _none = w.who("list_groups_for_user", "Groups")
    return all(re.fullmatch(r"AGPA[A-Z0-9]{16,}", one["GroupId"]) for one in _groups(w, name))


def _for_each_action_on_a_user() -> None:
    """What every action on one user refuses: a user that is not there, a name that cannot be, pages of no size."""
    for group in (user, tags, mfa, login, attached, inline, groups):
        call = _caller(group.action.partition(".")[2])
        group.code("missing_user", lambda w, call=call: call(w, UserName="nobody"), "NoSuchEntity 404")
        group.code(
            "name_with_a_blank",
            lambda w, call=call: call(w, UserName="no body"),
            "ValidationError 400",
            Differs("NoSuchEntity 404", "checks no names"),
        )
        group.code(
            "name_of_129",
            lambda w, call=call: call(w, UserName="n" * 129),
            "ValidationError 400",
            Differs("NoSuchEntity 404", "checks no names"),
        )
        if group in (user, login):
            continue
        for size in (0, 1001):
            group.code(
                f"max_items_{size}",
                lambda w, call=call, size=size: call(w, UserName=next(iter(w.users)), MaxItems=size),
                "ValidationError 400",
                NO_PAGES,
            )


def _caller(action: str) -> Callable[..., Any]:
    return lambda w, **arguments: getattr(w.member.iam, action)(**arguments)


_for_each_action_on_a_user()


def _user(w: World, name: str) -> dict[str, Any]:
    return w.member.iam.get_user(UserName=name)["User"]


def _tags(w: World, name: str) -> list[dict[str, str]]:
    return w.member.iam.list_user_tags(UserName=name)["Tags"]


def _groups(w: World, name: str) -> list[dict[str, Any]]:
    return w.member.iam.list_groups_for_user(UserName=name)["Groups"]


def _login_profile(w: World, name: str) -> dict[str, Any] | None:
    try:
        return w.member.iam.get_login_profile(UserName=name)["LoginProfile"]
    except w.member.iam.exceptions.NoSuchEntityException:
        return None
