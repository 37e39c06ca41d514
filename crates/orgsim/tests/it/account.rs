//! Facts about an account as a whole: its summary, alias and password policy.

use crate::client::{CREDENTIALS, Client, sim, sim_with};

#[test]
fn the_summary_has_the_quotas_and_an_account_may_have_an_alias() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let summary = member.iam(&sim, "GetAccountSummary", &[]);
    let pairs = summary.leaves("key").into_iter().zip(summary.leaves("value"));
    let pairs: Vec<String> = pairs.filter(|(_, value)| value != "0").map(|(k, v)| format!("{k}={v}")).collect();
    insta::assert_snapshot!(pairs.join(" "), @"AccessKeysPerUserQuota=2 AccountMFAEnabled=1 AccountPasswordPresent=1 AttachedPoliciesPerGroupQuota=10 AttachedPoliciesPerRoleQuota=10 AttachedPoliciesPerUserQuota=10 Groups=2 GroupsPerUserQuota=10 GroupsQuota=300 MFADevices=2 MFADevicesInUse=2 PoliciesQuota=1500 Roles=5 RolesQuota=1000 Users=3 UsersQuota=5000");
    assert_eq!(member.iam(&sim, "ListAccountAliases", &[]).leaf("member"), "example-shop");
}

#[test]
fn the_summary_counts_what_the_account_and_its_root_user_have() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let summary = |account| {
        let answer = Client::in_account(&sim, account).iam(&sim, "GetAccountSummary", &[]);
        let pairs = answer.leaves("key").into_iter().zip(answer.leaves("value"));
        let own = ["Account", "MFADevices", "Policies", "Groups"];
        let pairs = pairs.filter(|(key, _)| own.iter().any(|own| key.starts_with(own)) && !key.ends_with("Quota"));
        pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(summary("222222222222"), @"AccountAccessKeysPresent=1 AccountMFAEnabled=1 AccountPasswordPresent=1 AccountSigningCertificatesPresent=1 Groups=2 MFADevices=6 MFADevicesInUse=5 Policies=2");
    insta::assert_snapshot!(summary("333333333333"), @"AccountAccessKeysPresent=0 AccountMFAEnabled=0 AccountPasswordPresent=0 AccountSigningCertificatesPresent=0 Groups=0 MFADevices=0 MFADevicesInUse=0 Policies=0");
}

#[test]
fn password_policies_and_resets_are_returned() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let [rules, none] = ["222222222222", "333333333333"].map(|account| Client::in_account(&sim, account));
    insta::assert_snapshot!(rules.iam(&sim, "GetAccountPasswordPolicy", &[]).result(), @"
    <PasswordPolicy>
    <MinimumPasswordLength>14</MinimumPasswordLength>
    <RequireSymbols>false</RequireSymbols>
    <RequireNumbers>true</RequireNumbers>
    <RequireUppercaseCharacters>false</RequireUppercaseCharacters>
    <RequireLowercaseCharacters>false</RequireLowercaseCharacters>
    <AllowUsersToChangePassword>true</AllowUsersToChangePassword>
    <ExpirePasswords>true</ExpirePasswords>
    <MaxPasswordAge>90</MaxPasswordAge>
    <PasswordReusePrevention>24</PasswordReusePrevention>
    <HardExpiry>false</HardExpiry></PasswordPolicy>
    ");
    insta::assert_snapshot!(none.iam(&sim, "GetAccountPasswordPolicy", &[]).error(), @"404 NoSuchEntity: The Password Policy with domain name 333333333333 cannot be found.");
    assert_eq!(rules.iam(&sim, "GetLoginProfile", &[("UserName", "alice")]).leaf("PasswordResetRequired"), "true");
}
