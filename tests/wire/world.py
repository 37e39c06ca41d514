"""The served organization as the checks see it: callers, what is expected, and what was read once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import botocore.auth
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials

ROLE = "OrganizationAccountAccessRole"
REGION = "us-east-1"
FORM = "application/x-www-form-urlencoded"
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}

# One attempt, so that an error is seen as it is; no validation here, so that the server's own is what is tested.
_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


@dataclasses.dataclass(frozen=True)
class Raw:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: str


class Caller:
    """Somebody's credentials, and clients that sign with them."""

    def __init__(self, endpoint: str, key_id: str, secret: str, token: str | None = None):
        self.endpoint = endpoint
        self.credentials = Credentials(key_id, secret, token)
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> BaseClient:
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                config=_CONFIG,
                aws_access_key_id=self.credentials.access_key,
                aws_secret_access_key=self.credentials.secret_key,
                aws_session_token=self.credentials.token,
            )
        return self._clients[service]

    @property
    def iam(self) -> Any:
        return self.client("iam")

    @property
    def sts(self) -> Any:
        return self.client("sts")

    @property
    def organizations(self) -> Any:
        return self.client("organizations")

    def assume(self, account_id: str, **more: Any) -> dict[str, Any]:
        """AssumeRole's answer for the organization's role in that account."""
        arguments = {"RoleArn": role_arn(account_id), "RoleSessionName": "conformance", **more}
        return self.sts.assume_role(**arguments)

    def session(self, account_id: str, **more: Any) -> Caller:
        """A caller with a session of the organization's role in that account."""
        given = self.assume(account_id, **more)["Credentials"]
        return Caller(self.endpoint, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def but(self, key_id: str | None = None, secret: str | None = None, token: str | None = None) -> Caller:
        """A caller whose credentials are these but for what is given; a token is only kept when given."""
        mine = self.credentials
        return Caller(self.endpoint, key_id or mine.access_key, secret or mine.secret_key, token)

    def query(
        self,
        service: str,
        action: str,
        *,
        now: dt.datetime | None = None,
        method: str = "POST",
        region: str = REGION,
    ) -> Raw:
        """Sends a Query request that is signed by hand, so that any action name goes out."""
        form = f"Action={action}&Version={VERSIONS[service]}"
        if method == "GET":
            return self.send(service, "", {}, query=form, now=now, method=method, region=region)
        return self.send(service, form, {"Content-Type": FORM}, now=now, region=region)

    def json(self, action: str, body: str) -> Raw:
        """Sends a request to Organizations that is signed by hand."""
        target = f"AWSOrganizationsV20161128.{action}"
        return self.send("organizations", body, {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target})

    def send(
        self,
        service: str,
        body: str,
        headers: dict[str, str],
        *,
        query: str = "",
        now: dt.datetime | None = None,
        method: str = "POST",
        sent: str | None = None,
        region: str = REGION,
    ) -> Raw:
        """Signs `body` as of `now` for `region` and sends it, or sends `sent` under that signature."""
        url = f"{self.endpoint}/" + (f"?{query}" if query else "")
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        moment = (now or dt.datetime.now(dt.timezone.utc)).replace(tzinfo=None)
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda: moment):
            botocore.auth.SigV4Auth(self.credentials, service, region).add_auth(request)
        return exchange(method, url, dict(request.headers.items()), body if sent is None else sent)


def exchange(method: str, url: str, headers: dict[str, str], body: str) -> Raw:
    """One HTTP request as it is, without retries."""
    answer = urllib3.PoolManager().request(method, url, headers=headers, body=body.encode() or None, retries=False)
    lowered = {name.lower(): value for name, value in answer.headers.items()}
    return Raw(answer.status, lowered, answer.data.decode())


def role_arn(account_id: str, name: str = ROLE) -> str:
    return f"arn:aws:iam::{account_id}:role/{name}"


class World:
    """What is served behind an endpoint, and what it is expected to be (as `keysweep orgsim truth` prints it)."""

    def __init__(self, endpoint: str, environment: dict[str, str], expect: dict[str, Any]):
        self.endpoint = endpoint
        key_id, secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        self.management = Caller(endpoint, key_id, secret, environment.get("AWS_SESSION_TOKEN"))
        self.accounts: dict[str, dict[str, Any]] = {account["id"]: account for account in expect["accounts"]}
        self.access_keys: list[dict[str, Any]] = expect["access_keys"]
        self.roles: list[dict[str, Any]] = expect["roles"]
        self._users: list[dict[str, Any]] = expect.get("users", [])

    @functools.cached_property
    def organization(self) -> dict[str, Any]:
        return self.management.organizations.describe_organization()["Organization"]

    @property
    def management_id(self) -> str:
        return self.organization["MasterAccountId"]

    @functools.cached_property
    def members(self) -> list[str]:
        """Ids of the active member accounts."""
        return [i for i, a in self.accounts.items() if a["state"] == "ACTIVE" and i != self.management_id]

    @functools.cached_property
    def member_id(self) -> str:
        """The member account that IAM's checks look at: the first that has all that they look for."""
        return next(account_id for account_id in self.members if self._suits(account_id))

    @functools.cached_property
    def member(self) -> Caller:
        """A session in the member account."""
        return self.management.session(self.member_id)

    @functools.cached_property
    def neighbour_id(self) -> str:
        """Another member account."""
        return next(account_id for account_id in self.members if account_id != self.member_id)

    @functools.cached_property
    def neighbour(self) -> Caller:
        """A session in the other member account."""
        return self.management.session(self.neighbour_id)

    @functools.cached_property
    def users(self) -> dict[str, dict[str, Any]]:
        """The member's users by name, as ListUsers tells of them."""
        return {user["UserName"]: user for user in self.collect(self.member.iam, "list_users", "Users")}

    @functools.cached_property
    def details(self) -> dict[str, dict[str, Any]]:
        """The member's users by name, as GetAccountAuthorizationDetails tells of them."""
        return self._details(self.member)

    def keys_of(self, account_id: str) -> list[dict[str, Any]]:
        return [key for key in self.access_keys if key["account_id"] == account_id]

    def expected_users(self) -> list[dict[str, Any]]:
        """What is expected of each of the member's users."""
        return [user for user in self._users if user["account_id"] == self.member_id]

    def keys_by_user(self) -> dict[str, list[dict[str, Any]]]:
        """The member's expected keys of each of its users; users without any included."""
        keys: dict[str, list[dict[str, Any]]] = {name: [] for name in self.users}
        for key in self.keys_of(self.member_id):
            keys[key["user_name"]].append(key)
        return keys

    def guarded_role(self) -> dict[str, Any]:
        """A role of the member that only takes callers with its external id."""
        return next(role for role in self.roles if role["account_id"] == self.member_id and role["external_id"])

    def user_with(self, keys: int) -> str:
        """A user of the member with that many keys."""
        return next(name for name, held in self.keys_by_user().items() if len(held) == keys)

    @functools.cached_property
    def bystander(self) -> str:
        """A user of the member with no key and no permission: the one that the writing checks write to."""
        return self._idle_users(self.member_id)[0]

    def key(self, used: bool) -> dict[str, Any]:
        """An expected key of the member that was, or was never, used."""
        return next(key for key in self.keys_of(self.member_id) if (key["last_used_at"] is not None) == used)

    def who(self, action: str, result: str, **more: Any) -> tuple[str, str]:
        """The first user of the member whom `action` answers something for, and the first whom it answers nothing."""
        having: dict[bool, str] = {}
        for name in self.users:
            having.setdefault(bool(getattr(self.member.iam, action)(UserName=name, **more)[result]), name)
        return having[True], having[False]

    def _suits(self, account_id: str) -> bool:
        """Whether there are keys that were and were not used, a user with two, and one whom checks may write to."""
        holders = [key["user_name"] for key in self.keys_of(account_id)]
        uses = {key["last_used_at"] is None for key in self.keys_of(account_id)}
        return len(uses) == 2 and len(set(holders)) < len(holders) and bool(self._idle_users(account_id))

    def _idle_users(self, account_id: str) -> list[str]:
        """Users without keys and without anything that grants them something."""
        keyed = {key["user_name"] for key in self.keys_of(account_id)}
        details = self._details(self.management.session(account_id))
        return [name for name, detail in details.items() if name not in keyed and not permissions(detail)]

    def _details(self, caller: Caller) -> dict[str, dict[str, Any]]:
        found = self.collect(caller.iam, "get_account_authorization_details", "UserDetailList", Filter=["User"])
        return {user["UserName"]: user for user in found}

    @staticmethod
    def collect(client: Any, action: str, result: str, **arguments: Any) -> list[Any]:
        """Everything that botocore's paginator finds."""
        pages = client.get_paginator(action).paginate(**arguments)
        return [item for page in pages for item in page[result]]


def permissions(detail: dict[str, Any]) -> list[Any]:
    """What a UserDetail has that grants anything."""
    return detail["AttachedManagedPolicies"] + detail.get("UserPolicyList", []) + detail["GroupList"]


def iam_pages(call: Any, **arguments: Any) -> Iterator[dict[str, Any]]:
    """The pages of an IAM action, followed by hand from Marker to Marker."""
    page = call(**arguments)
    yield page
    while page["IsTruncated"]:
        page = call(**arguments, Marker=page["Marker"])
        yield page


def organizations_pages(call: Any, **arguments: Any) -> Iterator[dict[str, Any]]:
    """The pages of an Organizations action, followed by hand from NextToken to NextToken."""
    page = call(**arguments)
    yield page
    while page.get("NextToken"):
        page = call(**arguments, NextToken=page["NextToken"])
        yield page


def moment(text: str) -> dt.datetime:
    """An RFC 3339 time of the expectation file."""
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def policy(*statements: tuple[str, list[str]]) -> str:
    """A policy document of (effect, actions) statements on every resource."""
    written = [{"Effect": effect, "Action": actions, "Resource": "*"} for effect, actions in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": written})


def clean_environment() -> None:
    """Keeps settings of whoever runs the script from reaching boto3."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
