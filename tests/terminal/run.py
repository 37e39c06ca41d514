"""Runs a command on a terminal of its own and prints what it shows there, escape codes included.

    run.py COLUMNS COMMAND [ARGUMENT ...]

The exit code is the command's.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

ROWS = 24


def main() -> int:
    columns, command = int(sys.argv[1]), sys.argv[2:]
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
    os.close(terminal)
    for shown in _read(screen):
        sys.stdout.buffer.write(shown)
    return child.wait()


def _read(screen: int) -> Iterator[bytes]:
    while True:
        try:
            shown = os.read(screen, 1 << 16)
        except OSError:  # Linux's way to say that nobody has the terminal open any more
            return
        if not shown:
            return
        yield shown


if __name__ == "__main__":
    sys.exit(main())
