"""What a check of the conformance script is, how checks are run, and how their outcomes are told.

A check asks the served organization one thing and says what AWS documents for it. Where moto is known to answer
otherwise, the check carries a `Differs` with that answer, which a run against moto then insists on: so the
table of differences stays true when moto changes, and orgsim is held to AWS and not to moto.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

UNREADABLE = "unreadable"


@dataclasses.dataclass(frozen=True)
class Differs:
    """What moto answers where AWS documents something else, and in words what moto does."""

    answer: Any
    what: str


class OneOf:
    """Several answers, of which AWS's documentation allows any."""

    def __init__(self, *answers: Any):
        self.answers = answers

    def __eq__(self, other: object) -> bool:
        return other in self.answers

    def __repr__(self) -> str:
        return " or ".join(map(repr, self.answers))


@dataclasses.dataclass(frozen=True)
class Check:
    """One assertion: its stable name, the AWS page it stands on, what that documents, and how to ask."""

    name: str
    page: str
    aws: Any
    moto: Differs | None
    ask: Callable[[Any], Any]

    def expected(self, target: str) -> Any:
        return self.moto.answer if target == "moto" and self.moto else self.aws


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A check and what was answered to it."""

    check: Check
    expected: Any
    actual: Any

    @property
    def passed(self) -> bool:
        return bool(self.expected == self.actual)


CHECKS: list[Check] = []


class Group:
    """The checks of one action; `page` is where AWS documents it. Each method adds a check to `CHECKS`."""

    def __init__(self, action: str, page: str):
        self.action = action
        self.page = page

    def value(self, name: str, aws: Any, moto: Differs | None = None) -> Callable[[Callable[[Any], Any]], None]:
        """The decorated function's result is what AWS documents."""

        def add(ask: Callable[[Any], Any]) -> None:
            CHECKS.append(Check(f"{self.action}.{name}", self.page, aws, moto, ask))

        assert moto is None or moto.answer != aws, f"{self.action}.{name}: what moto is said to answer is no difference"

        return add

    def nothing(self, name: str, moto: Differs | None = None) -> Callable[[Callable[[Any], Any]], None]:
        """The decorated function finds no deviation: whatever it answers, yields or collects is empty."""

        def add(ask: Callable[[Any], Iterable[Any]]) -> None:
            self.value(name, [], moto)(lambda world: sorted(map(str, ask(world)))[:5])

        return add

    def code(self, name: str, ask: Callable[[Any], Any], aws: Any, moto: Differs | None = None) -> None:
        """The call is answered with this error code and HTTP status, such as `NoSuchEntity 404`; `200` for success."""
        self.value(name, aws, moto)(lambda world: code_of(lambda: ask(world)))


def code_of(call: Callable[[], Any]) -> str:
    """The error code and HTTP status that a call is answered with; `200` for success, else that it was unreadable."""
    try:
        call()
    except ResponseParserError:
        return UNREADABLE
    except ClientError as error:
        return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
    return "200"


def error_of(call: Callable[[], Any]) -> dict[str, Any]:
    """The parsed error answer of a call that must be refused."""
    try:
        call()
    except ClientError as error:
        return dict(error.response)
    raise AssertionError("the call was not refused")


def run(world: Any, target: str, only: str) -> list[Outcome]:
    """Asks every check whose name starts with `only`. A check that breaks has failed, with what broke it as answer."""
    return [Outcome(c, c.expected(target), _ask(c, world)) for c in CHECKS if c.name.startswith(only)]


def _ask(check: Check, world: Any) -> Any:
    try:
        return check.ask(world)
    except ResponseParserError:
        return UNREADABLE
    except Exception as error:  # noqa: BLE001, whatever a broken answer raises in botocore or here
        return f"{type(error).__name__}: {error}"


def tell(outcomes: list[Outcome], target: str) -> bool:
    """Prints failures, differences and the sum; says whether all passed."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"FAILED {outcome.check.name}: expected {_short(outcome.expected)}, got {_short(outcome.actual)}")
    _tell_differences([outcome for outcome in outcomes if outcome.check.moto], target)
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return not failed


def _tell_differences(outcomes: list[Outcome], target: str) -> None:
    rows = [("assertion", "AWS documents", "in", "moto", "follows AWS")]
    for outcome in outcomes:
        check = outcome.check
        assert check.moto is not None
        rows.append((check.name, _short(check.aws), check.page, check.moto.what, _follower(outcome, target)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    print(f"\n{len(outcomes)} differences between moto and AWS's documentation:")
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print()


def _follower(outcome: Outcome, target: str) -> str:
    """Who follows AWS's documentation, as far as a run against one target can see."""
    if outcome.actual == outcome.check.aws:
        return target
    return "neither" if target == "orgsim" else "not moto"


def _short(value: Any) -> str:
    return textwrap.shorten(repr(value), 300)
