"""Checks of what a request is signed with: keys, secrets, tokens, times, and what a caller may do.

The errors are those of IAM's and Organizations' pages CommonErrors, and of the IAM User Guide's pages
reference_sigv-troubleshooting and troubleshoot_access-denied.
"""

from __future__ import annotations

import datetime as dt
import re

from harness import Differs, Group, OneOf, error_of
from world import FORM, Raw, World, exchange

query = Group("credentials.query", "IAM CommonErrors")
json = Group("credentials.json", "Organizations CommonErrors")
denied = Group("credentials.denied", "IAM User Guide troubleshoot_access-denied")

_UNKNOWN = "AKIAZZZZZZZZZZZZZZZZ"
_WRONG = "w" * 40

for _service, _call in (("iam", "list_users"), ("sts", "get_caller_identity")):
    query.code(
        f"{_service}_unknown_key",
        lambda w, s=_service, c=_call: getattr(w.management.but(key_id=_UNKNOWN).client(s), c)(),
        "InvalidClientTokenId 403",
    )
    query.code(
        f"{_service}_wrong_secret",
        lambda w, s=_service, c=_call: getattr(w.management.but(secret=_WRONG).client(s), c)(),
        "SignatureDoesNotMatch 403",
    )
    query.code(
        f"{_service}_session_with_wrong_secret",
        lambda w, s=_service, c=_call: getattr(
            w.member.but(secret=_WRONG, token=w.member.credentials.token).client(s), c
        )(),
        "SignatureDoesNotMatch 403",
    )
    query.code(
        f"{_service}_session_without_token",
        lambda w, s=_service, c=_call: getattr(w.member.but().client(s), c)(),
        "InvalidClientTokenId 403",
    )
    query.code(
        f"{_service}_token_of_another_session",
        lambda w, s=_service, c=_call: getattr(w.member.but(token=w.neighbour.credentials.token).client(s), c)(),
        "InvalidClientTokenId 403",
    )
    query.code(
        f"{_service}_key_with_a_token_it_has_not",
        lambda w, s=_service, c=_call: getattr(w.management.but(token="t" * 300).client(s), c)(),
        "InvalidClientTokenId 403",
    )


@query.value("unsigned", "MissingAuthenticationToken 403", Differs("500 500", "fails where a request is not signed"))
def _(w: World) -> str:
    return _code(
        exchange("POST", f"{w.endpoint}/", {"Content-Type": FORM}, "Action=GetCallerIdentity&Version=2011-06-15")
    )


@query.value("body_changed_after_signing", "SignatureDoesNotMatch 403")
def _(w: World) -> str:
    signed, sent = "Action=ListUsers&Version=2010-05-08", "Action=ListUsers&Version=2010-05-08&MaxItems=7"
    return _code(w.management.send("iam", signed, {"Content-Type": FORM}, sent=sent))


@query.value("signed_in_the_last_minutes", 200)
def _(w: World) -> int:
    return w.management.query("iam", "ListUsers", now=_minutes_ago(5)).status


@query.value("signed_as_a_get_request", 200, Differs(403, "gets the signature of a query string wrong"))
def _(w: World) -> int:
    return w.management.query("sts", "GetCallerIdentity", method="GET").status


# That IAM and Organizations refuse requests signed for a Region other than theirs is not asserted: told of an endpoint,
# clients sign for whichever Region they are configured with, and a server behind one has to serve them all.
@query.value("sts_signed_for_another_region", 200)
def _(w: World) -> int:
    return w.management.query("sts", "GetCallerIdentity", region="eu-west-1").status


# "Signature expired" is told under either code: CommonErrors has RequestExpired, the troubleshooting page the other.
_EXPIRED = OneOf("SignatureDoesNotMatch 403", "RequestExpired 400")


@query.value("signed_twenty_minutes_ago", _EXPIRED, Differs("200 200", "asks nothing of the time of signing"))
def _(w: World) -> str:
    return _code(w.management.query("iam", "ListUsers", now=_minutes_ago(20)))


@query.value("signed_in_twenty_minutes", _EXPIRED, Differs("200 200", "asks nothing of the time of signing"))
def _(w: World) -> str:
    return _code(w.management.query("iam", "ListUsers", now=_minutes_ago(-20)))


# AWS's pages say 403 for an unknown key; services of this protocol are seen to answer 400.
_UNRECOGNIZED = OneOf("UnrecognizedClientException 400", "UnrecognizedClientException 403")

json.code(
    "unknown_key",
    lambda w: w.management.but(key_id=_UNKNOWN).organizations.describe_organization(),
    _UNRECOGNIZED,
    Differs("403 403", "answers as the Query services do, in XML"),
)
json.code(
    "wrong_secret",
    lambda w: w.management.but(secret=_WRONG).organizations.describe_organization(),
    "InvalidSignatureException 400",
    Differs("403 403", "answers as the Query services do, in XML"),
)
json.code(
    "session_without_token",
    lambda w: w.member.but().organizations.describe_organization(),
    _UNRECOGNIZED,
    Differs("403 403", "answers as the Query services do, in XML"),
)


@denied.value("reason_of_a_user_without_policies", True, Differs(False, "names neither resource nor reason"))
def _(w: World) -> bool:
    """The scan role's own caller is an administrator, so a key is made for a user who may do nothing."""
    key = w.member.iam.create_access_key(UserName=w.bystander)["AccessKey"]
    try:
        nobody = w.management.but(key["AccessKeyId"], key["SecretAccessKey"])
        error = error_of(nobody.iam.list_users)
    finally:
        w.member.iam.delete_access_key(UserName=w.bystander, AccessKeyId=key["AccessKeyId"])
    return _tells(
        error, w.users[w.bystander]["Arn"], "because no identity-based policy allows the iam:ListUsers action"
    )


def _tells(error: dict, arn: str, reason: str) -> bool:
    message = error["Error"]["Message"]
    return (
        message.startswith(f"User: {arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::")
        and reason in message
        and error["ResponseMetadata"]["HTTPStatusCode"] == 403
    )


def _minutes_ago(minutes: int) -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=minutes)


def _code(raw: Raw) -> str:
    found = re.search(r"<Code>(\w+)</Code>", raw.body)
    return f"{found.group(1) if found else raw.status} {raw.status}"
