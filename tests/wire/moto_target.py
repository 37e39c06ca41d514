"""Serves the organization of `tests/moto` for a conformance run, furnished so that every action has something to say.

The keys come from `organization.py`; here one member account gets passwords, MFA devices, groups and policies over the
wire, and then moto's authorization is switched on, without which it would take any signature from anyone.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3

from world import World, policy

# The password policy of the checked account, as `keysweep orgsim truth` tells of one.
_RULES = {
    "minimum_length": 12,
    "require_symbols": False,
    "require_numbers": True,
    "require_uppercase": False,
    "require_lowercase": True,
    "users_may_change": False,
    "max_age_days": 90,
    "reuse_prevention": 5,
    "hard_expiry": False,
}
_SCRIPT = pathlib.Path(__file__).parent.parent / "moto" / "organization.py"


@contextmanager
def serve(seed: int) -> Iterator[dict[str, Any]]:
    """The ready line of a moto server, which ends with the context."""
    command = [sys.executable, str(_SCRIPT), "--seed", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        ready = json.loads(server.stdout.readline())
        ready["truth"]["roles"] = []
        world = World(ready["endpoint"], ready["environment"], ready["truth"])
        _furnish(world)
        ready["truth"]["roles"].append(_guarded_role(world))
        ready["truth"]["users"] = _expected_users(world)
        for account in ready["truth"]["accounts"]:
            account["root"] = {"mfa": "none"}
            account["password_policy"] = _RULES if account["id"] == world.member_id else None
        _switch_authorization_on(ready["endpoint"])
        yield ready
        server.stdin.close()


def _furnish(world: World) -> None:
    """Gives users of the checked account what keys alone do not; one user without keys is left with nothing."""
    iam = world.member.iam
    keyed = [name for name, keys in world.keys_by_user().items() if keys]
    iam.create_account_alias(AccountAlias="example-of-an-alias")
    iam.create_group(GroupName="engineering", Path="/teams/")
    arn = iam.create_policy(PolicyName="read-logs", PolicyDocument=policy(("Allow", ["logs:Get*"])))["Policy"]["Arn"]
    iam.tag_user(
        UserName=keyed[0], Tags=[{"Key": "owner", "Value": "ops"}, {"Key": "service-account", "Value": "true"}]
    )
    iam.update_account_password_policy(
        MinimumPasswordLength=12,
        RequireNumbers=True,
        RequireLowercaseCharacters=True,
        MaxPasswordAge=90,
        PasswordReusePrevention=5,
    )
    for name in keyed[:3]:
        iam.add_user_to_group(GroupName="engineering", UserName=name)
        iam.create_login_profile(UserName=name, Password="Correct-Horse-7-Battery")
    for name in keyed[2:5]:
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(("Allow", ["s3:List*"])))
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )


def _expected_users(world: World) -> list[dict[str, Any]]:
    """The users of the checked account, as far as they are known beside their access keys."""
    nothing = {"service_credentials": [], "signing_certificates": [], "ssh_keys": [], "is_administrator": False}
    keyed = [name for name, keys in world.keys_by_user().items() if keys]
    serial = f"arn:aws:iam::{world.member_id}:mfa/"
    devices = {name: [{"serial_number": serial + name}] for name in keyed[2:5]}
    named = {name: {"account_id": world.member_id, "user_name": name} for name in world.users}
    return [{**nothing, **named[name], "mfa_devices": devices.get(name, [])} for name in named]


def _guarded_role(world: World) -> dict[str, str]:
    """A role that wants an external id, as `keysweep orgsim truth` tells of one."""
    condition = {"StringEquals": {"sts:ExternalId": "audit-7"}}
    principal = {"AWS": f"arn:aws:iam::{world.management_id}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = world.member.iam.create_role(RoleName="audit", Path="/audit/", AssumeRolePolicyDocument=trust)["Role"]
    return {"account_id": world.member_id, "role_name": "audit", "arn": role["Arn"], "external_id": "audit-7"}


def _switch_authorization_on(endpoint: str) -> None:
    answer = urllib3.PoolManager().request("POST", f"{endpoint}/moto-api/reset-auth", body=b"0")
    assert answer.status == 200, "moto did not switch its authorization on"
