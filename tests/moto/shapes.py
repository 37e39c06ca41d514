"""The plan of the organization that `organization.py` makes: who has which keys, of what age.

Pure: the same seed, sizes and moment give the same plan. A key's shape is written down as ages in days, so that
what a scanner should say of it can be read off the table below; nothing here knows moto or the wire.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator

MANAGEMENT = "management"
SCANNER = "security-scanner"


@dataclasses.dataclass(frozen=True)
class KeyShape:
    """One access key: days since its creation, days since its last use (None: never used), and its status."""

    age: float
    idle: float | None = None
    active: bool = True


@dataclasses.dataclass(frozen=True)
class UserShape:
    """One kind of user; `service` ones are named, tagged and filed as service accounts."""

    keys: tuple[KeyShape, ...]
    service: bool = False


@dataclasses.dataclass(frozen=True)
class Key:
    """A planned key, with its moments instead of its ages; `service` and `region` are those of its last use."""

    created_at: dt.datetime
    last_used_at: dt.datetime | None
    active: bool
    service: str
    region: str


@dataclasses.dataclass(frozen=True)
class User:
    """A planned IAM user."""

    name: str
    path: str
    tags: dict[str, str]
    created_at: dt.datetime
    keys: tuple[Key, ...]


@dataclasses.dataclass(frozen=True)
class Account:
    """A planned account: the path of OU names from the root down, its tags and its users."""

    name: str
    email: str
    ou: tuple[str, ...]
    tags: dict[str, str]
    users: tuple[User, ...]


# Ages keep clear of the usual limits of 45, 90 and 365 days by a day, but for those a quarter of a day on either side,
# which are there to tell 90 days of 24 hours from 90 midnights.
USER_SHAPES: tuple[UserShape, ...] = (
    UserShape(()),
    UserShape((KeyShape(10, 1),)),
    UserShape((KeyShape(200, 2),)),
    UserShape((KeyShape(300, 0.5),), service=True),
    UserShape((KeyShape(120, 3), KeyShape(20, 1))),
    UserShape((KeyShape(400, 200, active=False), KeyShape(30, 4))),
    UserShape((KeyShape(120),)),
    UserShape((KeyShape(5),)),
    UserShape((KeyShape(89.75, 1),)),
    UserShape((KeyShape(90.25, 1),)),
    UserShape((KeyShape(80, 44.75),)),
    UserShape((KeyShape(80, 45.25),)),
    UserShape((), service=True),
    UserShape((KeyShape(44.75),)),
    UserShape((KeyShape(45.25),)),
    UserShape((KeyShape(700, active=False),)),
    UserShape((KeyShape(500, 100, active=False), KeyShape(100, 60, active=False))),
    UserShape((KeyShape(500, 0.25),), service=True),
    UserShape((KeyShape(3000, 1000),)),
    UserShape((KeyShape(15, 2), KeyShape(250, 240))),  # the older key stands second
    UserShape((KeyShape(150, 7), KeyShape(150))),  # both made in the same second
    UserShape((KeyShape(60, 50, active=False), KeyShape(60, 2)), service=True),
    UserShape((KeyShape(95, 46), KeyShape(85, 44))),
)

_JITTER_DAYS = 0.05
_OUS = (("Security",), ("Workloads", "Prod"), ("Workloads", "Dev"), ("Sandbox",), ())
_ACCOUNT_NAMES = ("audit", "payments", "orders", "search", "data-lake", "web", "mobile", "billing", "labs", "identity")
_GIVEN = (
    "ada",
    "bela",
    "chidi",
    "dana",
    "emre",
    "fiona",
    "goran",
    "hana",
    "ivan",
    "jun",
    "kofi",
    "lena",
    "mira",
    "noor",
)
_FAMILY = ("abara", "berg", "costa", "dorr", "eklund", "fuchs", "gomez", "haas", "ito", "jansen", "khan", "lindt")
_JOBS = ("deploy", "backup", "metrics", "invoice", "export", "mailer", "crawler", "ingest")
_LAST_USES = (("s3", "us-east-1"), ("sts", "eu-west-1"), ("iam", "us-east-1"), ("dynamodb", "eu-central-1"))


def plan(seed: int, members: int, users: int, now: dt.datetime) -> list[Account]:
    """The management account, then `members` others, each of `users` users, whose ages count back from `now`."""
    rng = random.Random(seed)
    return [_account(rng, index, users, now) for index in range(members + 1)]


def organizational_units() -> Iterator[tuple[str, ...]]:
    """Every path of OU names that accounts of a plan may be under, parents before children."""
    paths = {path[:depth] for path in _OUS for depth in range(1, len(path) + 1)}
    return iter(sorted(paths, key=lambda path: (len(path), path)))


def _account(rng: random.Random, index: int, users: int, now: dt.datetime) -> Account:
    name = MANAGEMENT if index == 0 else f"{_ACCOUNT_NAMES[(index - 1) % len(_ACCOUNT_NAMES)]}-{index:02}"
    shapes = [USER_SHAPES[(index * users + offset) % len(USER_SHAPES)] for offset in range(users)]
    if index == 0:
        shapes = shapes[:-1]
    made = [_user(rng, position, shape, now) for position, shape in enumerate(shapes)]
    if index == 0:
        made.append(_scanner(now))
    rng.shuffle(made)
    return Account(
        name=name,
        email=f"aws+{name}@example.com",
        ou=() if index == 0 else _OUS[index % len(_OUS)],
        tags={"team": rng.choice(("core", "growth", "platform")), "env": rng.choice(("prod", "dev"))},
        users=tuple(made),
    )


def _scanner(now: dt.datetime) -> User:
    """The user that a scan signs as: a young key in use, on which no policy has anything to say."""
    key = Key(now - dt.timedelta(days=9), now, True, "sts", "us-east-1")
    return User(SCANNER, "/security/", {"owner": "security"}, now - dt.timedelta(days=30), (key,))


def _user(rng: random.Random, position: int, shape: UserShape, now: dt.datetime) -> User:
    # One jitter for all keys of a user, so that keys of one age were made in the same second.
    jitter = dt.timedelta(days=rng.uniform(-_JITTER_DAYS, _JITTER_DAYS))
    keys = tuple(_key(rng, key, now + jitter) for key in shape.keys)
    eldest = min((key.created_at for key in keys), default=_seconds(now - dt.timedelta(days=40)))
    created_at = eldest - dt.timedelta(days=rng.randrange(1, 200))
    if shape.service:
        name, path, tags = f"svc-{rng.choice(_JOBS)}-{position:02}", "/service/", {"service-account": "true"}
    else:
        name = f"{rng.choice(_GIVEN)}.{rng.choice(_FAMILY)}-{position:02}"
        path, tags = rng.choice(("/", "/people/", "/people/contractors/")), {}
    if rng.random() < 0.5:
        tags["owner"] = f"{rng.choice(_GIVEN)}@example.com"
    return User(name, path, tags, created_at, keys)


def _key(rng: random.Random, shape: KeyShape, now: dt.datetime) -> Key:
    service, region = rng.choice(_LAST_USES)
    last_used_at = None if shape.idle is None else _seconds(now - dt.timedelta(days=shape.idle))
    return Key(_seconds(now - dt.timedelta(days=shape.age)), last_used_at, shape.active, service, region)


def _seconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0)
