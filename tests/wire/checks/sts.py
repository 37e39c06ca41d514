"""Checks of STS: who one is, and assuming a role."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from harness import UNREADABLE, Differs, Group, OneOf, code_of, error_of
from world import World, policy, role_arn

identity = Group("sts.get_caller_identity", "STS API_GetCallerIdentity")
assume = Group("sts.assume_role", "STS API_AssumeRole")

_UNCHECKED = "checks nothing of what it is given"
_LIST_USERS = policy(("Allow", ["iam:ListUsers"]))


@identity.value("answers_three_members", ["Account", "Arn", "UserId"])
def _(w: World) -> list[str]:
    return sorted(w.management.sts.get_caller_identity().keys() - {"ResponseMetadata"})


@identity.value("account_of_a_user", True)
def _(w: World) -> bool:
    return w.management.sts.get_caller_identity()["Account"] == w.management_id


@identity.value("arn_of_a_user", True)
def _(w: World) -> bool:
    arn = w.management.sts.get_caller_identity()["Arn"]
    return bool(re.fullmatch(rf"arn:aws:iam::{w.management_id}:user/([!-~]+/)?[\w+=,.@-]+", arn))


# IAM User Guide reference_identifiers: user ids start with AIDA, role ids with AROA, session keys with ASIA.
@identity.value("user_id_of_a_user", True, Differs(False, "user ids are random lower-case letters and digits"))
def _(w: World) -> bool:
    return bool(re.fullmatch(r"AIDA[A-Z0-9]{16,}", w.management.sts.get_caller_identity()["UserId"]))


@identity.value("of_a_session_is_the_other_account", True)
def _(w: World) -> bool:
    return w.member.sts.get_caller_identity()["Account"] == w.member_id


@identity.value("arn_of_a_session", True)
def _(w: World) -> bool:
    expected = f"arn:aws:sts::{w.member_id}:assumed-role/OrganizationAccountAccessRole/conformance"
    return bool(w.member.sts.get_caller_identity()["Arn"] == expected)


@identity.value("user_id_of_a_session", True)
def _(w: World) -> bool:
    return bool(re.fullmatch(r"AROA[A-Z0-9]{16,}:conformance", w.member.sts.get_caller_identity()["UserId"]))


@identity.value("needs_no_permission", "200")
def _(w: World) -> str:
    denied = w.management.session(w.member_id, Policy=policy(("Deny", ["*"])))
    return code_of(denied.sts.get_caller_identity)


@assume.value(
    "answers_these_members",
    ["AssumedRoleUser", "Credentials"],
    Differs(["AssumedRoleUser", "Credentials", "PackedPolicySize"], "PackedPolicySize is always 6"),
)
def _(w: World) -> list[str]:
    return sorted(w.management.assume(w.member_id).keys() - {"ResponseMetadata"})


@assume.value("key_id_of_a_session", True)
def _(w: World) -> bool:
    return bool(re.fullmatch(r"ASIA[A-Z0-9]{16}", w.management.assume(w.member_id)["Credentials"]["AccessKeyId"]))


@assume.value("secret_of_a_session", True)
def _(w: World) -> bool:
    secret = w.management.assume(w.member_id)["Credentials"]["SecretAccessKey"]
    return bool(re.fullmatch(r"[A-Za-z0-9/+=]{40}", secret))


@assume.value("has_a_session_token", True)
def _(w: World) -> bool:
    return len(w.management.assume(w.member_id)["Credentials"]["SessionToken"]) > 40


@assume.value("every_session_is_new", 2)
def _(w: World) -> int:
    return len({w.management.assume(w.member_id)["Credentials"]["AccessKeyId"] for _ in range(2)})


@assume.value("lasts_as_long_as_asked", True)
def _(w: World) -> bool:
    return _lasts(w, 900, DurationSeconds=900)


@assume.value("lasts_an_hour_unless_asked", True)
def _(w: World) -> bool:
    return _lasts(w, 3600)


def _lasts(w: World, seconds: int, **more: int) -> bool:
    expiration = w.management.assume(w.member_id, **more)["Credentials"]["Expiration"]
    left = (expiration - dt.datetime.now(dt.timezone.utc)).total_seconds()
    return seconds - 30 <= left <= seconds + 1


@assume.value("arn_of_the_session", True)
def _(w: World) -> bool:
    arn = w.management.assume(w.member_id, RoleSessionName="a.b@c=d")["AssumedRoleUser"]["Arn"]
    return bool(arn == f"arn:aws:sts::{w.member_id}:assumed-role/OrganizationAccountAccessRole/a.b@c=d")


@assume.value("id_of_the_session_is_who_it_is", True)
def _(w: World) -> bool:
    assumed = w.management.assume(w.member_id)["AssumedRoleUser"]["AssumedRoleId"]
    return bool(assumed == w.member.sts.get_caller_identity()["UserId"])


@assume.value("source_identity_is_echoed", "alice@example.com", Differs(None, "drops SourceIdentity"))
def _(w: World) -> str | None:
    return w.management.assume(w.member_id, SourceIdentity="alice@example.com").get("SourceIdentity")


@assume.value("packed_policy_size_is_a_percentage", True)
def _(w: World) -> bool:
    return 0 <= w.management.assume(w.member_id, Policy=_LIST_USERS)["PackedPolicySize"] <= 100


assume.code(
    "an_external_id_nobody_asked_for",
    lambda w: w.management.assume(w.member_id, ExternalId="not-asked-for"),
    "200",
)

# IAM User Guide id_roles_common-scenarios_third-party: a trust policy may ask for an external id.
_UNGUARDED = Differs("200", "asks no trust policy of another account")
for _name, _give, _aws, _moto in (
    ("external_id_that_the_role_asks_for", lambda role: {"ExternalId": role["external_id"]}, "200", None),
    ("external_id_of_another", lambda role: {"ExternalId": role["external_id"] + "x"}, "AccessDenied 403", _UNGUARDED),
    ("external_id_in_another_case", lambda role: {"ExternalId": _swapped(role)}, "AccessDenied 403", _UNGUARDED),
    ("external_id_left_out", lambda role: {}, "AccessDenied 403", _UNGUARDED),
):
    assume.code(
        _name,
        lambda w, give=_give: w.management.assume(
            w.member_id, RoleArn=w.guarded_role()["arn"], **give(w.guarded_role())
        ),
        _aws,
        _moto,
    )


# IAM User Guide reference_identifiers: an assumed role's ARN has the role's name without its path.
@assume.value("arn_of_a_session_leaves_the_roles_path_out", True)
def _(w: World) -> bool:
    role = w.guarded_role()
    answer = w.management.assume(w.member_id, RoleArn=role["arn"], ExternalId=role["external_id"])
    expected = f"arn:aws:sts::{w.member_id}:assumed-role/{role['role_name']}/conformance"
    return bool(answer["AssumedRoleUser"]["Arn"] == expected)


@assume.value("role_without_its_path", "AccessDenied 403", Differs("200", "assumes roles that do not exist"))
def _(w: World) -> str:
    role = w.guarded_role()
    arn = role_arn(w.member_id, role["role_name"])
    return code_of(lambda: w.management.assume(w.member_id, RoleArn=arn, ExternalId=role["external_id"]))


def _swapped(role: dict[str, Any]) -> str:
    return str(role["external_id"]).swapcase()


for _name, _more in {
    "duration_899": {"DurationSeconds": 899},
    "duration_43201": {"DurationSeconds": 43201},
    "duration_above_the_roles": {"DurationSeconds": 7200},
    "session_name_of_1": {"RoleSessionName": "a"},
    "session_name_with_a_blank": {"RoleSessionName": "a b"},
    "external_id_of_1": {"ExternalId": "1"},
    "external_id_of_1225": {"ExternalId": "1" * 1225},
    "external_id_with_a_blank": {"ExternalId": "a b"},
    "source_identity_of_1": {"SourceIdentity": "a"},
    "role_arn_of_19": {"RoleArn": "arn:aws:iam::1:role"},
    "role_arn_that_is_none": {"RoleArn": "this-is-not-the-arn-of-a-role"},
}.items():
    assume.code(
        _name,
        lambda w, more=_more: w.management.sts.assume_role(
            **{"RoleArn": role_arn(w.member_id), "RoleSessionName": "xy", **more}
        ),
        "ValidationError 400",
        Differs("200", _UNCHECKED),
    )

assume.code(
    "no_session_name",
    lambda w: w.management.sts.assume_role(RoleArn=role_arn(w.member_id)),
    "ValidationError 400",
    Differs(UNREADABLE, "fails where a parameter is missing"),
)
assume.code(
    "session_name_of_65", lambda w: w.management.assume(w.member_id, RoleSessionName="a" * 65), "ValidationError 400"
)

# "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters."
assume.code(
    "session_policy_of_2049",
    lambda w: w.management.assume(w.member_id, Policy=_LIST_USERS.ljust(2049)),
    OneOf("ValidationError 400", "PackedPolicyTooLarge 400"),
    Differs("200", _UNCHECKED),
)
assume.code("session_policy_of_2048", lambda w: w.management.assume(w.member_id, Policy=_LIST_USERS.ljust(2048)), "200")
assume.code(
    "session_policy_that_is_no_json",
    lambda w: w.management.assume(w.member_id, Policy="{"),
    "MalformedPolicyDocument 400",
    Differs("200", _UNCHECKED),
)
assume.code(
    "role_that_is_missing",
    lambda w: w.management.sts.assume_role(RoleArn=role_arn(w.member_id, "NoSuchRole"), RoleSessionName="xy"),
    "AccessDenied 403",
    Differs("200", "assumes roles that do not exist"),
)
assume.code(
    "account_that_is_missing",
    lambda w: w.management.assume("000000000001"),
    "AccessDenied 403",
    Differs("200", "assumes roles of accounts that do not exist"),
)
assume.code(
    "caller_that_is_not_trusted",
    lambda w: w.member.assume(w.neighbour_id),
    "AccessDenied 403",
    Differs("200", "asks no trust policy of another account"),
)


# IAM User Guide troubleshoot_access-denied: "User: ... is not authorized to perform: ... on resource: ...".
@assume.value(
    "denial_names_caller_action_and_role",
    True,
    Differs("AssertionError: the call was not refused", "assumes roles that do not exist"),
)
def _(w: World) -> bool:
    role = role_arn(w.member_id, "NoSuchRole")
    message = error_of(lambda: w.management.sts.assume_role(RoleArn=role, RoleSessionName="xy"))["Error"]["Message"]
    caller = w.management.sts.get_caller_identity()["Arn"]
    return message.startswith(f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}")


# IAM User Guide access_policies, "Session policies": a session may do what its role and its session policy both allow.
@assume.value("session_policy_allows_what_it_names", "200")
def _(w: World) -> str:
    return code_of(w.management.session(w.member_id, Policy=_LIST_USERS).iam.list_users)


@assume.value("session_policy_withholds_the_rest", "AccessDenied 403", Differs("200", "ignores session policies"))
def _(w: World) -> str:
    return code_of(w.management.session(w.member_id, Policy=_LIST_USERS).iam.list_account_aliases)


@assume.value("session_policy_denies_over_allow", "AccessDenied 403", Differs("200", "ignores session policies"))
def _(w: World) -> str:
    both = policy(("Allow", ["iam:*"]), ("Deny", ["iam:ListU*"]))
    return code_of(w.management.session(w.member_id, Policy=both).iam.list_users)


@assume.value("session_policy_matches_names_in_any_case", "200")
def _(w: World) -> str:
    return code_of(w.management.session(w.member_id, Policy=policy(("Allow", ["IAM:listusers"]))).iam.list_users)


@assume.value(
    "session_policy_is_named_in_the_denial",
    True,
    Differs("AssertionError: the call was not refused", "ignores session policies"),
)
def _(w: World) -> bool:
    narrowed = w.management.session(w.member_id, Policy=_LIST_USERS)
    message = error_of(narrowed.iam.list_account_aliases)["Error"]["Message"]
    return "because no session policy allows the iam:ListAccountAliases action" in message


@assume.value(
    "session_policy_is_named_in_an_explicit_denial",
    True,
    Differs("AssertionError: the call was not refused", "ignores session policies"),
)
def _(w: World) -> bool:
    both = policy(("Allow", ["*"]), ("Deny", ["iam:ListUsers"]))
    message = error_of(w.management.session(w.member_id, Policy=both).iam.list_users)["Error"]["Message"]
    return "with an explicit deny in a session policy" in message
