//! `keysweep schema`: JSON Schemas of the files that users write, made from the types that read them.

use keysweep_policy::{cases, schema};
use keysweep_report::document;
use keysweep_scan::Register;

use crate::{
    cli::SchemaName,
    config,
    exit::{Exit, Failure},
    output::Destination,
};

/// Prints the schema.
pub(super) fn run(name: SchemaName) -> Result<Exit, Failure> {
    let schema = match name {
        SchemaName::Policy => schema::metadata(),
        SchemaName::Test => cases::schema(),
        SchemaName::Exemptions => Register::schema(),
        SchemaName::Config => config::schema(),
    };
    Destination::Stdout.deliver(|out| document::write(&schema, out))?;
    Ok(Exit::Clean)
}
