//! Worlds as YAML: short to write by hand, complete when printed.

use std::io;

use super::{World, WorldError};

impl World {
    /// Reads a world, fills in what it leaves out and checks it.
    ///
    /// # Errors
    /// [`WorldError::Yaml`] for text that is not a world, with its place; the other variants for a world that contradicts
    /// itself.
    pub fn from_yaml(text: &str) -> Result<World, WorldError> {
        // The reader's limits are against hostile files; a world is one's own, and a large one is past all of them.
        let options = serde_yaml::options! { budget: None, with_snippet: false };
        let mut world: World = serde_yaml::from_str_with_options(text, options).map_err(Box::new)?;
        world.complete();
        world.validate()?;
        Ok(world)
    }

    /// The world as YAML that [`World::from_yaml`] reads back to the same world.
    ///
    /// # Errors
    /// [`WorldError::Write`] if the YAML writer refuses a value.
    pub fn to_yaml(&self) -> Result<String, WorldError> {
        serde_yaml::to_string(self).map_err(|error| WorldError::Write(Box::new(error)))
    }

    /// As [`World::to_yaml`], without holding the text in memory: a large world's YAML is hundreds of megabytes.
    ///
    /// # Errors
    /// [`WorldError::Write`] if `out` cannot be written to.
    pub fn write_yaml(&self, out: &mut impl io::Write) -> Result<(), WorldError> {
        serde_yaml::to_io_writer(out, self).map_err(|error| WorldError::Write(Box::new(error)))
    }
}
