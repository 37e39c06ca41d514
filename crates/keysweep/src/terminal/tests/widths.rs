//! The same result in a narrow and in a wide terminal.

use super::{PLAIN, View, world};

#[test]
fn something_of_everything_in_a_narrow_terminal() {
    insta::assert_snapshot!(world::rich().page(&View { width: 60, ..PLAIN }), @"
    EXEMPT     7 violations exempted
      access-key-max-age  6 in 2 accounts  service accounts
                                           rotate yearly
      access-key-unused   1 in 1 account   the vendor uses it
                                           once a year
                                           (exemption EX-17)

    REGISTER   1 exemption of the register to look at
      EX-3  owner billing  it expired on 2026-10-31; it matched
                           nothing

    UNKNOWN    8 judgements in 2 accounts not made, as facts
               could not be read: not a pass
      8 unknown  access keys could not be read:
                 iam:ListAccessKeys was denied (AccessDenied):
                 User:
                 arn:aws:sts::<account>:assumed-role/Audit/keysweep
                 is not authorized to perform:
                 iam:ListAccessKeys on resource: user <user>
          asked by access-key-max-age (4), access-key-unused (4)
          000000000012  archive  svc-1  -
          ... and 3 more: --all shows each

    ERROR      1 judgement in 1 account not made, as the policy
               failed: not a pass
      1 error  policies/contractor-keys.rhai:14:9: property
               `age` is unknown: did you mean `age_days`?
          asked by contractor-keys
          333344445555  sandbox-ana  temp-rk
              AKIA0000000000000002

    API CALLS  1,047: organizations 0 (0 throttled), sts 6 (0
               throttled), iam 1,041 (12 throttled in 1 account,
               1.5 s waited)

    VIOLATIONS 19 in 5 accounts; --all shows each
      SEVERITY  POLICY                    VIOLATIONS  ACCOUNTS
      high      access-key-unused                  3         3
      medium    access-key-max-age                14         5
      medium    root-access-key                    1         1
      low       single-active-access-key           1         1

    ACCOUNTS   with the most violations
      222233334444  data-platform  5 violations (1 high, 3
                                   medium, 1 low)
      111122223333  payments-prod  4 violations (1 high, 3
                                   medium)
      333344445555  sandbox-ana    4 violations (1 high, 3
                                   medium)
      444455556666  erp            4 violations (4 medium)
      000000000012  archive        2 violations (2 medium)

    COVERAGE   5 of 9 accounts scanned, 3 failed, 1 skipped
      2 failed  assume role: the role
                `arn:aws:iam::<account>:role/OrganizationAccountAccessRole`
                could not be assumed (AccessDenied): it does not
                exist, or does not trust the caller
          555566667777  acquired-startup
          666677778888  labs
      1 failed  read users: iam:ListUsers was throttled 10 times
                in a row
          777788889999  dr
      1 skipped  state: the account is SUSPENDED
          888899990000  closed-2024
      1 noted  the users were read one by one: the credential
               report was not ready after 120 seconds
          333344445555  sandbox-ana

    PARTIAL    5 accounts, 12 users, 9 access keys: 19
               violations (3 high, 15 medium, 1 low), 8 unknown,
               1 in error, 7 exempt, 2,900 passed; took 4.2 s
    ");
}

#[test]
fn something_of_everything_in_a_wide_terminal_with_all() {
    insta::assert_snapshot!(world::rich().page(&View { width: 200, all: true, ..PLAIN }), @"
    HIGH       access-key-unused: 3 violations in 3 accounts
               Access keys that are not used for 45 days are removed
      111122223333  payments-prod  old-vendor  AKIA0000000000000000  never used in the 400 days since it was made, limit 45
      222233334444  data-platform  old-vendor  AKIA0000000000000001  never used in the 399 days since it was made, limit 45
      333344445555  sandbox-ana    old-vendor  AKIA0000000000000002  never used in the 398 days since it was made, limit 45

    MEDIUM     access-key-max-age: 14 violations in 5 accounts
               Access keys are rotated every 90 days or less
      111122223333  payments-prod  ci-deployer             AKIA0000000000000000  active for 1204 days, limit 90
      222233334444  data-platform  terraform               AKIA0000000000000001  active for 1121 days, limit 90
      333344445555  sandbox-ana    backup-agent-eu-west-1  AKIA0000000000000002  active for 1038 days, limit 90
      444455556666  erp            ana.garcia@example.com  AKIA0000000000000003  active for 955 days, limit 90
      000000000012  archive        ci-deployer             AKIA0000000000000004  active for 872 days, limit 90
      111122223333  payments-prod  terraform               AKIA0000000000000005  active for 789 days, limit 90
      222233334444  data-platform  backup-agent-eu-west-1  AKIA0000000000000006  active for 706 days, limit 90
      333344445555  sandbox-ana    ana.garcia@example.com  AKIA0000000000000007  active for 623 days, limit 90
      444455556666  erp            ci-deployer             AKIA0000000000000008  active for 540 days, limit 90
      000000000012  archive        terraform               AKIA0000000000000009  active for 457 days, limit 90
      111122223333  payments-prod  backup-agent-eu-west-1  AKIA0000000000000010  active for 374 days, limit 90
      222233334444  data-platform  ana.garcia@example.com  AKIA0000000000000011  active for 291 days, limit 90
      333344445555  sandbox-ana    ci-deployer             AKIA0000000000000012  active for 208 days, limit 90
      444455556666  erp            terraform               AKIA0000000000000013  active for 125 days, limit 90

    MEDIUM     root-access-key: 1 violation in 1 account
      444455556666  erp  (root user)  -  the root user has an access key

    LOW        single-active-access-key: 1 violation in 1 account
               A user has one active access key at most
      222233334444  data-platform  release-bot  AKIA0000000000000001  a newer active key of the same user exists

    EXEMPT     7 violations exempted
      access-key-max-age: 6 in 2 accounts
        111122223333  payments-prod  service-0  AKIA0000000000000000  service accounts rotate yearly
        111122223333  payments-prod  service-2  AKIA0000000000000000  service accounts rotate yearly
        111122223333  payments-prod  service-4  AKIA0000000000000000  service accounts rotate yearly
        222233334444  data-platform  service-1  AKIA0000000000000001  service accounts rotate yearly
        222233334444  data-platform  service-3  AKIA0000000000000001  service accounts rotate yearly
        222233334444  data-platform  service-5  AKIA0000000000000001  service accounts rotate yearly
      access-key-unused: 1 in 1 account
        000000000012  archive  old-vendor  AKIA0000000000000004  the vendor uses it once a year (exemption EX-17)

    REGISTER   1 exemption of the register to look at
      EX-3  owner billing  it expired on 2026-10-31; it matched nothing

    UNKNOWN    8 judgements in 2 accounts not made, as facts could not be read: not a pass
      8 unknown  access keys could not be read: iam:ListAccessKeys was denied (AccessDenied): User: arn:aws:sts::<account>:assumed-role/Audit/keysweep is not authorized to perform: iam:ListAccessKeys on
                 resource: user <user>
          asked by access-key-max-age (4), access-key-unused (4)
          000000000012  archive  svc-1  -
          000000000012  archive  svc-3  -
          444455556666  erp      svc-0  -
          444455556666  erp      svc-2  -

    ERROR      1 judgement in 1 account not made, as the policy failed: not a pass
      1 error  policies/contractor-keys.rhai:14:9: property `age` is unknown: did you mean `age_days`?
          asked by contractor-keys
          333344445555  sandbox-ana  temp-rk  AKIA0000000000000002

    API CALLS  1,047: organizations 0 (0 throttled), sts 6 (0 throttled), iam 1,041 (12 throttled in 1 account, 1.5 s waited)
               iam:ListAccessKeys 1,033, iam:GetCredentialReport 8, sts:AssumeRole 6

    VIOLATIONS 19 in 5 accounts
      SEVERITY  POLICY                    VIOLATIONS  ACCOUNTS
      high      access-key-unused                  3         3
      medium    access-key-max-age                14         5
      medium    root-access-key                    1         1
      low       single-active-access-key           1         1

    ACCOUNTS   with the most violations
      222233334444  data-platform  5 violations (1 high, 3 medium, 1 low)
      111122223333  payments-prod  4 violations (1 high, 3 medium)
      333344445555  sandbox-ana    4 violations (1 high, 3 medium)
      444455556666  erp            4 violations (4 medium)
      000000000012  archive        2 violations (2 medium)

    COVERAGE   5 of 9 accounts scanned, 3 failed, 1 skipped
      2 failed  assume role: the role `arn:aws:iam::<account>:role/OrganizationAccountAccessRole` could not be assumed (AccessDenied): it does not exist, or does not trust the caller
          555566667777  acquired-startup
          666677778888  labs
      1 failed  read users: iam:ListUsers was throttled 10 times in a row
          777788889999  dr
      1 skipped  state: the account is SUSPENDED
          888899990000  closed-2024
      1 noted  the users were read one by one: the credential report was not ready after 120 seconds
          333344445555  sandbox-ana

    PARTIAL    5 accounts, 12 users, 9 access keys: 19 violations (3 high, 15 medium, 1 low), 8 unknown, 1 in error, 7 exempt, 2,900 passed; took 4.2 s
    ");
}
