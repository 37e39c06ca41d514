"""Checks of Organizations on the tree: roots, organizational units, parents and children."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness import Differs, Group, OneOf
from world import World, organizations_pages

roots = Group("organizations.list_roots", "Organizations API_ListRoots")
units = Group(
    "organizations.list_organizational_units_for_parent", "Organizations API_ListOrganizationalUnitsForParent"
)
children = Group("organizations.list_accounts_for_parent", "Organizations API_ListAccountsForParent")
parents = Group("organizations.list_parents", "Organizations API_ListParents")
unit = Group("organizations.describe_organizational_unit", "Organizations API_DescribeOrganizationalUnit")

_NO_ACCOUNT = "000000000001"
_NO_ROOT = "r-zzzzzzzz"
_NO_UNIT = "ou-zzzz-zzzzzzzz"
_UNCHECKED_SIZE = Differs("200", "takes any MaxResults")
_UNCHECKED_MEMBER = "does not ask who calls"


@roots.value("there_is_one", 1)
def _(w: World) -> int:
    return len(w.management.organizations.list_roots()["Roots"])


@roots.nothing("members")
def _(w: World) -> set[str]:
    return {"Id", "Arn", "Name", "PolicyTypes"} - w.management.organizations.list_roots()["Roots"][0].keys()


@roots.value("id", True)
def _(w: World) -> bool:
    return bool(re.fullmatch(r"r-[0-9a-z]{4,32}", _root(w)))


@roots.value("arn", True)
def _(w: World) -> bool:
    expected = f"arn:aws:organizations::{w.management_id}:root/{w.organization['Id']}/{_root(w)}"
    return bool(w.management.organizations.list_roots()["Roots"][0]["Arn"] == expected)


@roots.value("name", "Root")
def _(w: World) -> str:
    return str(w.management.organizations.list_roots()["Roots"][0]["Name"])


for _size in (0, 21):
    roots.code(
        f"max_results_{_size}",
        lambda w, size=_size: w.management.organizations.list_roots(MaxResults=size),
        "InvalidInputException 400",
        _UNCHECKED_SIZE,
    )
    units.code(
        f"max_results_{_size}",
        lambda w, size=_size: w.management.organizations.list_organizational_units_for_parent(
            ParentId=_root(w), MaxResults=size
        ),
        "InvalidInputException 400",
        _UNCHECKED_SIZE,
    )
    children.code(
        f"max_results_{_size}",
        lambda w, size=_size: w.management.organizations.list_accounts_for_parent(ParentId=_root(w), MaxResults=size),
        "InvalidInputException 400",
        _UNCHECKED_SIZE,
    )
    parents.code(
        f"max_results_{_size}",
        lambda w, size=_size: w.management.organizations.list_parents(ChildId=w.member_id, MaxResults=size),
        "InvalidInputException 400",
        _UNCHECKED_SIZE,
    )

roots.code(
    "from_a_member",
    lambda w: w.member.organizations.list_roots(),
    "AccessDeniedException 400",
    Differs("200", _UNCHECKED_MEMBER),
)


@units.nothing("members")
def _(w: World) -> list[str]:
    return [one["Id"] for one in _units(w).values() if not one.keys() >= {"Id", "Arn", "Name"}]


@units.nothing("ids")
def _(w: World) -> list[str]:
    pattern = rf"ou-{_root(w)[2:]}-[a-z0-9]{{8,32}}"
    return [one for one in _units(w) if not re.fullmatch(pattern, one)]


@units.nothing("arns")
def _(w: World) -> list[str]:
    prefix = f"arn:aws:organizations::{w.management_id}:ou/{w.organization['Id']}/"
    return [one["Arn"] for one in _units(w).values() if one["Arn"] != prefix + one["Id"]]


@units.value("there_are_some_below_others", True)
def _(w: World) -> bool:
    return len(_units(w)) > len(_units_of(w, _root(w)))


@units.value("by_pages_of_1", True)
def _(w: World) -> bool:
    return bool(_units_of(w, _root(w), MaxResults=1) == _units_of(w, _root(w)))


@children.nothing("every_account_has_one_place")
def _(w: World) -> list[str]:
    found = [one["Id"] for parent in _parents(w) for one in _accounts_of(w, parent)]
    return sorted(set(found) ^ w.accounts.keys()) + [one for one in set(found) if found.count(one) > 1]


@children.nothing("say_what_list_accounts_says")
def _(w: World) -> list[str]:
    listed = {one["Id"]: one for one in w.collect(w.management.organizations, "list_accounts", "Accounts")}
    return [one["Id"] for parent in _parents(w) for one in _accounts_of(w, parent) if one != listed[one["Id"]]]


@children.nothing("ou_paths")
def _(w: World) -> list[str]:
    """The names from the root down to each account, against the expected path."""
    paths = {one["Id"]: path for parent, path in _parents(w).items() for one in _accounts_of(w, parent)}
    return [f"{one}: {paths.get(one)}" for one in w.accounts if paths.get(one) != w.accounts[one]["ou_path"]]


@children.value("by_pages_of_1", True)
def _(w: World) -> bool:
    return all(_accounts_of(w, parent, MaxResults=1) == _accounts_of(w, parent) for parent in _parents(w))


@parents.nothing("of_accounts")
def _(w: World) -> list[str]:
    kinds = {parent: "ROOT" if parent == _root(w) else "ORGANIZATIONAL_UNIT" for parent in _parents(w)}
    return [
        one["Id"]
        for parent, kind in kinds.items()
        for one in _accounts_of(w, parent)
        if _parents_of(w, one["Id"]) != [{"Id": parent, "Type": kind}]
    ]


@parents.nothing("of_units")
def _(w: World) -> list[str]:
    above = {one["Id"]: parent for parent in _parents(w) for one in _units_of(w, parent)}
    return [one for one, parent in above.items() if [found["Id"] for found in _parents_of(w, one)] != [parent]]


@unit.nothing("says_what_the_list_says")
def _(w: World) -> list[str]:
    call = w.management.organizations.describe_organizational_unit
    return [one for one, told in _units(w).items() if call(OrganizationalUnitId=one)["OrganizationalUnit"] != told]


# Each action that takes an id of the tree: the parameter, and what AWS and moto answer where the id is well-formed but
# unknown. moto takes any id, so that a malformed one is merely unknown to it.
_BY_ID = (
    (units, "list_organizational_units_for_parent", "ParentId", _NO_ROOT, "ParentNotFoundException", None),
    (children, "list_accounts_for_parent", "ParentId", _NO_ROOT, "ParentNotFoundException", None),
    (parents, "list_parents", "ChildId", _NO_ACCOUNT, "ChildNotFoundException", "AccountNotFoundException"),
    (
        unit,
        "describe_organizational_unit",
        "OrganizationalUnitId",
        _NO_UNIT,
        "OrganizationalUnitNotFoundException",
        None,
    ),
)

for _group, _action, _parameter, _unknown, _error, _moto_error in _BY_ID:
    _by_parent = _parameter == "ParentId"

    def _ask(w: World, action: str = _action, **arguments: str) -> Any:
        return getattr(w.management.organizations, action)(**arguments)

    _group.code(
        "missing",
        lambda w, ask=_ask, arguments={_parameter: _unknown}: ask(w, **arguments),
        f"{_error} 400",
        Differs(f"{_moto_error} 400", "names the account, not the child") if _moto_error else None,
    )
    _group.code(
        "malformed",
        lambda w, ask=_ask, arguments={_parameter: "nonsense!"}: ask(w, **arguments),
        "InvalidInputException 400",
        Differs(f"{_error if _by_parent else 'OrganizationalUnitNotFoundException'} 400", "checks no ids"),
    )
    _group.code(
        "not_named",
        lambda w, ask=_ask: ask(w),
        "InvalidInputException 400",
        Differs(f"{_error} 400", "takes it for an unknown one")
        if _by_parent
        else Differs("500 500", "fails where a parameter is missing"),
    )

children.code(
    "parent_that_is_an_account",
    lambda w: w.management.organizations.list_accounts_for_parent(ParentId=w.member_id),
    OneOf("InvalidInputException 400", "ParentNotFoundException 400"),
)
parents.code(
    "child_that_is_the_root",
    lambda w: w.management.organizations.list_parents(ChildId=_root(w)),
    "InvalidInputException 400",
    Differs("200", "answers that the root has no parent"),
)


def _root(w: World) -> str:
    return str(w.management.organizations.list_roots()["Roots"][0]["Id"])


def _units_of(w: World, parent: str, **more: int) -> list[dict[str, Any]]:
    call = w.management.organizations.list_organizational_units_for_parent
    return [one for page in organizations_pages(call, ParentId=parent, **more) for one in page["OrganizationalUnits"]]


def _accounts_of(w: World, parent: str, **more: int) -> list[dict[str, Any]]:
    call = w.management.organizations.list_accounts_for_parent
    return [one for page in organizations_pages(call, ParentId=parent, **more) for one in page["Accounts"]]


def _parents_of(w: World, child: str) -> list[dict[str, str]]:
    return w.collect(w.management.organizations, "list_parents", "Parents", ChildId=child)


def _units(w: World) -> dict[str, dict[str, Any]]:
    """Every unit of the tree by its id."""
    return {one["Id"]: one for parent in _parents(w) for one in _units_of(w, parent)}


def _parents(w: World) -> dict[str, str]:
    """The root and every unit by its id, each with the names that lead to it."""
    return dict(_below(w, _root(w), "Root"))


def _below(w: World, parent: str, path: str) -> Iterator[tuple[str, str]]:
    yield parent, path
    for one in _units_of(w, parent):
        yield from _below(w, one["Id"], f"{path}/{one['Name']}")
