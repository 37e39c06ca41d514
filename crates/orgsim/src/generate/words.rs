//! The words that generated worlds are made of.

pub(super) const FIRST_NAMES: [&str; 48] = [
    "alice", "amara", "anna", "arjun", "bea", "ben", "bruno", "carla", "chen", "chloe", "dana", "daniel", "david",
    "elif", "emma", "erik", "fatima", "felix", "grace", "hana", "hugo", "ines", "ivan", "jana", "jonas", "julia",
    "kai", "kofi", "lara", "leo", "lina", "luca", "maria", "mateo", "maya", "mina", "nadia", "noah", "olga", "omar",
    "paul", "priya", "rosa", "sam", "sofia", "tariq", "tom", "yuki",
];

pub(super) const LAST_NAMES: [&str; 48] = [
    "adams", "alvarez", "andersen", "bauer", "becker", "berg", "bianchi", "brown", "castro", "cohen", "costa", "diaz",
    "dubois", "evans", "fischer", "garcia", "gupta", "haas", "hansen", "ito", "jansen", "kaya", "kim", "klein",
    "kowalski", "kumar", "larsen", "lee", "lopez", "martin", "mensah", "meyer", "moreau", "nguyen", "novak", "okafor",
    "patel", "petrov", "reyes", "rossi", "sato", "schmidt", "silva", "singh", "smith", "tanaka", "weber", "wright",
];

#[rustfmt::skip]
pub(super) const APPLICATIONS: [&str; 32] = [
    "billing", "catalog", "checkout", "crm", "dashboard", "data-lake", "email", "etl", "exports", "fraud", "gateway",
    "grafana", "imports", "inventory", "invoices", "jenkins", "ledger", "loyalty", "metrics", "notifications",
    "orders", "payments", "pricing", "recommendations", "reports", "search", "shipping", "sso", "subscriptions",
    "terraform", "vault", "warehouse",
];

pub(super) const PURPOSES: [&str; 10] =
    ["backup", "ci", "deploy", "legacy", "mail", "monitor", "reader", "sync", "uploader", "worker"];

#[rustfmt::skip]
pub(super) const TEAMS: [&str; 12] = [
    "platform", "payments", "data", "growth", "search", "mobile", "logistics", "security", "finance", "support",
    "marketing", "research",
];

pub(super) const VENDORS: [&str; 5] = ["northwind", "initech", "umbra-consulting", "bluefin", "quarterdeck"];

#[rustfmt::skip]
pub(super) const KEY_NOTES: [&str; 8] = [
    "laptop", "github actions", "local testing", "terraform", "old build server", "migration", "do not delete",
    "partner upload",
];

#[rustfmt::skip]
pub(super) const PRODUCTS: [&str; 20] = [
    "analytics", "billing", "catalog", "checkout", "content", "customer", "data", "fraud", "identity", "inventory",
    "ledger", "loyalty", "media", "mobile", "orders", "partner", "payments", "pricing", "search", "shipping",
];

pub(super) const REGIONS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"];

/// Services that an access key is used with, and how often; the last four have no Region of their own.
#[rustfmt::skip]
pub(super) const SERVICES: [(&str, u32); 12] = [
    ("s3", 300), ("ec2", 140), ("dynamodb", 90), ("sqs", 70), ("ecr", 60), ("logs", 50), ("ses", 40),
    ("secretsmanager", 40), ("sts", 120), ("iam", 60), ("cloudfront", 20), ("route53", 10),
];

/// How many services of [`SERVICES`] have a Region.
pub(super) const REGIONAL_SERVICES: usize = 8;
