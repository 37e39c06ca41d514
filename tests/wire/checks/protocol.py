"""Checks of the wire protocols themselves: envelopes, namespaces, error bodies, request ids, unknown actions."""

from __future__ import annotations

import json as jsonlib
import re
from xml.etree import ElementTree

from harness import Differs, Group, OneOf, error_of
from world import FORM, VERSIONS, Raw, World

query = Group("protocol.query", "IAM CommonErrors")
json = Group("protocol.json", "Organizations CommonErrors")

_NAMESPACES = {service: f"https://{service}.amazonaws.com/doc/{version}/" for service, version in VERSIONS.items()}
_CALLS = {"iam": "GetAccountSummary", "sts": "GetCallerIdentity"}

for _service in VERSIONS:

    @query.value(f"{_service}_envelope", ["Response", "Result", "ResponseMetadata", "RequestId"])
    def _(w: World, service: str = _service) -> list[str]:
        namespace, action = "{" + _NAMESPACES[service] + "}", _CALLS[service]
        root = ElementTree.fromstring(w.management.query(service, action).body)
        elements = [root, *root, *root[-1]]
        return [element.tag.replace(namespace, "").removeprefix(action) for element in elements]

    @query.value(f"{_service}_content_type", "text/xml")
    def _(w: World, service: str = _service) -> str:
        return w.management.query(service, _CALLS[service]).headers["content-type"].partition(";")[0]

    @query.value(f"{_service}_unknown_action", "InvalidAction 400", Differs("500 500", "answers with a page of HTML"))
    def _(w: World, service: str = _service) -> str:
        return _xml_code(w.management.query(service, "NoSuchAction"))

    @query.value(f"{_service}_unknown_action_is_named", True, Differs(False, "answers with a page of HTML"))
    def _(w: World, service: str = _service) -> bool:
        body = w.management.query(service, "NoSuchAction").body
        return f"Could not find operation NoSuchAction for version {VERSIONS[service]}" in body


_ERROR = ["ErrorResponse", "Error", "RequestId", "Type", "Code", "Message"]


@query.value("error_body", _ERROR, Differs([*_ERROR, "message"], "writes the message twice"))
def _(w: World) -> list[str]:
    raw = w.member.send("iam", "Action=GetUser&Version=2010-05-08&UserName=nobody", {"Content-Type": FORM})
    root = ElementTree.fromstring(raw.body)
    return [element.tag.rpartition("}")[2] for element in (root, *root, *root[0])]


@query.value("error_type_of_a_senders_fault", "Sender")
def _(w: World) -> str:
    return str(error_of(lambda: w.member.iam.get_user(UserName="nobody"))["Error"]["Type"])


@query.value("request_id_of_an_answer", True)
def _(w: World) -> bool:
    return bool(w.member.iam.list_users()["ResponseMetadata"]["RequestId"])


@query.value("request_id_of_an_error", True)
def _(w: World) -> bool:
    return bool(error_of(lambda: w.member.iam.get_user(UserName="nobody"))["ResponseMetadata"]["RequestId"])


@query.value("request_id_in_the_header", True)
def _(w: World) -> bool:
    raw = w.member.query("iam", "ListUsers")
    return raw.headers.get("x-amzn-requestid", "nowhere") in raw.body


@query.value("request_ids_are_not_repeated", 3)
def _(w: World) -> int:
    return len({w.member.iam.list_users(MaxItems=1)["ResponseMetadata"]["RequestId"] for _ in range(3)})


@query.value("times_are_iso_8601_in_utc", True)
def _(w: World) -> bool:
    dates = re.findall(r"<CreateDate>(.*?)</CreateDate>", w.member.query("iam", "ListUsers").body)
    return bool(dates) and all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", date) for date in dates)


@query.value("booleans_are_lower_case", ["<IsTruncated>false</IsTruncated>"])
def _(w: World) -> list[str]:
    return re.findall("<IsTruncated>.*?</IsTruncated>", w.member.query("iam", "ListUsers").body)


@query.value("markup_in_a_message_is_escaped", "ValidationError 400", Differs("NoSuchEntity 404", "checks no names"))
def _(w: World) -> str:
    raw = w.member.send(
        "iam", "Action=GetUser&Version=2010-05-08&UserName=%3Ca%3E%26%3C%2Fa%3E", {"Content-Type": FORM}
    )
    ElementTree.fromstring(raw.body)
    return _xml_code(raw)


@json.value("content_type", "application/x-amz-json-1.1", Differs("text/html", "says text/html"))
def _(w: World) -> str:
    return w.management.json("ListRoots", "{}").headers["content-type"].partition(";")[0]


@json.value("request_id_of_an_answer", True)
def _(w: World) -> bool:
    return bool(w.management.organizations.list_roots()["ResponseMetadata"]["RequestId"])


@json.value("request_id_of_an_error", True)
def _(w: World) -> bool:
    error = error_of(lambda: w.management.organizations.describe_account(AccountId="000000000001"))
    return bool(error["ResponseMetadata"]["RequestId"])


@json.value("error_body_names_its_type", "AccountNotFoundException")
def _(w: World) -> str:
    body = w.management.json("DescribeAccount", '{"AccountId": "000000000001"}').body
    return jsonlib.loads(body)["__type"].rpartition("#")[2]


# AWS's pages say 404; services of this protocol are seen to answer 400.
_UNKNOWN_OPERATION = OneOf("UnknownOperationException 400", "UnknownOperationException 404")


@json.value("unknown_action", _UNKNOWN_OPERATION, Differs("500 500", "answers with a page of HTML"))
def _(w: World) -> str:
    return _json_code(w.management.json("NoSuchAction", "{}"))


@json.value("body_that_is_no_json", "SerializationException 400", Differs("200 200", "takes it for {}"))
def _(w: World) -> str:
    return _json_code(w.management.json("ListRoots", "{"))


@json.value("times_are_numbers", True)
def _(w: World) -> bool:
    body = w.management.json("DescribeAccount", jsonlib.dumps({"AccountId": w.member_id})).body
    return isinstance(jsonlib.loads(body)["Account"]["JoinedTimestamp"], (int, float))


def _xml_code(raw: Raw) -> str:
    found = re.search(r"<Code>(\w+)</Code>", raw.body)
    return f"{found.group(1) if found else raw.status} {raw.status}"


def _json_code(raw: Raw) -> str:
    try:
        return f"{jsonlib.loads(raw.body)['__type'].rpartition('#')[2]} {raw.status}"
    except (ValueError, KeyError):
        return f"{raw.status} {raw.status}"
