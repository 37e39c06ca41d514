"""Checks of IAM on credentials beside access keys, password policies, and what makes an administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness import UNREADABLE, Differs, Group, code_of
from world import World, iam_pages, moment

service = Group("iam.list_service_specific_credentials", "IAM API_ListServiceSpecificCredentials")
certificates = Group("iam.list_signing_certificates", "IAM API_ListSigningCertificates")
ssh = Group("iam.list_ssh_public_keys", "IAM API_ListSSHPublicKeys")
devices = Group("iam.list_mfa_devices", "IAM API_ListMFADevices")
virtual = Group("iam.list_virtual_mfa_devices", "IAM API_ListVirtualMFADevices")
rules = Group("iam.get_account_password_policy", "IAM API_GetAccountPasswordPolicy")
permissions = Group("iam.get_account_authorization_details", "IAM API_GetAccountAuthorizationDetails")

_NO_ACTION = Differs(UNREADABLE, "does not have the action")
_NO_PAGES = Differs("200", "takes any MaxItems")
_STATUSES = {"Active", "Inactive", "Expired"}


@service.nothing("of_all_users_are_those_of_each", _NO_ACTION)
def _(w: World) -> set[str]:
    call = w.member.iam.list_service_specific_credentials
    each = [_service_id(one) for name in w.users for one in call(UserName=name)["ServiceSpecificCredentials"]]
    return {_service_id(one) for one in _all_service(w)} ^ set(each)


@service.nothing("are_what_is_expected", _NO_ACTION)
def _(w: World) -> set[Any]:
    found = {
        (one["UserName"], one["ServiceName"].partition(".")[0], one["Status"], one["CreateDate"], _end(one))
        for one in _all_service(w)
    }
    return found ^ {
        (user["user_name"], one["service"], one["status"], moment(one["created_at"]), _expected_end(one))
        for user in w.expected_users()
        for one in user["service_credentials"]
    }


@service.nothing("members", _NO_ACTION)
def _(w: World) -> list[Any]:
    needed = {"UserName", "Status", "CreateDate", "ServiceSpecificCredentialId", "ServiceName"}
    return [one for one in _all_service(w) if not one.keys() >= needed or one["Status"] not in _STATUSES]


@service.nothing("api_keys_have_an_alias_and_others_a_user_name", _NO_ACTION)
def _(w: World) -> list[str]:
    other = {True: "ServiceUserName", False: "ServiceCredentialAlias"}
    is_api_key = {"bedrock.amazonaws.com", "logs.amazonaws.com"}
    return [_service_id(one) for one in _all_service(w) if other[one["ServiceName"] in is_api_key] in one]


@service.nothing("ids", _NO_ACTION)
def _(w: World) -> list[str]:
    return [one for one in map(_service_id, _all_service(w)) if not re.fullmatch(r"ACCA[A-Z0-9]{16,}", one)]


@service.nothing("of_a_service", _NO_ACTION)
def _(w: World) -> set[str]:
    call = w.member.iam.list_service_specific_credentials
    name = _all_service(w)[0]["ServiceName"]
    found = call(AllUsers=True, ServiceName=name)["ServiceSpecificCredentials"]
    return {_service_id(one) for one in _all_service(w) if one["ServiceName"] == name} ^ set(map(_service_id, found))


for _size in (1, 2, 1000):

    @service.value(f"finds_every_credential_once_by_pages_of_{_size}", True, _NO_ACTION)
    def _(w: World, size: int = _size) -> bool:
        pages = list(iam_pages(w.member.iam.list_service_specific_credentials, AllUsers=True, MaxItems=size))
        found = [one for page in pages for one in page["ServiceSpecificCredentials"]]
        full = all(len(page["ServiceSpecificCredentials"]) == size for page in pages[:-1])
        return full and sorted(map(_service_id, found)) == sorted(map(_service_id, _all_service(w)))


service.code(
    "of_all_users_and_of_one",
    lambda w: w.member.iam.list_service_specific_credentials(AllUsers=True, UserName=next(iter(w.users))),
    "ValidationError 400",
    _NO_ACTION,
)
service.code(
    "of_a_service_that_has_none",
    lambda w: w.member.iam.list_service_specific_credentials(AllUsers=True, ServiceName="s3.amazonaws.com"),
    "NotSupportedService 404",
    _NO_ACTION,
)
service.code(
    "of_a_missing_user",
    lambda w: w.member.iam.list_service_specific_credentials(UserName="nobody"),
    "NoSuchEntity 404",
    _NO_ACTION,
)


def _for_each_list_of_a_user() -> None:
    """Signing certificates and SSH public keys are listed alike."""
    for group, field, id_field, pattern, expected in (
        (certificates, "Certificates", "CertificateId", r"\w{24,128}", "signing_certificates"),
        (ssh, "SSHPublicKeys", "SSHPublicKeyId", r"APKA\w{16,}", "ssh_keys"),
    ):
        _lists_of_a_user(group, field, id_field, pattern, expected)


def _lists_of_a_user(group: Group, field: str, id_field: str, pattern: str, expected: str) -> None:
    action = group.action.partition(".")[2]

    def call(w: World, **arguments: Any) -> Any:
        return getattr(w.member.iam, action)(**arguments)

    def found(w: World) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in w.users:
            yield from ((name, one) for one in call(w, UserName=name)[field])

    @group.nothing("are_what_is_expected")
    def _(w: World) -> set[Any]:
        listed = {(name, one[id_field], one["Status"], one["UploadDate"]) for name, one in found(w)}
        return listed ^ {
            (user["user_name"], one["id"], one["status"], moment(one["uploaded_at"]))
            for user in w.expected_users()
            for one in user[expected]
        }

    @group.nothing("members")
    def _(w: World) -> list[Any]:
        return [one for name, one in found(w) if one["UserName"] != name or not re.fullmatch(pattern, one[id_field])]

    @group.nothing("finds_each_once_by_pages_of_1", Differs("KeyError: 'IsTruncated'", "leaves IsTruncated out"))
    def _(w: World) -> list[str]:
        wrong = []
        for name in w.users:
            pages = iam_pages(lambda **arguments: call(w, **arguments), UserName=name, MaxItems=1)
            if [one for page in pages for one in page[field]] != call(w, UserName=name)[field]:
                wrong.append(name)
        return wrong

    group.code("of_a_missing_user", lambda w: call(w, UserName="nobody"), "NoSuchEntity 404")
    group.code(
        "max_items_0",
        lambda w: call(w, UserName=next(iter(w.users)), MaxItems=0),
        "ValidationError 400",
        _NO_PAGES,
    )


_for_each_list_of_a_user()


@certificates.nothing("bodies_look_like_certificates")
def _(w: World) -> list[str]:
    listed = [one for n in w.users for one in w.member.iam.list_signing_certificates(UserName=n)["Certificates"]]
    body = r"-----BEGIN CERTIFICATE-----\n[\w+/=\n]+\n-----END CERTIFICATE-----"
    return [one["CertificateId"] for one in listed if not re.fullmatch(body, one["CertificateBody"])]


@devices.nothing("are_what_is_expected")
def _(w: World) -> set[Any]:
    found = {
        (one["UserName"], one["SerialNumber"])
        for name in w.users
        for one in w.member.iam.list_mfa_devices(UserName=name)["MFADevices"]
    }
    return found ^ {
        (user["user_name"], one["serial_number"])
        for user in w.expected_users()
        for one in user["mfa_devices"]
    }


@virtual.nothing("are_those_of_the_users_and_of_root")
def _(w: World) -> set[str]:
    by_user = {
        one["SerialNumber"]
        for name in w.users
        for one in w.member.iam.list_mfa_devices(UserName=name)["MFADevices"]
        if ":mfa/" in one["SerialNumber"]
    }
    listed = {one["SerialNumber"] for one in _virtual(w.member, AssignmentStatus="Assigned")}
    return {one for one in listed ^ by_user if not one.endswith(":mfa/root-account-mfa-device")}


@virtual.nothing("name_their_users")
def _(w: World) -> list[str]:
    assigned = _virtual(w.member, AssignmentStatus="Assigned")
    known = {user["Arn"] for user in w.users.values()} | {f"arn:aws:iam::{w.member_id}:root"}
    return [one["SerialNumber"] for one in assigned if one["User"]["Arn"] not in known or "EnableDate" not in one]


@virtual.value("of_root_by_its_arn", True)
def _(w: World) -> bool:
    """Wherever root's MFA device is an app, and nowhere else, it is listed with root's ARN."""
    for account in w.members:
        found = _virtual(w.management.session(account), AssignmentStatus="Assigned")
        listed = any(one["User"]["Arn"] == f"arn:aws:iam::{account}:root" for one in found)
        if listed != (w.accounts[account]["root"]["mfa"] == "virtual"):
            return False
    return True


@virtual.nothing("are_assigned_or_not")
def _(w: World) -> set[str]:
    listed = [
        {one["SerialNumber"] for one in _virtual(w.member, **status)}
        for status in ({}, {"AssignmentStatus": "Assigned"}, {"AssignmentStatus": "Unassigned"})
    ]
    return (listed[0] ^ (listed[1] | listed[2])) | (listed[1] & listed[2])


@virtual.value("pages_of_1", True)
def _(w: World) -> bool:
    pages = list(iam_pages(w.member.iam.list_virtual_mfa_devices, MaxItems=1))
    found = [one["SerialNumber"] for page in pages for one in page["VirtualMFADevices"]]
    return found == [one["SerialNumber"] for one in _virtual(w.member)]


virtual.code(
    "status_that_is_none",
    lambda w: w.member.iam.list_virtual_mfa_devices(AssignmentStatus="assigned"),
    "ValidationError 400",
    Differs("200", "takes any AssignmentStatus"),
)


@rules.value("of_each_account_are_what_is_expected", True)
def _(w: World) -> bool:
    return all(_rules(w, account) == _expected_rules(w, account) for account in w.members)


@rules.value("are_none_in_some_accounts", True)
def _(w: World) -> bool:
    codes = {code_of(w.management.session(account).iam.get_account_password_policy) for account in w.members}
    return codes == {"200", "NoSuchEntity 404"}


@permissions.nothing("have_the_groups_of_every_user")
def _(w: World) -> set[str]:
    groups = {one["GroupName"] for one in _details(w, "Group", "GroupDetailList")}
    return {name for detail in w.details.values() for name in detail["GroupList"]} - groups


@permissions.nothing("have_the_documents_of_the_accounts_own_policies")
def _(w: World) -> list[str]:
    versions = {one["Arn"]: one["PolicyVersionList"] for one in _details(w, "LocalManagedPolicy", "Policies")}
    holders = [*w.details.values(), *_details(w, "Group", "GroupDetailList")]
    attached = {one["PolicyArn"] for holder in holders for one in holder["AttachedManagedPolicies"]}
    own = {arn for arn in attached if ":iam::aws:" not in arn}
    return [arn for arn in own if not any(one["IsDefaultVersion"] and one["Document"] for one in versions.get(arn, []))]


@permissions.nothing("tell_who_is_an_administrator")
def _(w: World) -> set[str]:
    """Whoever has a statement that allows everything on everything without a condition."""
    groups = {one["GroupName"]: one for one in _details(w, "Group", "GroupDetailList")}
    own = {one["Arn"]: one["PolicyVersionList"] for one in _details(w, "LocalManagedPolicy", "Policies")}
    found = set()
    for name, user in w.details.items():
        holders = [user, *(groups[group] for group in user["GroupList"])]
        arns = [one["PolicyArn"] for holder in holders for one in holder["AttachedManagedPolicies"]]
        documents = [one["Document"] for arn in arns for one in own.get(arn, []) if one["IsDefaultVersion"]]
        embedded = [*user.get("UserPolicyList", []), *(p for h in holders[1:] for p in h.get("GroupPolicyList", []))]
        documents += [one["PolicyDocument"] for one in embedded]
        if "arn:aws:iam::aws:policy/AdministratorAccess" in arns or any(map(_allows_everything, documents)):
            found.add(name)
    return found ^ {user["user_name"] for user in w.expected_users() if user["is_administrator"]}


def _allows_everything(document: dict[str, Any]) -> bool:
    statements = document["Statement"]
    return any(
        (one["Effect"], one.get("Resource"), one.get("Condition")) == ("Allow", "*", None)
        and one.get("Action") in ("*", ["*"])
        for one in (statements if isinstance(statements, list) else [statements])
    )


def _details(w: World, kind: str, result: str) -> list[dict[str, Any]]:
    return w.collect(w.member.iam, "get_account_authorization_details", result, Filter=[kind])


def _all_service(w: World) -> list[dict[str, Any]]:
    return w.member.iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]


def _service_id(one: dict[str, Any]) -> str:
    return one["ServiceSpecificCredentialId"]


def _end(one: dict[str, Any]) -> Any:
    return one.get("ExpirationDate")


def _expected_end(one: dict[str, Any]) -> Any:
    return moment(one["expires_at"]) if one.get("expires_at") else None


def _virtual(caller: Any, **arguments: Any) -> list[dict[str, Any]]:
    return caller.iam.list_virtual_mfa_devices(**arguments)["VirtualMFADevices"]


_NAMES = {
    "MinimumPasswordLength": "minimum_length",
    "RequireSymbols": "require_symbols",
    "RequireNumbers": "require_numbers",
    "RequireUppercaseCharacters": "require_uppercase",
    "RequireLowercaseCharacters": "require_lowercase",
    "AllowUsersToChangePassword": "users_may_change",
    "MaxPasswordAge": "max_age_days",
    "PasswordReusePrevention": "reuse_prevention",
    "HardExpiry": "hard_expiry",
}


def _rules(w: World, account: str) -> dict[str, Any] | None:
    iam = w.management.session(account).iam
    try:
        policy = iam.get_account_password_policy()["PasswordPolicy"]
    except iam.exceptions.NoSuchEntityException:
        return None
    expires = policy.pop("ExpirePasswords")
    assert expires == ("MaxPasswordAge" in policy)
    return {_NAMES[name]: value for name, value in policy.items()}


def _expected_rules(w: World, account: str) -> dict[str, Any] | None:
    expected = w.accounts[account]["password_policy"]
    return expected and {name: value for name, value in expected.items() if value is not None}
