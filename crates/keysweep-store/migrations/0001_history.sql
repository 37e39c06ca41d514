-- The same script runs on SQLite and on PostgreSQL. Times are milliseconds since 1970 in UTC; words are those of
-- keysweep-model. A run is ordered by its number: clocks may step back.

-- One row.
CREATE TABLE store (
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    organization_id TEXT
);

CREATE TABLE runs (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    as_of BIGINT NOT NULL,
    organization_id TEXT,
    management_account TEXT,
    aws_partition TEXT NOT NULL,
    process TEXT NOT NULL,
    -- JSON: what the run was narrowed to.
    selection TEXT NOT NULL,
    -- JSON: counts, and the gaps that are about no account; written when the run is complete.
    result TEXT
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    ou_path TEXT,
    -- The newest complete run that has read it, and when that run ended.
    read_run BIGINT,
    read_at BIGINT,
    -- The run that did not find it in the organization any more.
    left_run BIGINT
);

-- The accounts of a run, written as they are done.
CREATE TABLE run_accounts (
    account TEXT NOT NULL,
    run BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    name TEXT,
    step TEXT,
    reason TEXT,
    PRIMARY KEY (account, run)
);
CREATE INDEX run_accounts_run ON run_accounts (run);

-- A policy with the script and the parameters that it judges by; another row where one of them changes.
CREATE TABLE policies (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    script TEXT NOT NULL,
    -- JSON.
    params TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    remedy TEXT NOT NULL
);

CREATE TABLE run_policies (
    run BIGINT NOT NULL,
    policy BIGINT NOT NULL,
    PRIMARY KEY (run, policy)
);

CREATE TABLE findings (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    policy BIGINT NOT NULL,
    account TEXT NOT NULL,
    user_name TEXT,
    resource_type TEXT NOT NULL,
    resource_id TEXT,
    resource_arn TEXT NOT NULL,
    -- The value of the owner tag: empty where there is none, null where it was not read.
    owner TEXT,
    -- As it was judged last.
    status TEXT NOT NULL,
    severity TEXT NOT NULL,
    exempted_by TEXT,
    exempted_until BIGINT,
    first_severity TEXT NOT NULL,
    first_run BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    opened_run BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    -- The last run that reported it, where it is closed or not judged; else that follows from its account and policy.
    seen_run BIGINT,
    seen_at BIGINT,
    not_judged TEXT,
    closed_run BIGINT,
    closed_at BIGINT,
    closed_reason TEXT
);
CREATE INDEX findings_account ON findings (account, closed_run);
CREATE INDEX findings_id ON findings (id);

CREATE TABLE changes (
    finding BIGINT NOT NULL,
    run BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status_before TEXT,
    severity_before TEXT,
    exempted_before TEXT,
    status TEXT,
    severity TEXT,
    exempted_by TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (finding, run)
);
CREATE INDEX changes_run ON changes (run);

-- What was said last of the findings of an account: JSON, the message by the id of the finding. Messages hold ages, so that
-- they change with every run; a row for each finding would be written anew each time.
CREATE TABLE messages (
    account TEXT NOT NULL PRIMARY KEY,
    messages TEXT NOT NULL
);

CREATE TABLE credentials (
    number BIGINT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    user_name TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id TEXT,
    status TEXT,
    created_at BIGINT,
    -- `never`, `used`, or null where it is not known.
    used TEXT,
    used_at BIGINT,
    used_service TEXT,
    used_region TEXT,
    -- `live` or `report`: where it was read last.
    origin TEXT NOT NULL,
    first_run BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    gone_run BIGINT,
    gone_at BIGINT
);
CREATE INDEX credentials_account ON credentials (account, gone_run);

-- The open violations after the newest run of a month, and those that were resolved in the month, with how many had been open
-- for how many days: `days:number` in a list.
CREATE TABLE trend (
    month TEXT NOT NULL,
    ou_path TEXT NOT NULL,
    severity TEXT NOT NULL,
    open BIGINT NOT NULL,
    open_seconds BIGINT NOT NULL,
    open_days TEXT NOT NULL,
    resolved BIGINT NOT NULL,
    resolved_seconds BIGINT NOT NULL,
    resolved_days TEXT NOT NULL,
    PRIMARY KEY (month, ou_path, severity)
);
