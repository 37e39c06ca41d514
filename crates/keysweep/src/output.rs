//! The one writer: stdout, or a file that appears only once it is whole.
//!
//! What is there already is respected. A link is followed to the file that it means, a regular file keeps its mode, and a
//! device or a pipe is written to and never replaced. No output takes the place of what the command reads.

use std::{
    collections::BTreeSet,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use keysweep_files::folder_of;
use keysweep_model::escaped;
use tempfile::NamedTempFile;

use crate::exit::Failure;

/// How many links are followed from one to the next: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// A place for a result, opened before the work starts: a scan of an hour is not to end in "no such folder".
#[derive(Debug)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A device, a pipe, or what another process has open: it is written to as it is.
    Stream {
        /// What is written to.
        file: File,
        /// How the user named it.
        path: PathBuf,
    },
    /// A regular file, written beside its place and moved there when it is whole.
    File {
        /// How the user named it.
        path: PathBuf,
        /// Where it is or will be, with every link followed.
        real: PathBuf,
        /// Where what is not finished is kept track of.
        drafts: Drafts,
    },
}

impl Destination {
    /// Opens `file`, or stdout where there is none.
    ///
    /// # Errors
    /// When it cannot be written to: it is a folder, nothing can be made in its folder, or it is write-protected.
    pub fn open(file: Option<&Path>, drafts: &Drafts) -> Result<Self, Failure> {
        match file {
            None => Ok(Self::Stdout),
            Some(path) => Self::of_path(path, drafts)
                .map_err(|error| Failure::usage(format!("could not write `{}`: {error}", path.display()))),
        }
    }

    fn of_path(path: &Path, drafts: &Drafts) -> io::Result<Self> {
        let real = followed(path)?;
        if is_stdout(&real) {
            return Ok(Self::Stdout);
        }
        let path = path.to_owned();
        match fs::metadata(&real) {
            Ok(there) if there.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(there) if !there.is_file() || is_of_process(&real) => {
                Ok(Self::Stream { file: OpenOptions::new().append(true).open(&real)?, path })
            }
            there => {
                if there.is_ok() {
                    // A file that may not be written to may not be replaced either.
                    OpenOptions::new().write(true).open(&real)?;
                }
                drafts.with(folder_of(&real), |draft| draft.close())?;
                Ok(Self::File { path, real, drafts: drafts.clone() })
            }
        }
    }

    /// Whether the result goes to a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Stream { .. })
    }

    /// Writes a document by `write`, which escapes what cannot be seen.
    ///
    /// # Errors
    /// When it cannot be written whole. A reader that closes a pipe early, as `head` does, is not an error.
    pub fn deliver(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                delivered("stdout", write(&mut out).and_then(|()| out.flush()))
            }
            Self::Stream { mut file, path } => {
                delivered(&format!("`{}`", path.display()), write(&mut file).and_then(|()| file.flush()))
            }
            Self::File { path, real, drafts } => {
                let written = drafts.with(folder_of(&real), |mut draft| {
                    write(&mut draft)?;
                    replace(draft, &real)
                });
                delivered(&format!("`{}`", path.display()), written)
            }
        }
    }

    /// Writes text for people, as [`print`] does.
    ///
    /// # Errors
    /// As [`Destination::deliver`].
    pub fn print(self, text: &str, color: bool) -> Result<(), Failure> {
        self.deliver(|out| print(out, color)(text))
    }
}

/// Takes text for people, a whole page or pieces of whole lines.
pub type Print<'a> = dyn FnMut(&str) -> io::Result<()> + 'a;

/// Writes text for people to `out`. Whatever is in it, it cannot steer a terminal; colours are let through where `color`
/// says that there are any.
pub fn print(out: &mut dyn Write, color: bool) -> impl FnMut(&str) -> io::Result<()> {
    let printable = if color { printable_with_colors } else { printable };
    move |text| out.write_all(printable(text).as_bytes())
}

/// The text with every character escaped that cannot be seen, line by line.
#[must_use]
pub fn printable(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// The same for a page with colours: of what cannot be seen, the codes of colours and weights stay.
#[must_use]
pub fn printable_with_colors(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut out = printable(pieces.next().unwrap_or_default());
    for piece in pieces {
        let code = piece.find(|c: char| !c.is_ascii_digit() && c != ';');
        let is_color = code.is_some_and(|end| piece[end..].starts_with('m'));
        out.push_str(if is_color { "\u{1b}[" } else { r"\u{1b}[" });
        out.push_str(&printable(piece));
    }
    out
}

/// Makes the file at `path`, which must not be there yet.
///
/// # Errors
/// When there is something, or nothing can be made there.
pub fn create(path: &Path, text: &str, drafts: &Drafts) -> Result<(), Failure> {
    let made = drafts.with(folder_of(path), |mut draft| {
        draft.write_all(text.as_bytes())?;
        draft.persist_noclobber(path).map(drop).map_err(|error| error.error)
    });
    delivered(&format!("`{}`", path.display()), made)
}

/// Makes the folder at `path` where it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    let made = fs::create_dir_all(path);
    made.map_err(|error| Failure::lost(format!("could not make `{}`: {error}", path.display())))
}

fn delivered(name: &str, outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(|error| Failure::lost(format!("could not write to {name}: {error}"))),
    }
}

/// Files that are being written and are not yet what they are to be. When the program is made to end, they go.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Arc<Mutex<BTreeSet<PathBuf>>>);

impl Drafts {
    /// Makes a draft in a folder for `work`.
    fn with<T>(&self, folder: &Path, work: impl FnOnce(NamedTempFile) -> io::Result<T>) -> io::Result<T> {
        // Looked at first, because the error about a draft names a file that the user has not asked for.
        folder.metadata()?;
        let draft = {
            let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let draft = draft_in(folder)?;
            paths.insert(draft.path().to_owned());
            draft
        };
        let path = draft.path().to_owned();
        let done = work(draft);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
        done
    }

    /// Removes every draft, and lets no other be made: the program ends.
    pub(crate) fn discard(&self) {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in paths.iter() {
            fs::remove_file(path).ok();
        }
        std::mem::forget(paths);
    }
}

/// A new file with the mode that the user's mask gives to new files.
fn draft_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut draft = tempfile::Builder::new();
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    draft.prefix(".keysweep-").tempfile_in(folder)
}

/// Lets the draft take the place of the file at `real`.
fn replace(draft: NamedTempFile, real: &Path) -> io::Result<()> {
    match fs::symlink_metadata(real) {
        // Whatever has become of it since it was opened.
        Ok(there) if !there.is_file() => return Err(io::Error::other("it is no longer a regular file")),
        Ok(there) => keep_attributes(&there, draft.as_file())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    draft.as_file().sync_all()?;
    draft.persist(real).map(drop).map_err(|error| error.error)
}

/// Gives the draft the mode of the file that it replaces, and its owner where that is allowed.
fn keep_attributes(there: &Metadata, draft: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = draft.metadata()?;
        if (own.uid(), own.gid()) != (there.uid(), there.gid()) {
            fchown(draft, Some(there.uid()), Some(there.gid())).ok();
        }
    }
    draft.set_permissions(there.permissions())
}

/// The path with every link followed, be it to a file that is not there yet. A link of `/proc` is not followed: it
/// stands for what a process has open.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder_of(&path).canonicalize()?;
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let real = folder.join(name);
        match fs::read_link(&real) {
            Ok(target) if !is_of_process(&real) => path = folder.join(target),
            Ok(_) | Err(_) => return Ok(real),
        }
    }
    Err(io::Error::other("too many links lead to it"))
}

/// Whether the path stands for what a process has open.
fn is_of_process(real: &Path) -> bool {
    ["/proc", "/dev/fd"].iter().any(|folder| real.starts_with(folder))
}

fn is_stdout(real: &Path) -> bool {
    Path::new("/dev/fd").canonicalize().is_ok_and(|own| real == own.join("1"))
}

/// Sees to it, before the work starts, that no output takes the place of an input or of another output. Devices may be
/// several outputs at once. Outputs come with the option that names them.
///
/// # Errors
/// Where one would.
pub fn check_apart<'a>(outputs: &[(&str, &Path)], inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    let outputs: Vec<_> = outputs.iter().map(|(option, path)| (option, path, Place::of(path))).collect();
    for input in inputs {
        let read = Place::of(input);
        if let Some((option, path, _)) = outputs.iter().find(|(.., place)| place.is_same(&read)) {
            let (path, input) = (path.display(), input.display());
            let message = format!("`{option} {path}` would overwrite `{input}`, which this command reads");
            return Err(Failure::usage(message).hint("write to another file"));
        }
    }
    for (index, (option, path, place)) in outputs.iter().enumerate() {
        let other = outputs[..index].iter().find(|(.., other)| other.is_same(place) && !place.is_device);
        if let Some((other_option, other_path, _)) = other {
            let (other_path, path) = (other_path.display(), path.display());
            let message = format!("`{other_option} {other_path}` and `{option} {path}` are the same file");
            return Err(Failure::usage(message).hint("give each output a file of its own"));
        }
    }
    Ok(())
}

/// Where a path leads: two names of a file have one place.
struct Place {
    real: Option<PathBuf>,
    id: Option<(u64, u64)>,
    is_device: bool,
}

impl Place {
    fn of(path: &Path) -> Self {
        let there = fs::metadata(path).ok();
        let is_device = there.as_ref().is_some_and(is_device);
        Self { real: followed(path).ok(), id: there.as_ref().and_then(id), is_device }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.real.is_some() && self.real == other.real) || (self.id.is_some() && self.id == other.id)
    }
}

/// The device and the number of a file.
#[cfg(unix)]
fn id(there: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn is_device(there: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&there.file_type())
}

#[cfg(not(unix))]
fn is_device(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests;
