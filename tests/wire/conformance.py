"""Asserts that a served AWS organization answers as AWS documents: shapes, paging, errors, signatures, the report.

    conformance.py --target orgsim --endpoint URL --expect FILE    with the caller's credentials in the environment
    conformance.py --target moto                                   serves and furnishes an organization by moto itself

The same assertions run against both. orgsim has to follow AWS in all of them; where moto is known not to, the
assertion says so, and a run against moto insists on just that difference. FILE is what `keysweep orgsim truth` prints.
The exit code is 0 only if all passed. A run wants a server that was just started, and writes to it: it asks for
credential reports, and makes and deletes access keys of one user who had none.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys

import checks  # noqa: F401, importing registers them
import harness
import moto_target
from world import World, clean_environment


def main() -> int:
    arguments = _arguments()
    environment = dict(os.environ)
    clean_environment()
    if arguments.endpoint:
        expect = json.loads(pathlib.Path(arguments.expect).read_text(encoding="utf-8"))
        return _run(World(arguments.endpoint, environment, expect), arguments)
    with moto_target.serve(arguments.seed) as ready:
        if arguments.expect:
            pathlib.Path(arguments.expect).write_text(json.dumps(ready["truth"], indent=1), encoding="utf-8")
        return _run(World(ready["endpoint"], ready["environment"], ready["truth"]), arguments)


def _run(world: World, arguments: argparse.Namespace) -> int:
    outcomes = harness.run(world, arguments.target, arguments.only)
    return 0 if harness.tell(outcomes, arguments.target) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=("orgsim", "moto"), required=True)
    parser.add_argument("--endpoint", help="where it is served; moto is served by the script when this is left out")
    parser.add_argument("--expect", help="JSON of the accounts and access keys; written when the script serves moto")
    parser.add_argument("--seed", type=int, default=7, help="of the organization that the script serves by moto")
    parser.add_argument("--only", default="", metavar="PREFIX", help="only assertions whose name starts so")
    arguments = parser.parse_args()
    if arguments.endpoint is None and arguments.target == "orgsim":
        parser.error("--target orgsim needs --endpoint")
    if arguments.endpoint and not arguments.expect:
        parser.error("--endpoint needs --expect")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
