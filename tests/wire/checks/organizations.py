"""Checks of Organizations on the organization, its accounts and their tags."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from harness import Differs, Group, error_of
from world import World, organizations_pages

organization = Group("organizations.describe_organization", "Organizations API_DescribeOrganization")
accounts = Group("organizations.list_accounts", "Organizations API_ListAccounts")
account = Group("organizations.describe_account", "Organizations API_DescribeAccount")
tags = Group("organizations.list_tags_for_resource", "Organizations API_ListTagsForResource")

NO_SUCH_ACCOUNT = "000000000001"
_UNCHECKED = Differs("200", "takes any MaxResults")
_MEMBERS = {"Arn", "Email", "Id", "JoinedMethod", "JoinedTimestamp", "Name", "State"}


@organization.nothing("members")
def _(w: World) -> set[str]:
    names = {"Id", "Arn", "FeatureSet", "MasterAccountArn", "MasterAccountId", "MasterAccountEmail"}
    return names - w.organization.keys()


@organization.value("id", True)
def _(w: World) -> bool:
    return bool(re.fullmatch(r"o-[a-z0-9]{10,32}", w.organization["Id"]))


@organization.value("arn", True)
def _(w: World) -> bool:
    expected = f"arn:aws:organizations::{w.management_id}:organization/{w.organization['Id']}"
    return bool(w.organization["Arn"] == expected)


@organization.value("master_account_arn", True)
def _(w: World) -> bool:
    return bool(w.organization["MasterAccountArn"] == _account_arn(w, w.management_id))


@organization.value("master_account_is_an_account", True)
def _(w: World) -> bool:
    return w.management_id in w.accounts


@organization.value("feature_set", "ALL")
def _(w: World) -> str:
    return str(w.organization["FeatureSet"])


# "This operation can be called from any account in an organization."
@organization.value("from_a_member", True)
def _(w: World) -> bool:
    found = w.member.organizations.describe_organization()["Organization"]
    return bool(found["Id"] == w.organization["Id"])


@accounts.nothing("finds_every_account_once")
def _(w: World) -> list[str]:
    return _unlike(_all(w), w.accounts.keys())


for _size in (1, 2, 20):

    @accounts.nothing(f"finds_every_account_once_in_pages_of_{_size}")
    def _(w: World, size: int = _size) -> list[str]:
        found = [one for page in _pages(w, MaxResults=size) for one in page["Accounts"]]
        return _unlike(found, w.accounts.keys())

    @accounts.value(f"pages_of_{_size}_hold_no_more", True)
    def _(w: World, size: int = _size) -> bool:
        return max(len(page["Accounts"]) for page in _pages(w, MaxResults=size)) <= size


@accounts.nothing("paginator_finds_every_account_once_by_pages_of_3")
def _(w: World) -> list[str]:
    found = w.collect(w.management.organizations, "list_accounts", "Accounts", PaginationConfig={"PageSize": 3})
    return _unlike(found, w.accounts.keys())


# "You must continue to call the operation until NextToken is null": a page may be empty, or short, and not be the last.
@accounts.value("some_page_is_empty_and_not_the_last", True, Differs(False, "has no empty pages"))
def _(w: World) -> bool:
    pages = (page for size in range(1, 21) for page in _pages(w, MaxResults=size))
    return any(not page["Accounts"] and page.get("NextToken") for page in pages)


@accounts.value("last_page_has_no_token", [])
def _(w: World) -> list[Any]:
    return [page["NextToken"] for page in list(_pages(w, MaxResults=2))[-1:] if page.get("NextToken")]


@accounts.value("a_token_can_be_used_again", True)
def _(w: World) -> bool:
    call = w.management.organizations.list_accounts
    token = call(MaxResults=2)["NextToken"]
    first, again = (call(MaxResults=2, NextToken=token)["Accounts"] for _ in range(2))
    return bool(first == again)


for _size in (0, 21, -1, 1000):
    accounts.code(
        f"max_results_{_size}",
        lambda w, size=_size: w.management.organizations.list_accounts(MaxResults=size),
        "InvalidInputException 400",
        _UNCHECKED,
    )

accounts.code(
    "token_that_was_never_given",
    lambda w: w.management.organizations.list_accounts(NextToken="bm90LWEtdG9rZW4="),
    "InvalidInputException 400",
    Differs("InvalidToken 400", "has a code of its own"),
)


@accounts.value("reason_of_a_bad_token", "INVALID_NEXT_TOKEN", Differs(None, "gives no Reason"))
def _(w: World) -> str | None:
    return _reason(lambda: w.management.organizations.list_accounts(NextToken="bm90LWEtdG9rZW4="))


@accounts.value(
    "reason_of_max_results_21",
    "MAX_VALUE_EXCEEDED",
    Differs("AssertionError: the call was not refused", "takes any MaxResults"),
)
def _(w: World) -> str | None:
    return _reason(lambda: w.management.organizations.list_accounts(MaxResults=21))


accounts.code(
    "from_a_member",
    lambda w: w.member.organizations.list_accounts(),
    "AccessDeniedException 400",
    Differs("200", "answers members with an empty list"),
)


@accounts.nothing("members")
def _(w: World) -> list[str]:
    return [f"{one['Id']} lacks {name}" for one in _all(w) for name in sorted(_MEMBERS - one.keys())]


@accounts.nothing("names_emails_and_states")
def _(w: World) -> list[str]:
    return [one["Id"] for one in _all(w) if (one["Name"], one["Email"], one["State"]) != _expected(w, one["Id"])]


@accounts.nothing("arns")
def _(w: World) -> list[str]:
    return [one["Arn"] for one in _all(w) if one["Arn"] != _account_arn(w, one["Id"])]


@accounts.nothing("ids")
def _(w: World) -> list[str]:
    return [one["Id"] for one in _all(w) if not re.fullmatch(r"\d{12}", one["Id"])]


@accounts.nothing("status_says_no_more_than_state")
def _(w: World) -> list[str]:
    """API_Account: Status is retired but may still be told, and knows three of the five states."""
    return [one["Id"] for one in _all(w) if one.get("Status", one["State"]) != one["State"]]


@accounts.nothing("joined_methods")
def _(w: World) -> list[str]:
    return [one["JoinedMethod"] for one in _all(w) if one["JoinedMethod"] not in ("CREATED", "INVITED")]


@accounts.nothing("joined_in_the_past")
def _(w: World) -> list[str]:
    now = dt.datetime.now(dt.timezone.utc)
    return [one["Id"] for one in _all(w) if not one["JoinedTimestamp"] <= now]


# API_Account: Paths run from the organization by its root and OUs to the account, each with a closing slash.
@accounts.nothing("paths", Differs(["no Paths"], "has no Paths"))
def _(w: World) -> set[str]:
    return {_path_fault(w, one) for one in _all(w)} - {""}


@account.nothing("says_what_list_accounts_says")
def _(w: World) -> list[str]:
    call = w.management.organizations.describe_account
    return [one["Id"] for one in _all(w) if call(AccountId=one["Id"])["Account"] != one]


account.code(
    "missing",
    lambda w: w.management.organizations.describe_account(AccountId=NO_SUCH_ACCOUNT),
    "AccountNotFoundException 400",
)
account.code(
    "malformed",
    lambda w: w.management.organizations.describe_account(AccountId="12345"),
    "InvalidInputException 400",
    Differs("AccountNotFoundException 400", "checks no ids"),
)
account.code(
    "not_named",
    lambda w: w.management.organizations.describe_account(),
    "InvalidInputException 400",
    Differs("500 500", "fails where a parameter is missing"),
)
account.code(
    "from_a_member",
    lambda w: w.member.organizations.describe_account(AccountId=w.neighbour_id),
    "AccessDeniedException 400",
    Differs("AccountNotFoundException 400", "answers members that there is no such account"),
)


@tags.nothing("have_a_key_and_a_value")
def _(w: World) -> list[dict[str, str]]:
    return [tag for one in w.accounts for tag in _tags(w, one) if tag.keys() != {"Key", "Value"}]


@tags.value("are_there", True)
def _(w: World) -> bool:
    return any(_tags(w, one) for one in w.accounts)


tags.code("of_the_root", lambda w: _tags(w, _root(w)), "200")
tags.code(
    "missing_account",
    lambda w: _tags(w, NO_SUCH_ACCOUNT),
    "TargetNotFoundException 400",
)
tags.code("missing_ou", lambda w: _tags(w, f"ou-{_root(w)[2:]}-zzzzzzzz"), "TargetNotFoundException 400")
tags.code("malformed", lambda w: _tags(w, "nonsense"), "InvalidInputException 400")


def _pages(w: World, **arguments: int) -> Iterator[dict[str, Any]]:
    return organizations_pages(w.management.organizations.list_accounts, **arguments)


def _all(w: World) -> list[dict[str, Any]]:
    return [one for page in _pages(w) for one in page["Accounts"]]


def _unlike(found: list[dict[str, Any]], expected: Any) -> list[str]:
    """Ids that are missing, unexpected or repeated."""
    ids = [one["Id"] for one in found]
    return sorted(set(ids) ^ set(expected)) + [one for one in set(ids) if ids.count(one) > 1]


def _expected(w: World, account_id: str) -> tuple[str, str, str]:
    one = w.accounts[account_id]
    return one["name"], one["email"], one["state"]


def _account_arn(w: World, account_id: str) -> str:
    return f"arn:aws:organizations::{w.management_id}:account/{w.organization['Id']}/{account_id}"


def _path_fault(w: World, one: dict[str, Any]) -> str:
    if "Paths" not in one:
        return "no Paths"
    pattern = rf"{w.organization['Id']}/r-[0-9a-z]{{4,32}}(/ou-[0-9a-z]{{4,32}}-[a-z0-9]{{8,32}})*/{one['Id']}/"
    return "" if all(re.fullmatch(pattern, path) for path in one["Paths"]) else str(one["Paths"])


def _reason(call: Any) -> str | None:
    return error_of(call).get("Reason")


def _root(w: World) -> str:
    return str(w.management.organizations.list_roots()["Roots"][0]["Id"])


def _tags(w: World, resource_id: str) -> list[dict[str, str]]:
    return w.collect(w.management.organizations, "list_tags_for_resource", "Tags", ResourceId=resource_id)
