//! A store in numbers.

use std::collections::BTreeMap;

use keysweep_model::{FindingState, StoreInfo};

use crate::{Store, StoreError, db::Db, query, schema};

impl Store {
    /// The store in numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn info(&mut self) -> Result<StoreInfo, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(info(db))
    }
}

async fn info(db: &mut Db) -> Result<StoreInfo, StoreError> {
    let sql = "SELECT id, created_at, organization_id FROM store";
    let row = db.first(sql, &[], |row| Ok((row.text(0)?, row.time(1)?, row.optional_text(2)?))).await?;
    let place = db.place().to_string();
    let (id, created_at, organization_id) =
        row.ok_or_else(|| StoreError::Damaged { place: place.clone(), why: "it has no id".to_owned() })?;
    let runs = db.rows("SELECT status, count(*) FROM runs GROUP BY status", &[], |row| {
        Ok((row.word(0)?, row.int(1)?.cast_unsigned()))
    });
    let runs = runs.await?.into_iter().collect();
    let sql = "SELECT CASE WHEN closed_run IS NOT NULL THEN 'resolved' WHEN status = 'exempt' THEN 'exempt' ELSE 'open' END, \
               count(*) FROM findings GROUP BY 1";
    let findings = db.rows(sql, &[], |row| Ok((row.word::<FindingState>(0)?, row.int(1)?.cast_unsigned()))).await?;
    let count = async |db: &mut Db, sql: &str| db.number(sql, &[]).await.map(i64::cast_unsigned);
    let newest = db.number("SELECT max(number) FROM runs", &[]).await?;
    Ok(StoreInfo {
        place,
        engine: db.engine().await?,
        id,
        created_at,
        schema: schema::version(db).await?,
        bytes: db.bytes().await?,
        organization_id,
        runs,
        findings: findings.into_iter().collect::<BTreeMap<_, _>>(),
        changes: count(db, "SELECT count(*) FROM changes").await?,
        accounts: count(db, "SELECT count(*) FROM accounts WHERE left_run IS NULL").await?,
        credentials: count(db, "SELECT count(*) FROM credentials WHERE gone_run IS NULL").await?,
        last_run: query::run::by_number(db, newest).await?,
    })
}
