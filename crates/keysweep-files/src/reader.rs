//! The one reader of files that users write or pass. It trusts none of them.
//!
//! What stands in a repository may come from a stranger's pull request: a link to a file of secrets, a device without an
//! end, a pipe without a writer. So a file is read only if it is a regular one, no further than its kind allows, and
//! one that belongs to a folder only if it is in there after every link is followed. Of a file that lies elsewhere than
//! its name says, no line is ever shown.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use keysweep_model::escaped;

use crate::diagnostic::InvalidFile;

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `keysweep.yaml`.
    Config,
    /// The accounts to scan.
    Accounts,
    /// The register of exemptions.
    Exemptions,
    /// A policy, or a library that policies import.
    Policy,
    /// The cases of a policy.
    Cases,
    /// An inventory, which is read line by line and may be of any size.
    Inventory,
    /// An organization for the simulator.
    World,
}

impl FileKind {
    /// What it is called, and how many bytes it may have: generous for the largest organizations, and no strain on memory.
    const fn row(self) -> (&'static str, u64) {
        const MIB: u64 = 1 << 20;
        match self {
            Self::Config => ("configuration file", 4 * MIB),
            Self::Accounts => ("accounts file", 4 * MIB),
            Self::Exemptions => ("register of exemptions", 8 * MIB),
            // The compiler allows less, and says so with the policy's own error.
            Self::Policy => ("policy", MIB),
            Self::Cases => ("file of cases", 8 * MIB),
            Self::Inventory => ("inventory", u64::MAX),
            Self::World => ("world", 256 * MIB),
        }
    }
}

/// How a file was found, which says where it may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// The user named it on the command line or in the environment. It may be a link to any place.
    Named,
    /// A file of this folder names it. It may lie in any place.
    NamedIn(&'a Path),
    /// By its name in this folder, where it has to be.
    In(&'a Path),
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It could not be opened or read.
    #[error("could not read `{}`: {source}", shown(.path))]
    Read {
        /// The file as it was named.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is a device, a pipe, a socket or a folder.
    #[error("could not read `{}`: it is not a regular file", shown(.path))]
    NotRegular {
        /// The file as it was named.
        path: PathBuf,
    },
    /// It is larger than files of its kind may be.
    #[error("could not read `{}`: it has more than {most} bytes, the most that a {kind} may have", shown(.path))]
    TooLarge {
        /// The file as it was named.
        path: PathBuf,
        /// What it was read as.
        kind: &'static str,
        /// The most bytes that it may have.
        most: u64,
    },
    /// A link leads out of the folder that it has to be in.
    #[error("`{}` leads out of its folder: put the {kind} itself there", shown(.path))]
    Outside {
        /// The link.
        path: PathBuf,
        /// What it was read as.
        kind: &'static str,
    },
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFile {
    /// All of it.
    pub text: String,
    /// Whether it lies where its name says. If not, it may be anything, and nothing of it is to be shown.
    pub is_own: bool,
}

impl UserFile {
    /// What is wrong with this file, without anything of its text where that is not to be shown.
    #[must_use]
    pub fn error(&self, error: InvalidFile) -> InvalidFile {
        if self.is_own { error } else { error.withheld() }
    }
}

/// Reads the file at `path`.
///
/// # Errors
/// When it is not a regular file, is not where it has to be, is too large, is not UTF-8, or cannot be read.
pub fn read(kind: FileKind, path: &Path, found: Found<'_>) -> Result<UserFile, ReadError> {
    let (name, most) = kind.row();
    let unreadable = |source| ReadError::Read { path: path.to_owned(), source };
    let (file, is_own) = open_checked(kind, path, found)?;
    let mut text = String::new();
    let taken = file.take(most.saturating_add(1)).read_to_string(&mut text);
    // Before the error: one that is cut in the middle of a character is not UTF-8.
    if text.len() as u64 > most || taken.is_err() && path.metadata().is_ok_and(|metadata| metadata.len() > most) {
        return Err(ReadError::TooLarge { path: path.to_owned(), kind: name, most });
    }
    taken.map_err(unreadable)?;
    Ok(UserFile { text, is_own })
}

/// Opens the file at `path`, to be read piece by piece.
///
/// # Errors
/// When it is not a regular file, is not where it has to be, or cannot be opened.
pub fn open(kind: FileKind, path: &Path, found: Found<'_>) -> Result<File, ReadError> {
    open_checked(kind, path, found).map(|(file, _)| file)
}

/// Whether there is anything at `path`, be it a link that leads nowhere: what cannot be read is not missing.
#[must_use]
pub fn is_there(path: &Path) -> bool {
    !matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// The folder that a file is in by its name.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path as it is shown: it cannot steer the terminal or forge a line.
#[must_use]
pub fn shown(path: &Path) -> String {
    escaped(&path.display().to_string()).into_owned()
}

/// The open file, and whether it lies where its name says. What is checked is what was opened, whatever takes its place.
fn open_checked(kind: FileKind, path: &Path, found: Found<'_>) -> Result<(File, bool), ReadError> {
    let unreadable = |source| ReadError::Read { path: path.to_owned(), source };
    let not_regular = || ReadError::NotRegular { path: path.to_owned() };
    // Looked at first, because opening a device may do something.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(not_regular());
    }
    let file = without_waiting().open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    if !opened.is_file() {
        return Err(not_regular());
    }
    let folder = match found {
        Found::Named => folder_of(path),
        Found::NamedIn(folder) | Found::In(folder) => folder,
    };
    let is_own = is_inside(folder, path, &opened).map_err(unreadable)?;
    match found {
        Found::In(_) if !is_own => Err(ReadError::Outside { path: path.to_owned(), kind: kind.row().0 }),
        Found::Named | Found::NamedIn(_) | Found::In(_) => Ok((file, is_own)),
    }
}

/// Opens for reading. A pipe that has taken the file's place is opened without waiting for somebody to write to it.
fn without_waiting() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    options
}

/// Whether the file that was opened by `path` is in the folder, after every link is followed.
fn is_inside(folder: &Path, path: &Path, opened: &Metadata) -> io::Result<bool> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let real = path.canonicalize()?;
    Ok(real.starts_with(folder.canonicalize()?) && is_same(&real.metadata()?, opened))
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
