"""Checks of IAM on the account as a whole: authorization details, summary, aliases."""

from __future__ import annotations

import re
from typing import Any

from harness import Differs, Group
from world import World, iam_pages

details = Group("iam.get_account_authorization_details", "IAM API_GetAccountAuthorizationDetails")
summary = Group("iam.get_account_summary", "IAM API_GetAccountSummary")
aliases = Group("iam.list_account_aliases", "IAM API_ListAccountAliases")

_NO_PAGES = Differs("200", "takes any MaxItems")
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@details.nothing("has_every_user")
def _(w: World) -> set[str]:
    return w.details.keys() ^ w.users.keys()


@details.nothing("members_of_a_user")
def _(w: World) -> list[str]:
    needed = {"Path", "UserName", "UserId", "Arn", "CreateDate", "GroupList", "AttachedManagedPolicies"}
    return [name for name, one in w.details.items() if not one.keys() >= needed]


@details.nothing("agrees_with_list_users")
def _(w: World) -> list[str]:
    shared = ("Path", "UserId", "Arn", "CreateDate")
    return [name for name, one in w.users.items() if any(w.details[name][field] != one[field] for field in shared)]


@details.nothing("tags_of_users")
def _(w: World) -> list[str]:
    call = w.member.iam.list_user_tags
    return [name for name, one in w.details.items() if one.get("Tags", []) != call(UserName=name)["Tags"]]


@details.value("filter_leaves_out_the_rest", [True, False, False, False])
def _(w: World) -> list[bool]:
    page = w.member.iam.get_account_authorization_details(Filter=["User"])
    return [bool(page[name]) for name in _LISTS]


@details.value("filter_on_roles_has_the_role_in_use", True)
def _(w: World) -> bool:
    roles = w.collect(w.member.iam, "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    return "OrganizationAccountAccessRole" in {one["RoleName"] for one in roles}


@details.value("trust_policy_of_a_role_is_percent_encoded_json", True)
def _(w: World) -> bool:
    """botocore decodes the text; had it not been JSON under RFC 3986, no mapping would come out."""
    roles = w.collect(w.member.iam, "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    role = next(one for one in roles if one["RoleName"] == "OrganizationAccountAccessRole")
    return "Statement" in role["AssumeRolePolicyDocument"]


@details.value("page_of_3", [True, 3], Differs([False, 15], "puts everything on one page"))
def _(w: World) -> list[Any]:
    page = w.member.iam.get_account_authorization_details(Filter=["User"], MaxItems=3)
    return [page["IsTruncated"], len(page["UserDetailList"])]


@details.nothing("finds_every_user_once_by_pages_of_3")
def _(w: World) -> list[str]:
    pages = iam_pages(w.member.iam.get_account_authorization_details, Filter=["User"], MaxItems=3)
    found = [one["UserName"] for page in pages for one in page["UserDetailList"]]
    return sorted(set(found) ^ w.users.keys()) + [one for one in set(found) if found.count(one) > 1]


@details.nothing("finds_everything_once_by_pages_of_1000_or_3")
def _(w: World) -> set[str]:
    return _everything(w, 1000) ^ _everything(w, 3)


for _size in (0, 1001):
    details.code(
        f"max_items_{_size}",
        lambda w, size=_size: w.member.iam.get_account_authorization_details(MaxItems=size),
        "ValidationError 400",
        _NO_PAGES,
    )
    aliases.code(
        f"max_items_{_size}",
        lambda w, size=_size: w.member.iam.list_account_aliases(MaxItems=size),
        "ValidationError 400",
        _NO_PAGES,
    )

details.code(
    "filter_that_is_none",
    lambda w: w.member.iam.get_account_authorization_details(Filter=["Robot"]),
    "ValidationError 400",
    Differs("200", "takes any Filter"),
)


@summary.value("counts_users", True)
def _(w: World) -> bool:
    return bool(_summary(w)["Users"] == len(w.users))


@summary.value("access_keys_per_user_quota", 2)
def _(w: World) -> int:
    return _summary(w)["AccessKeysPerUserQuota"]


@summary.nothing("has_the_documented_counts_and_quotas", Differs(["AccountPasswordPresent"], "leaves it out"))
def _(w: World) -> set[str]:
    needed = {"Users", "UsersQuota", "Groups", "GroupsQuota", "Roles", "RolesQuota", "Policies", "PoliciesQuota"}
    needed |= {"MFADevices", "MFADevicesInUse", "AccountMFAEnabled", "AccountAccessKeysPresent"}
    needed |= {"AccountSigningCertificatesPresent", "AccountPasswordPresent", "AttachedPoliciesPerUserQuota"}
    return needed - _summary(w).keys()


@summary.nothing("are_whole_numbers")
def _(w: World) -> list[str]:
    return [name for name, count in _summary(w).items() if not isinstance(count, int)]


@summary.value("flags_are_0_or_1", True)
def _(w: World) -> bool:
    return {_summary(w)["AccountMFAEnabled"], _summary(w)["AccountAccessKeysPresent"]} <= {0, 1}


@aliases.value("at_most_one", True)
def _(w: World) -> bool:
    return max(len(_aliases(w, account)) for account in w.members) <= 1


@aliases.nothing("look_like_aliases")
def _(w: World) -> list[str]:
    found = [alias for account in w.members for alias in _aliases(w, account)]
    return [alias for alias in found if not re.fullmatch(r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", alias)]


@aliases.value("are_not_truncated", False, Differs("KeyError: 'IsTruncated'", "leaves IsTruncated out"))
def _(w: World) -> bool:
    return bool(w.member.iam.list_account_aliases()["IsTruncated"])


def _everything(w: World, size: int) -> set[str]:
    """ARNs of everything that the details tell of; an ARN twice would be lost in a set, so it is told apart."""
    pages = iam_pages(w.member.iam.get_account_authorization_details, MaxItems=size)
    found = [one["Arn"] for page in pages for name in _LISTS for one in page[name]]
    return {f"{arn} x{found.count(arn)}" for arn in found}


def _summary(w: World) -> dict[str, int]:
    return w.member.iam.get_account_summary()["SummaryMap"]


def _aliases(w: World, account_id: str) -> list[str]:
    return w.management.session(account_id).iam.list_account_aliases()["AccountAliases"]
