"""A PostgreSQL server: its data, and the process that serves it while it is not stopped."""

from __future__ import annotations

import ctypes
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import tls
from places import Identity

HOST = "127.0.0.1"
SUPERUSER = "keysweep"
# Nothing has to outlive the machine, but what is committed has to outlive the server.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": HOST,
    "max_connections": "200",
    "max_wal_size": "256MB",
    # A program that is not optimised computes the usual number for a tenth of a second with each connection.
    "scram_iterations": "1",
    "unix_socket_directories": "",
}
# Settings of the user who runs the tests, such as `PGPORT`, must not reach the programs.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
# Seconds until a start or a stop counts as failed.
PATIENCE = 60
PR_SET_PDEATHSIG = 1
# Looked up here, as little should happen between `fork` and `exec`.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Failure(Exception):
    """Why the server could not do what it was asked for."""


class Cluster:
    """A server with its data in a folder; `make` makes the data."""

    def __init__(self, folder: Path, programs: Path, identity: Identity, with_tls: bool):
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.programs = programs
        self.identity = identity
        self.password = secrets.token_hex(16)
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.front = tls.Front(folder, HOST, _free_port(), self.port) if with_tls else None

    def make(self) -> None:
        password = self.folder / "password"
        password.write_text(self.password)
        if self.identity:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.identity["user"], self.identity["group"], follow_symlinks=False)
        given = [f"--pgdata={self.data}", f"--username={SUPERUSER}", f"--pwfile={password}"]
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"]
        command = [f"{self.programs}/initdb", *given, *options]
        made = subprocess.run(
            command, env=ENVIRONMENT, cwd=self.folder, capture_output=True, text=True, check=False, **self.identity
        )
        if made.returncode != 0:
            raise Failure(f"could not make a data folder: {made.stderr.strip()}")

    def ready(self) -> dict[str, str]:
        """What a client has to know."""
        ready = {"url": self._url(SUPERUSER, "postgres")}
        if self.front is not None:
            ready["ca"] = str(self.front.ca)
        return ready

    def start(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = self._spawn()
            self._wait_until_ready(self.process)
        if self.front is not None:
            self.front.open()

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def kill(self) -> None:
        self._end(signal.SIGQUIT)

    def make_database(self, name: str) -> str:
        """Makes a database, and a user of the same name who owns it; returns that user's URL."""
        create_user = f"CREATE ROLE {_checked(name)} LOGIN PASSWORD '{self.password}'"
        self._sql(create_user, f"CREATE DATABASE {name} OWNER {name}")
        return self._url(name, name)

    def disconnect(self, name: str) -> None:
        # With a time to wait, it returns when the connections have ended.
        self._sql(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{_checked(name)}'")

    def _url(self, user: str, database: str) -> str:
        port = self.port if self.front is None else self.front.port
        return f"postgres://{user}:{self.password}@{HOST}:{port}/{database}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "port": self.port}
        command = [f"{self.programs}/postgres", "-D", str(self.data)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                env=ENVIRONMENT,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for us, who stop the server.
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **self.identity,
            )

    def _end(self, how: signal.Signals) -> None:
        if self.front is not None:
            self.front.close()
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"the server did not stop: {self._end_of_log()}") from None
        self.process = None

    def _sql(self, *statements: str) -> None:
        options = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
        where = [f"--host={HOST}", f"--port={self.port}", f"--username={SUPERUSER}", "--dbname=postgres"]
        command = [f"{self.programs}/psql", *options, *where, *(f"--command={statement}" for statement in statements)]
        environment = {**ENVIRONMENT, "PGPASSWORD": self.password}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(done.stderr.strip())

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while not self._is_ready(process.pid):
            if process.poll() is not None:
                raise Failure(f"the server ended: {self._end_of_log()}")
            if time.monotonic() > until:
                raise Failure(f"the server did not get ready: {self._end_of_log()}")
            time.sleep(0.02)

    def _is_ready(self, pid: int) -> bool:
        """Reads the server's lock file, whose first line is the process and whose eighth is its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-2000:].strip()


def _free_port() -> int:
    """Below what systems give to outgoing connections: one of those could take the port while the server is stopped."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port


def _end_with_parent() -> None:
    """Runs in the new process. Elsewhere than on Linux, a server goes on where this script is killed."""
    if PRCTL is not None:
        PRCTL(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _checked(name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]{0,62}", name):
        raise Failure(f"`{name}` is not a name for a database: use lowercase letters, digits and `_`")
    return name
