//! Servers that refuse, are not there, do not answer, or want to be reached in another way. A password is in no message.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use keysweep_store::{Access, Place, Recorder, Store, StoreError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{
    FAIL,
    child::{child_at, said_by},
    refusal, said,
};
use crate::{
    history::on_both,
    postgres_server::{PostgresServer, shared},
    world::{Home, keys, night, options},
};

/// The parts of a URL: user, password, the rest behind the `@`.
fn parts(url: &str) -> (&str, &str, &str) {
    let (login, rest) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    (user, password, rest)
}

fn open(url: &str) -> Result<Store, StoreError> {
    Store::open(&Place::parse(url).unwrap(), Access::Write, options("1 on test"))
}

/// What is said when `url` is opened, which does not succeed. No form of the error holds a password.
fn refused(url: &str) -> String {
    let (_, password, _) = parts(url);
    let place = Place::parse(url).unwrap();
    let Err(error) = open(url) else { panic!("`{place}` was opened") };
    let mut all = format!("{error:?} {error:#?} {place:?} {place} {error}");
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        all += &format!("{error} {error:?}");
        cause = error.source();
    }
    assert!(!all.contains(password), "{}", all.replace(password, "PASSWORD"));
    said(&place, &error)
}

#[test]
fn a_refusal_names_the_server_and_says_what_to_do() {
    let url = shared().fresh_database();
    let (user, password, rest) = parts(&url);
    let database = rest.rsplit_once('/').unwrap().1;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let all = [
        format!("postgres://{user}:wr0ng-s3cret@{rest}"),
        format!("postgres://n0body:{password}@{rest}"),
        format!("{}none", url.trim_end_matches(database)),
        format!("postgres://{user}:{password}@{closed}/{database}"),
        format!("{url}?sslmode=require"),
    ];
    let said =
        all.map(|url| refused(&url)).join("\n").replace(user, "USER").replace(&closed.port().to_string(), "PORT");
    insta::assert_snapshot!(said, @r#"
    store `STORE` could not be reached: password authentication failed for user "USER"
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: password authentication failed for user "n0body"
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: database "none" does not exist
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: Connection refused (os error 111)
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: server does not support TLS
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    "#);
}

#[test]
fn a_user_without_the_right_to_make_tables_is_told_who_can() {
    let server = shared();
    let (own, other) = (server.fresh_database(), server.fresh_database());
    let (user, password, _) = parts(&own);
    let (owner, _, rest) = parts(&other);
    let said = refused(&format!("postgres://{user}:{password}@{rest}"));
    insta::assert_snapshot!(said.replace(owner, "OWNER").replace(user, "USER"), @"
    store `STORE` refuses this user: permission denied for database OWNER
    hint: let the owner of the database run `CREATE SCHEMA keysweep AUTHORIZATION` with the name of this user, or grant this user the rights on that schema; where the server is a standby, name the primary server
    ");
    // Neither when there is a store already: it is that of another user.
    open(&other).unwrap().close().unwrap();
    let said = refused(&format!("postgres://{user}:{password}@{rest}"));
    insta::assert_snapshot!(said.replace(owner, "OWNER").replace(user, "USER"), @"
    store `STORE` refuses this user: permission denied for schema keysweep
    hint: let the owner of the database run `CREATE SCHEMA keysweep AUTHORIZATION` with the name of this user, or grant this user the rights on that schema; where the server is a standby, name the primary server
    ");
}

fn connected(url: &str, work: impl AsyncFnOnce(&mut PgConnection)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { work(&mut PgConnection::connect(url).await.unwrap()).await });
}

/// A standby refuses in the same way.
#[test]
fn a_database_that_may_only_be_read_is_read() {
    let url = shared().fresh_database();
    let home = Home::at(&url);
    home.record(&super::usual(1));
    let before = home.history();
    let (owner, ..) = parts(&url);
    connected(shared().url(), async |connection| {
        let alter = format!("ALTER DATABASE {owner} SET default_transaction_read_only = on");
        sqlx::raw_sql(AssertSqlSafe(alter)).execute(connection).await.unwrap();
    });
    assert_eq!(home.history(), before);
    assert_eq!(home.problems(), [""; 0]);
    insta::assert_snapshot!(refusal(&home.place, home.try_record(&super::changed(2))), @"
    store `STORE` refuses this user: cannot execute UPDATE in a read-only transaction
    hint: let the owner of the database run `CREATE SCHEMA keysweep AUTHORIZATION` with the name of this user, or grant this user the rights on that schema; where the server is a standby, name the primary server
    ");
    assert_eq!(home.history(), before);
}

#[test]
fn a_table_that_another_program_has_locked_is_not_waited_for_without_end() {
    let url = shared().fresh_database();
    let home = Home::at(&url);
    home.record(&super::usual(1));
    connected(&url, async |connection| {
        let lock = "BEGIN; LOCK TABLE keysweep.runs IN EXCLUSIVE MODE";
        sqlx::raw_sql(lock).execute(&mut *connection).await.unwrap();
        let mut impatient = options("2 on test");
        impatient.timeout = std::time::Duration::ZERO;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let night = super::changed(2);
                let store = Store::open(&home.place, Access::Write, impatient).unwrap();
                let begun = Recorder::begin(store, night.new_run(), tempfile::tempfile().unwrap());
                insta::assert_snapshot!(refusal(&home.place, begun), @"
                store `STORE` is locked by another program, such as a database shell
                hint: end that program, or wait longer with --store-timeout
                ");
            });
        });
    });
    assert_eq!(home.record(&super::changed(3)).number, 2);
}

#[test]
fn a_server_with_tls_is_reached_and_must_prove_who_it_is() {
    let server = PostgresServer::spawn_with_tls();
    let url = server.fresh_database();
    let base = url.split_once('?').map_or(url.as_str(), |(base, _)| base);
    let ca = server.ca().display();
    for good in [format!("?sslmode=verify-full&sslrootcert={ca}"), "?sslmode=require".to_owned()] {
        let home = Home::at(&format!("{base}{good}"));
        home.record(&night(1).with(1, keys(&[("A", FAIL)])));
        assert!(home.history().contains("new"));
        home.empty();
    }
    let bad = ["?sslmode=verify-full", "?sslmode=verify-ca", "?sslmode=disable"];
    let mut bad = bad.map(|mode| refused(&format!("{base}{mode}"))).to_vec();
    let elsewhere = format!("{base}?sslmode=verify-full&sslrootcert=none.pem");
    bad.push(refused(&elsewhere));
    let (user, ..) = parts(base);
    insta::assert_snapshot!(bad.join("\n").replace(user, "USER"), @"
    store `STORE` could not be reached: invalid peer certificate: UnknownIssuer
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: invalid peer certificate: UnknownIssuer
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: no pg_hba.conf entry for this host, no encryption
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: a file of `sslrootcert`, `sslcert` or `sslkey` could not be read: No such file or directory (os error 2)
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    ");
}

/// In processes of their own, as the variables are those of a process.
#[test]
fn the_password_may_be_in_a_variable_or_a_file() {
    let url = shared().fresh_database();
    Home::at(&url).record(&super::usual(1));
    let (user, password, rest) = parts(&url);
    let (host, database) = rest.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap();
    let place = format!("postgres://{user}@{rest}");
    let child = || {
        let mut child = child_at("read", &place, std::env::current_exe().unwrap());
        child.env_remove("PGPASSWORD").env_remove("PGPASSFILE").env("HOME", "/nonexistent");
        child
    };
    assert_eq!(said_by(child().env("PGPASSWORD", password)), "done");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords");
    fs::write(&file, format!("# comment\n{host}:{port}:{database}:{user}:{password}\n")).unwrap();
    let with_mode = |mode| {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        said_by(child().env("PGPASSFILE", &file))
    };
    assert_eq!(with_mode(0o600), "done");
    let others = [with_mode(0o644), said_by(&mut child())];
    assert!(!others.concat().contains(password));
    insta::assert_snapshot!(others.join("\n").replace(user, "USER"), @r#"
    store `STORE` could not be reached: password authentication failed for user "USER"
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    store `STORE` could not be reached: password authentication failed for user "USER"
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    "#);
}

on_both! {
    fn messages_may_be_long_and_hold_any_character(home: &Home) {
        let night = night(1).with(1, keys(&[("A", FAIL)]));
        let long = format!("nul \0, tab \t, backslash \\N, {}", "é".repeat(512 * 1024));
        let mut recorder = home.begin(&night).unwrap();
        let (facts, mut findings) = night.scanned_one(1);
        findings[0].message.clone_from(&long);
        let scanned = keysweep_store::ScannedFacts { account: &facts.account, facts: &facts, by_report: &[].into() };
        recorder.scanned(scanned, &mut findings).unwrap();
        recorder.finish(&night.result()).unwrap().0.close().unwrap();
        let id = findings[0].id.to_string();
        let kept = home.open().finding(&id).unwrap().finding.message;
        assert!(kept.len() > 1024 * 1024);
        assert!(kept == long);
        assert_eq!(home.problems(), [""; 0]);
    }
}
