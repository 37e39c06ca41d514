"""The assertions themselves, a module for each family of actions; importing a module registers its checks."""

from checks import (  # noqa: F401
    credential_report,
    credentials,
    iam_account,
    iam_credentials,
    iam_keys,
    iam_users,
    iam_writes,
    organizations,
    organizations_tree,
    protocol,
    sts,
)
