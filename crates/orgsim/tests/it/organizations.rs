//! The organization as AWS Organizations tells it.

use std::collections::BTreeSet;

use orgsim::{AccountFields, Sim};
use serde_json::Value;

use crate::client::{Client, WORLD, sim, sim_with};

fn ask(sim: &Sim, action: &str, body: &str) -> Value {
    let answer = Client::caller(sim).organizations(sim, action, body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn told(sim: &Sim, action: &str, body: &str) -> String {
    Client::caller(sim).organizations(sim, action, body).error()
}

#[test]
fn the_tree_can_be_walked_down_and_up() {
    let (sim, _) = sim();
    let root = ask(&sim, "ListRoots", "{}")["Roots"][0]["Id"].as_str().unwrap().to_owned();
    let units = ask(&sim, "ListOrganizationalUnitsForParent", &format!(r#"{{"ParentId":"{root}"}}"#));
    let names: Vec<&str> =
        units["OrganizationalUnits"].as_array().unwrap().iter().map(|unit| unit["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Security", "Workloads"]);
    let workloads = units["OrganizationalUnits"][1]["Id"].as_str().unwrap();
    let below = ask(&sim, "ListOrganizationalUnitsForParent", &format!(r#"{{"ParentId":"{workloads}"}}"#));
    let prod = below["OrganizationalUnits"][0]["Id"].as_str().unwrap();
    let accounts = ask(&sim, "ListAccountsForParent", &format!(r#"{{"ParentId":"{prod}"}}"#));
    assert_eq!(accounts["Accounts"][0]["Name"], "shop");
    let parent_of =
        |child: &str| ask(&sim, "ListParents", &format!(r#"{{"ChildId":"{child}"}}"#))["Parents"][0].clone();
    assert_eq!(parent_of("222222222222")["Id"], prod);
    assert_eq!(parent_of(prod)["Id"], workloads);
    assert_eq!(parent_of(workloads)["Type"], "ROOT");
    let unit = ask(&sim, "DescribeOrganizationalUnit", &format!(r#"{{"OrganizationalUnitId":"{prod}"}}"#));
    insta::assert_json_snapshot!(unit, @r#"
    {
      "OrganizationalUnit": {
        "Id": "ou-ex01-9b2t9bmx",
        "Arn": "arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ex01-9b2t9bmx",
        "Name": "Prod",
        "Path": "o-exampleorg1/r-ex01/ou-ex01-v8qxoc3v/ou-ex01-9b2t9bmx/"
      }
    }
    "#);
}

#[test]
fn the_fields_of_an_account_follow_the_options() {
    let body = r#"{"AccountId":"222222222222"}"#;
    let with = |fields| sim_with(WORLD, |options| options.account_fields = fields).0;
    insta::assert_json_snapshot!(ask(&with(AccountFields::All), "DescribeAccount", body), @r#"
    {
      "Account": {
        "Id": "222222222222",
        "Arn": "arn:aws:organizations::111111111111:account/o-exampleorg1/222222222222",
        "Email": "aws+222222222222@example.com",
        "Name": "shop",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": 1735689600.0,
        "State": "ACTIVE",
        "Paths": [
          "o-exampleorg1/r-ex01/ou-ex01-v8qxoc3v/ou-ex01-9b2t9bmx/222222222222/"
        ],
        "Status": "ACTIVE"
      }
    }
    "#);
    let keys = |fields| {
        let account = ask(&with(fields), "DescribeAccount", body)["Account"].clone();
        let has = |key: &&str| account.get(*key).is_some();
        ["State", "Status", "Paths"].into_iter().filter(has).collect::<Vec<_>>()
    };
    assert_eq!(keys(AccountFields::WithoutStatus), ["State", "Paths"]);
    assert_eq!(keys(AccountFields::StatusOnly), ["Status"]);
}

#[test]
fn a_state_that_is_newer_than_the_status_field_has_no_status() {
    let (sim, _) = sim();
    let coming = ask(&sim, "DescribeAccount", r#"{"AccountId":"666666666666"}"#);
    assert_eq!(coming["Account"]["State"], "PENDING_ACTIVATION");
    assert_eq!(coming["Account"].get("Status"), None);
}

/// All accounts by id, and how many pages were empty though more followed.
fn walk(sim: &Sim, size: usize) -> (Vec<String>, usize) {
    let (mut ids, mut empty, mut token) = (Vec::new(), 0, None::<String>);
    loop {
        let token_field = token.map(|token| format!(r#","NextToken":"{token}""#)).unwrap_or_default();
        let page = ask(sim, "ListAccounts", &format!(r#"{{"MaxResults":{size}{token_field}}}"#));
        let accounts = page["Accounts"].as_array().unwrap();
        assert!(accounts.len() <= size);
        ids.extend(accounts.iter().map(|account| account["Id"].as_str().unwrap().to_owned()));
        match page["NextToken"].as_str() {
            Some(next) => {
                empty += usize::from(accounts.is_empty());
                token = Some(next.to_owned());
            }
            None => return (ids, empty),
        }
    }
}

#[test]
fn every_account_comes_once_and_some_pages_are_empty() {
    let (sim, _) = sim();
    for size in 1..=20 {
        let (ids, empty) = walk(&sim, size);
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (6, 6), "pages of {size}");
        assert!(size > 2 || empty > 0, "pages of {size}");
    }
    let (sim, _) = sim_with(WORLD, |options| options.empty_pages = false);
    assert_eq!(walk(&sim, 1).1, 0);
}

#[test]
fn bad_parameters_have_their_reason() {
    let (sim, _) = sim();
    let told = [
        told(&sim, "ListAccounts", r#"{"MaxResults":21}"#),
        told(&sim, "ListAccounts", r#"{"MaxResults":0}"#),
        told(&sim, "ListAccounts", r#"{"NextToken":"made-up"}"#),
        told(&sim, "ListRoots", "{"),
        told(&sim, "DescribeAccount", "{}"),
        told(&sim, "DescribeAccount", r#"{"AccountId":"12"}"#),
        told(&sim, "DescribeAccount", r#"{"AccountId":"999999999999"}"#),
        told(&sim, "ListParents", r#"{"ChildId":"999999999999"}"#),
        told(&sim, "ListParents", r#"{"ChildId":"r-ex01"}"#),
        told(&sim, "ListAccountsForParent", r#"{"ParentId":"ou-ex01-12345678"}"#),
        told(&sim, "ListOrganizationalUnitsForParent", r#"{"ParentId":"nonsense"}"#),
        told(&sim, "DescribeOrganizationalUnit", r#"{"OrganizationalUnitId":"ou-ex01-12345678"}"#),
        told(&sim, "ListTagsForResource", r#"{"ResourceId":"999999999999"}"#),
        told(&sim, "ListTagsForResource", r#"{"ResourceId":"p-12345678"}"#),
        told(&sim, "MoveAccount", "{}"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    400 InvalidInputException (MAX_VALUE_EXCEEDED): You specified an invalid value for MaxResults.
    400 InvalidInputException (MIN_VALUE_EXCEEDED): You specified an invalid value for MaxResults.
    400 InvalidInputException (INVALID_NEXT_TOKEN): You specified an invalid value for NextToken.
    400 SerializationException: The request body is not a JSON object.
    400 InvalidInputException (INPUT_REQUIRED): The request is missing the required parameter AccountId.
    400 InvalidInputException (INVALID_PATTERN): You specified an invalid value for AccountId.
    400 AccountNotFoundException: You specified an account that doesn't exist.
    400 ChildNotFoundException: You specified a child that doesn't exist.
    400 InvalidInputException (INVALID_PATTERN): You specified an invalid value for ChildId.
    400 ParentNotFoundException: You specified a parent that doesn't exist.
    400 InvalidInputException (INVALID_PATTERN): You specified an invalid value for ParentId.
    400 OrganizationalUnitNotFoundException: You specified an organizational unit that doesn't exist.
    400 TargetNotFoundException: You specified a target that doesn't exist.
    400 TargetNotFoundException: You specified a target that doesn't exist.
    400 UnknownOperationException:
    ");
}

#[test]
fn tags_are_listed_for_accounts_and_the_root() {
    let (sim, _) = sim();
    let tags = |id: &str| ask(&sim, "ListTagsForResource", &format!(r#"{{"ResourceId":"{id}"}}"#))["Tags"].to_string();
    assert_eq!(tags("222222222222"), r#"[{"Key":"environment","Value":"prod"},{"Key":"team","Value":"payments"}]"#);
    assert_eq!(tags("r-ex01"), "[]");
}

#[test]
fn only_the_management_account_and_delegated_administrators_may_ask() {
    let (sim, _) = sim();
    let member = Client::caller(&sim).assume(&sim, "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole");
    let delegate = Client::of_key(&sim, "AKIAAUDIT00000000001");
    let reader = Client::of_key(&sim, "AKIAREADER0000000001");
    let told = [
        member.organizations(&sim, "ListAccounts", "{}").error(),
        member.organizations(&sim, "DescribeOrganization", "{}").error(),
        delegate.organizations(&sim, "ListAccounts", "{}").error(),
        reader.organizations(&sim, "ListAccounts", "{}").error(),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    400 AccessDeniedException: You don't have permissions to access this resource.
    200
    200
    400 AccessDeniedException: User: arn:aws:iam::111111111111:user/reader is not authorized to perform: organizations:ListAccounts on resource: * because no identity-based policy allows the organizations:ListAccounts action
    ");
}

#[test]
fn the_organization_names_its_management_account() {
    let (sim, _) = sim();
    insta::assert_json_snapshot!(ask(&sim, "DescribeOrganization", "{}"), @r#"
    {
      "Organization": {
        "Id": "o-exampleorg1",
        "Arn": "arn:aws:organizations::111111111111:organization/o-exampleorg1",
        "FeatureSet": "ALL",
        "MasterAccountArn": "arn:aws:organizations::111111111111:account/o-exampleorg1/111111111111",
        "MasterAccountId": "111111111111",
        "MasterAccountEmail": "aws+111111111111@example.com",
        "AvailablePolicyTypes": []
      }
    }
    "#);
}
