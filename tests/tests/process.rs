//! Runs the program in a process of its own, as its users do: arguments, environment and files go in, an exit code and
//! two streams come out. Nothing of the environment of the tests reaches it.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use orgsim::{Sim, server};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

/// What the program is called by its users, and so in its usage and help.
const NAME: &str = "keysweep";

/// An address at which nothing listens: a command that is given it and does not report an error has sent no request.
pub(crate) const CLOSED: &str = "http://127.0.0.1:9";

/// A file of the repository, by its path from the root.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

/// The file of the program.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_keysweep-under-test")
}

/// The program with these arguments, which are separated by spaces.
pub(crate) fn keysweep(arguments: &str) -> Keysweep {
    keysweep_in(tempfile::tempdir().unwrap(), arguments)
}

pub(crate) fn keysweep_in(folder: TempDir, arguments: &str) -> Keysweep {
    let mut command = Command::new(program());
    command.arg0(NAME).args(arguments.split_whitespace()).env_clear().current_dir(&folder).stdin(Stdio::null());
    // Without this the search for credentials would end at the metadata service of the machine.
    command.env("HOME", folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    Keysweep { command, folder }
}

/// A run to be made, in a folder of its own that is home and working folder in one.
pub(crate) struct Keysweep {
    command: Command,
    folder: TempDir,
}

impl Keysweep {
    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets environment variables.
    pub(crate) fn envs(mut self, variables: &Environment) -> Self {
        self.command.envs(variables.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Adds one argument as it is.
    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Puts a file into the working folder.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The folder that is its home and working folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the working folder, which may not be there yet.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// With so many kibibytes of memory.
    pub(crate) fn in_memory(self, kibibytes: u64) -> Self {
        self.within(&format!("ulimit -v {kibibytes}"))
    }

    /// With files of so many bytes, a multiple of 512, at most: writing more is an error.
    pub(crate) fn with_files_up_to(self, bytes: u64) -> Self {
        self.within(&format!("trap '' XFSZ && ulimit -f {}", bytes / 512))
    }

    /// With limits that the shell sets.
    fn within(mut self, limits: &str) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{limits} && exec \"$0\" \"$@\""), program()]);
        command.args(self.command.get_args()).env_clear().current_dir(&self.folder).stdin(Stdio::null());
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.command = command;
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Ran {
        let output = self.command.output().unwrap();
        Ran::new(output, self.folder)
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running { child, folder: Some(self.folder) }
    }

    /// Runs it to its end by another program, which `by` makes of it and which inherits its environment and folder.
    #[cfg(feature = "moto")]
    pub(crate) fn through(self, by: impl FnOnce(&Command) -> Command) -> Ran {
        let mut command = by(&self.command);
        let variables = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let output = command.envs(variables).current_dir(&self.folder).output().unwrap();
        Ran::new(output, self.folder)
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// What went to stdout.
    pub(crate) stdout: String,
    /// What went to stderr.
    pub(crate) stderr: String,
    folder: TempDir,
}

impl Ran {
    fn new(output: Output, folder: TempDir) -> Self {
        let shown = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (shown(output.stdout), shown(output.stderr));
        Self { code: output.status.code().unwrap_or(-1), stdout, stderr, folder }
    }

    /// The program once more, in the same folder.
    pub(crate) fn then(self, arguments: &str) -> Keysweep {
        keysweep_in(self.folder, arguments)
    }

    /// The JSON document that is all of stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in the output of {self:#?}"))
    }

    /// The exit code and what was said on stderr, with the working folder named `DIR`.
    pub(crate) fn said(&self) -> String {
        let folder = self.folder.path().display().to_string();
        format!("exit {}\n{}", self.code, self.stderr.replace(&folder, "DIR"))
    }

    /// A file of the working folder, which may not be there.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file in the working folder, where it is there.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(name)).ok()
    }

    /// The names in the working folder, or in a folder of it, in order.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(name)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A run in progress. It does not outlive its test.
pub(crate) struct Running {
    child: Child,
    folder: Option<TempDir>,
}

impl Running {
    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A file of the working folder, which may not be there.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().unwrap().path().join(name)
    }

    /// Sends the signal of this name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end without reading what it writes, and gives its exit code.
    pub(crate) fn code(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// Waits until it has written to stdout.
    pub(crate) fn wait_for_output(&mut self) {
        self.child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    }

    /// Closes its stdout after the first byte, and waits for its end.
    pub(crate) fn without_reader(mut self) -> Ran {
        self.wait_for_output();
        drop(self.child.stdout.take());
        self.finish()
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Ran {
        let mut output = [Vec::new(), Vec::new()];
        let (stdout, mut stderr) = (self.child.stdout.take(), self.child.stderr.take().unwrap());
        thread::scope(|scope| {
            let [out, err] = &mut output;
            scope.spawn(move || stdout.map(|mut stdout| stdout.read_to_end(out).unwrap()));
            stderr.read_to_end(err).unwrap();
        });
        let [stdout, stderr] = output;
        let status = self.child.wait().unwrap();
        Ran::new(Output { status, stdout, stderr }, self.folder.take().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Environment variables.
pub(crate) type Environment = Vec<(String, String)>;

/// `keysweep orgsim serve`, in a process of its own.
pub(crate) struct Served {
    running: Running,
    /// All that it printed up to the last line that it announces itself by.
    pub(crate) announcement: String,
}

impl Served {
    /// Serves on a free port, with these arguments more.
    pub(crate) fn start(arguments: &str) -> Self {
        let mut running = keysweep(&format!("orgsim serve --port 0 {arguments}")).start();
        // The lines after the announcement stay in the pipe, for `finish`; there are to be none.
        let mut lines = BufReader::with_capacity(1, running.child.stdout.take().unwrap());
        let mut announcement = String::new();
        while !announcement.contains("AWS_DEFAULT_REGION=") {
            assert_ne!(lines.read_line(&mut announcement).unwrap(), 0, "it ended after `{announcement}`");
        }
        running.child.stdout = Some(lines.into_inner());
        Self { running, announcement }
    }

    /// The variables that it prints for export.
    pub(crate) fn environment(&self) -> Environment {
        let exports = self.announcement.lines().filter_map(|line| line.strip_prefix("export "));
        exports.map(|export| export.split_once('=').unwrap()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }

    /// A run of the program with just that environment.
    pub(crate) fn keysweep(&self, arguments: &str) -> Keysweep {
        keysweep(arguments).envs(&self.environment())
    }

    /// Sends the signal of this name, and waits for the end.
    pub(crate) fn stop(self, signal: &str) -> Ran {
        self.running.signal(signal);
        self.running.finish()
    }
}

/// An organization that is served in this process, so that its test can look into it and change it.
pub(crate) struct Organization {
    /// The simulator.
    pub(crate) sim: Arc<Sim>,
    /// Where it answers.
    pub(crate) url: String,
    _stop: oneshot::Sender<()>,
    _runtime: Runtime,
}

impl Organization {
    /// Serves it until it is dropped.
    pub(crate) fn serve(sim: Sim) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let sim = Arc::new(sim);
        let served = Arc::clone(&sim);
        runtime.spawn(async move { server::serve(listener, served, async { drop(stopped.await) }).await });
        Self { sim, url, _stop: stop, _runtime: runtime }
    }

    /// What a client needs to have set.
    pub(crate) fn environment(&self) -> Environment {
        let caller = self.sim.caller_environment().into_iter().map(|(name, value)| (name.to_owned(), value));
        caller.chain([("AWS_ENDPOINT_URL".to_owned(), self.url.clone())]).collect()
    }

    /// A run of the program with just that environment.
    pub(crate) fn keysweep(&self, arguments: &str) -> Keysweep {
        keysweep(arguments).envs(&self.environment())
    }
}

/// An organization of this size and seed, served in this process at the time that it is.
pub(crate) fn organization(accounts: usize, users: usize, seed: u64) -> Organization {
    let world = orgsim::World::generate(&orgsim::Generate { accounts, users, seed, ..orgsim::Generate::default() });
    Organization::serve(Sim::new(world, orgsim::SimOptions::new(orgsim::Clock::from_fn(jiff::Timestamp::now))))
}

/// Waits for something that is about to happen in another process.
pub(crate) fn wait_until(happened: impl Fn() -> bool) {
    let mut looks = (0..6_000).map(|_| thread::sleep(Duration::from_millis(10)));
    assert!(looks.any(|()| happened()), "it did not happen within a minute");
}
