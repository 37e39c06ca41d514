//! The tests' Python environment: `venv` below the target directory, holding exactly what
//! `tests/moto/requirements.txt` pins.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

const REQUIREMENTS: &str = "tests/moto/requirements.txt";

/// Names an interpreter may go by, the likeliest first.
const CANDIDATES: &[&str] = &["python3", "python"];

/// Exits with 0 only where the version is enough and environments can be made: some systems package `venv` and
/// `ensurepip` apart from the interpreter.
const PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/// Written last, so an environment without it, or with another text in it, is half-made or outdated.
const STAMP: &str = "requirements.stamp";

/// There is no usable Python on this machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            "the tests against moto and PostgreSQL need Python 3.10 or later with its `venv` module, as `python3` on \
             the PATH; install it (Debian and Ubuntu: `apt-get install python3 python3-venv`; Fedora: `dnf install \
             python3`; macOS: `brew install python3`) and run this again",
        )
    }
}

impl std::error::Error for Missing {}

/// The interpreter of an environment that holds the pinned requirements, made first where it is missing, half-made
/// or older than the pins.
///
/// # Errors
/// [`Missing`] where the machine has no usable Python; otherwise what could not be read, made or installed.
pub(crate) fn environment(root: &Path, target: &Path) -> Result<PathBuf> {
    let base = find(CANDIDATES)?;
    Environment::at(root, target)?.ensure(&base)
}

fn find(candidates: &[&str]) -> Result<PathBuf, Missing> {
    let usable = |name: &&&str| {
        let probe = Command::new(name).args(["-c", PROBE]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    };
    candidates.iter().find(usable).map(PathBuf::from).ok_or(Missing)
}

struct Environment {
    directory: PathBuf,
    requirements: PathBuf,
    pins: String,
}

impl Environment {
    fn at(root: &Path, target: &Path) -> Result<Self> {
        let requirements = root.join(REQUIREMENTS);
        let pins = fs::read_to_string(&requirements)
            .with_context(|| format!("could not read `{}`", requirements.display()))?;
        Ok(Self { directory: target.join("venv"), requirements, pins })
    }

    fn ensure(&self, base: &Path) -> Result<PathBuf> {
        let _lock = self.lock()?;
        if !self.is_current() {
            self.make(base)?;
        }
        Ok(self.interpreter())
    }

    /// Held while looking and making: two runs at once would otherwise remove each other's half-made environment.
    fn lock(&self) -> Result<File> {
        let path = self.directory.with_extension("lock");
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).with_context(|| format!("could not make `{}`", parent.display()))?;
        let file = File::create(&path).with_context(|| format!("could not make `{}`", path.display()))?;
        file.lock().with_context(|| format!("could not lock `{}`", path.display()))?;
        Ok(file)
    }

    fn is_current(&self) -> bool {
        let stamped = fs::read_to_string(self.stamp()).is_ok_and(|stamp| stamp == self.pins);
        // An upgrade of the system's Python leaves the environment with an interpreter that is gone.
        stamped && run(&self.interpreter(), &["-c", PROBE]).is_ok()
    }

    fn make(&self, base: &Path) -> Result<()> {
        let directory = self.directory.display().to_string();
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).with_context(|| format!("could not remove `{directory}`"))?;
        }
        let requirements = self.requirements.display().to_string();
        run(base, &["-m", "venv", &directory])?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", &requirements];
        run(&self.interpreter(), &pip)?;
        fs::write(self.stamp(), &self.pins).with_context(|| format!("could not write into `{directory}`"))
    }

    fn interpreter(&self) -> PathBuf {
        self.directory.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    fn stamp(&self) -> PathBuf {
        self.directory.join(STAMP)
    }
}

/// What the program prints goes to our stderr, so that stdout stays the path alone.
fn run(program: &Path, arguments: &[&str]) -> Result<()> {
    let shown = || format!("{} {}", program.display(), arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("could not start `{}`", shown()))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown());
    }
    Ok(())
}

// The stand-in for Python is a shell script.
#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// A checkout whose Python is a script that writes what it was asked to do into `target/log`.
    struct Checkout(tempfile::TempDir);

    impl Checkout {
        fn new(pins: &str) -> Self {
            let checkout = Self(tempfile::tempdir().unwrap());
            fs::create_dir_all(checkout.0.path().join("tests/moto")).unwrap();
            checkout.pin(pins);
            checkout
        }

        fn pin(&self, pins: &str) {
            fs::write(self.0.path().join(REQUIREMENTS), pins).unwrap();
        }

        fn ensure(&self) -> Result<PathBuf> {
            let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake-python");
            Environment::at(self.0.path(), &self.0.path().join("target"))?.ensure(&fake)
        }

        fn log(&self) -> String {
            let log = self.0.path().join("target/log");
            let text = fs::read_to_string(&log).unwrap_or_default();
            let _ = fs::remove_file(log);
            text.replace(&self.0.path().display().to_string(), "ROOT")
        }
    }

    #[test]
    fn made_once_and_kept_while_the_pins_stay() {
        let checkout = Checkout::new("moto==5.0.0\n");
        let interpreter = checkout.ensure().unwrap();
        assert!(interpreter.ends_with("target/venv/bin/python"));
        insta::assert_snapshot!(checkout.log(), @"
        base: -m venv ROOT/target/venv
        venv: -m pip install --quiet --disable-pip-version-check --requirement ROOT/tests/moto/requirements.txt
        ");
        checkout.ensure().unwrap();
        insta::assert_snapshot!(checkout.log(), @"");
    }

    #[test]
    fn made_again_from_nothing_when_the_pins_change() {
        let checkout = Checkout::new("moto==5.0.0\n");
        let leftover = checkout.ensure().unwrap().with_file_name("leftover");
        fs::write(&leftover, "").unwrap();
        checkout.log();
        checkout.pin("moto==5.0.1\n");
        checkout.ensure().unwrap();
        insta::assert_snapshot!(checkout.log(), @"
        base: -m venv ROOT/target/venv
        venv: -m pip install --quiet --disable-pip-version-check --requirement ROOT/tests/moto/requirements.txt
        ");
        assert!(!leftover.exists());
    }

    #[test]
    fn a_failed_installation_is_an_error_and_is_not_taken_for_an_environment() {
        let checkout = Checkout::new("broken\n");
        let error = format!("{:#}", checkout.ensure().unwrap_err());
        assert!(error.contains("-m pip install"), "{error}");
        checkout.log();
        let again = checkout.ensure().unwrap_err();
        assert_eq!(checkout.log().lines().count(), 2, "{again:#}");
    }

    #[test]
    fn made_again_when_its_interpreter_is_gone() {
        let checkout = Checkout::new("moto==5.0.0\n");
        fs::remove_file(checkout.ensure().unwrap()).unwrap();
        checkout.log();
        checkout.ensure().unwrap();
        assert_eq!(checkout.log().lines().count(), 2);
    }

    #[test]
    fn missing_requirements_are_named() {
        let error = Environment::at(Path::new("/nowhere"), Path::new("/nowhere/target")).err().unwrap();
        insta::assert_snapshot!(error, @"could not read `/nowhere/tests/moto/requirements.txt`");
    }

    #[test]
    fn a_machine_without_python_is_told_what_to_install() {
        assert_eq!(find(&["no-such-python-1", "no-such-python-2"]), Err(Missing));
        insta::assert_snapshot!(Missing, @"the tests against moto and PostgreSQL need Python 3.10 or later with its `venv` module, as `python3` on the PATH; install it (Debian and Ubuntu: `apt-get install python3 python3-venv`; Fedora: `dnf install python3`; macOS: `brew install python3`) and run this again");
        assert_eq!(crate::exit_code(&anyhow::Error::new(Missing).context("step `python` failed")), 2.into());
    }

    #[test]
    fn a_python_that_cannot_make_environments_is_passed_over() {
        assert_eq!(find(&["false", "true"]), Ok(PathBuf::from("true")));
    }
}
