"""Serves an AWS organization by moto, with backdated access keys, and tells the truth about it.

moto's API has no way to say when a key was made or last used. So its server runs in a thread of this process, the
organization is made over the wire like any other, and then the times are set on moto's own objects.

When the server is ready, one line of JSON goes to stdout: `endpoint`, `environment` (what an AWS client needs to have
set), `truth` (`accounts` and `access_keys`, as `keysweep orgsim truth` prints them) and `now`, which ages count from.
It serves until stdin closes. The one thing that moves is the last use of the key in `environment`, as in life.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import sys
from typing import Any

import boto3
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.moto_api._internal import mock_random
from moto.server import ThreadedMotoServer

import credential_report
import shapes

ROLE = "OrganizationAccountAccessRole"
REGION = "us-east-1"
ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


class Wire:
    """Clients of one server, as whoever the credentials are of; moto takes unknown ones for the management account."""

    def __init__(self, endpoint: str, key_id: str = "bootstrap", secret: str = "bootstrap", token: str | None = None):
        self.endpoint = endpoint
        self.key_id = key_id
        self.secret = secret
        self.token = token

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token,
        )

    def assume(self, account_id: str) -> Wire:
        arn = f"arn:aws:iam::{account_id}:role/{ROLE}"
        answer = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="organization")
        given = answer["Credentials"]
        return Wire(self.endpoint, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def main() -> None:
    arguments = _arguments()
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    mock_random.seed(arguments.seed)
    if arguments.report == "real":
        credential_report.patch()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    ready = make(f"http://{host}:{port}", shapes.plan(arguments.seed, arguments.members, arguments.users, now))
    print(json.dumps({**ready, "now": _rfc3339(now)}), flush=True)
    sys.stdin.read()
    server.stop()


def make(endpoint: str, plan: list[shapes.Account]) -> dict[str, Any]:
    """Makes the planned organization behind `endpoint`, which this process serves; answers the ready line but `now`."""
    bootstrap = Wire(endpoint)
    account_ids = _make_accounts(bootstrap, plan)
    access_keys: list[dict[str, Any]] = []
    callers: list[Wire] = []
    for account, account_id in zip(plan, account_ids, strict=True):
        wire = bootstrap if account_id == account_ids[0] else _administrator(bootstrap, account_id)
        for user in account.users:
            made = _make_user(wire, user)
            access_keys += _backdate(account_id, user, [key["AccessKeyId"] for key in made])
            if user.name == shapes.SCANNER:
                callers.append(Wire(endpoint, made[0]["AccessKeyId"], made[0]["SecretAccessKey"]))
    bootstrap.client("iam").put_user_policy(UserName=shapes.SCANNER, PolicyName="all", PolicyDocument=ADMINISTRATOR)
    access_keys.sort(key=lambda key: (key["account_id"], key["user_name"], key["access_key_id"]))
    truth = {
        "accounts": _accounts_truth(bootstrap, dict(zip(account_ids, plan, strict=True))),
        "access_keys": access_keys,
    }
    return {"endpoint": endpoint, "environment": _environment(callers[0]), "truth": truth}


def _make_accounts(bootstrap: Wire, plan: list[shapes.Account]) -> list[str]:
    """Makes the organization, its OUs and member accounts; answers the accounts' ids, in the order of the plan."""
    organizations = bootstrap.client("organizations")
    management_id = organizations.create_organization(FeatureSet="ALL")["Organization"]["MasterAccountId"]
    root_id = organizations.list_roots()["Roots"][0]["Id"]
    parents: dict[tuple[str, ...], str] = {(): root_id}
    for path in shapes.organizational_units():
        made = organizations.create_organizational_unit(ParentId=parents[path[:-1]], Name=path[-1])
        parents[path] = made["OrganizationalUnit"]["Id"]
    account_ids = [management_id]
    for account in plan[1:]:
        made = organizations.create_account(AccountName=account.name, Email=account.email, Tags=_tags(account.tags))
        account_id = made["CreateAccountStatus"]["AccountId"]
        account_ids.append(account_id)
        if account.ou:
            organizations.move_account(
                AccountId=account_id, SourceParentId=root_id, DestinationParentId=parents[account.ou]
            )
    return account_ids


def _administrator(bootstrap: Wire, account_id: str) -> Wire:
    """A session of the role that moto made with the account, which is given its permissions here, as AWS does."""
    wire = bootstrap.assume(account_id)
    wire.client("iam").put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=ADMINISTRATOR)
    return wire


def _make_user(wire: Wire, user: shapes.User) -> list[dict[str, Any]]:
    """Makes the user and its keys; answers the keys as CreateAccessKey told of them, in the order of the plan."""
    iam = wire.client("iam")
    iam.create_user(UserName=user.name, Path=user.path, Tags=_tags(user.tags))
    made = [iam.create_access_key(UserName=user.name)["AccessKey"] for _ in user.keys]
    for key, planned in zip(made, user.keys, strict=True):
        if not planned.active:
            iam.update_access_key(UserName=user.name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    return made


def _backdate(account_id: str, user: shapes.User, key_ids: list[str]) -> list[dict[str, Any]]:
    """Sets the planned times on moto's objects of this user, and answers the truth about its keys."""
    stored = iam_backends[account_id]["aws"].users[user.name]
    stored.create_date = user.created_at
    truth = []
    for key_id, planned in zip(key_ids, user.keys, strict=True):
        key = stored.get_access_key_by_id(key_id)
        key.create_date = planned.created_at
        if planned.last_used_at is not None:
            key.last_used = AccessKeyLastUsed(planned.last_used_at, planned.service, planned.region)
        truth.append(
            {
                "account_id": account_id,
                "user_name": user.name,
                "access_key_id": key_id,
                "status": "Active" if planned.active else "Inactive",
                "created_at": _rfc3339(planned.created_at),
                "last_used_at": None if planned.last_used_at is None else _rfc3339(planned.last_used_at),
            }
        )
    return truth


def _accounts_truth(bootstrap: Wire, planned: dict[str, shapes.Account]) -> list[dict[str, str]]:
    pages = bootstrap.client("organizations").get_paginator("list_accounts").paginate()
    accounts = [account for page in pages for account in page["Accounts"]]
    return [
        {
            "id": account["Id"],
            "name": account["Name"],
            "email": account["Email"],
            "state": account["State"],
            "ou_path": "/".join(("Root", *planned[account["Id"]].ou)),
        }
        for account in sorted(accounts, key=lambda account: account["Id"])
    ]


def _environment(caller: Wire) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": caller.key_id,
        "AWS_SECRET_ACCESS_KEY": caller.secret,
        "AWS_ENDPOINT_URL": caller.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _rfc3339(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=12, help="accounts beside the management account")
    parser.add_argument("--users", type=int, default=15, help="users in each account")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--report",
        choices=("moto", "real"),
        default="moto",
        help="moto: its credential report as it is, dated 2015; real: one of today, as AWS writes it",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
