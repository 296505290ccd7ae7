"""A complete provider in one file: boards on a shelf, kept in a list on disk.

It stands for any small API of your own: a rack that is switched by hand, a hypervisor, a price
list with a web form. What matters is what it keeps to (providers/contract/provider.py), and
that it passes the suite that Longshore's own providers pass:

    pytest --provider examples.provider.shelf:ShelfProvider

The list is the "cloud": one JSON file, changed under a lock, that shows each board's tags.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

from providers.contract import echo
from providers.contract.errors import DeadlineError, InvalidRequestError
from providers.contract.ownership import check_owner, is_owned
from providers.contract.public_key import public_key_blob
from providers.contract.retry import OnRetry, Pause, ignore_retry
from providers.contract.types import (
    TAG_ENVIRONMENT,
    TAG_MACHINE,
    TAG_PROJECT,
    TAG_TARGET,
    TAG_TOKEN,
    Abilities,
    Arch,
    CloudMachine,
    Finding,
    Identity,
    Image,
    Listing,
    MachineRequest,
    Need,
    Network,
    NetworkRequest,
    Offer,
    Owner,
    ProviderSettings,
    Requirement,
    Resource,
)
from providers.contract.waiting import Deadline

NAME = "shelf"
SHELVES = ("left", "right")
"""The zones."""
GIB = 1024**3
SIZES: Mapping[str, tuple[int, int]] = {"small": (2, 2 * GIB), "large": (8, 16 * GIB)}
"""Type to vCPU and memory; all boards are x86_64."""
SYSTEMS = ("debian-12", "debian-13")
ADDRESSES = IPv4Network("10.77.0.0/16")
BOOTING = 0.05
"""Seconds from being taken to running."""


@dataclass(frozen=True)
class Board:
    """One line of the list."""

    name: str
    zone: str
    type: str
    address: str
    taken: float
    tags: Mapping[str, str]

    @property
    def runs(self) -> bool:
        return time.time() >= self.taken + BOOTING

    def as_machine(self, region: str) -> CloudMachine:
        return CloudMachine(
            id=self.name,
            name=self.tags.get(TAG_MACHINE, ""),
            target=self.tags.get(TAG_TARGET, ""),
            provider=NAME,
            region=region,
            zone=self.zone,
            type=self.type,
            state="running" if self.runs else "pending",
            address=self.address if self.runs else None,
            private_address=self.address,
            token=self.tags.get(TAG_TOKEN, ""),
            created=datetime.fromtimestamp(self.taken, UTC).isoformat(),
            tags=self.tags,
        )


class Shelf:
    """The list on disk. Boards go by name; a change is a function from the old to the new."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def boards(self) -> dict[str, Board]:
        with self._locked():
            return self._read()

    def change(self, change: Callable[[dict[str, Board]], None]) -> None:
        with self._locked():
            boards = self._read()
            change(boards)
            self._file.write_text(json.dumps([asdict(board) for board in boards.values()]))

    def _read(self) -> dict[str, Board]:
        text = self._file.read_text() if self._file.exists() else "[]"
        return {entry["name"]: Board(**entry) for entry in json.loads(text)}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ShelfProvider:
    """See `providers.contract.provider.Provider`, whose promises these are. The class is the
    factory too; `file` is its one setting (`options` of the project file)."""

    emulator = "examples.provider.shelf_emulator:ShelfEmulator"
    """What the conformance suite judges it against."""

    def __init__(
        self,
        settings: ProviderSettings,
        region: str,
        on_retry: OnRetry = ignore_retry,
        *,
        pause: Pause = time.sleep,
    ) -> None:
        self.name = NAME
        self.region = region
        self.abilities = Abilities(
            key_pairs=False, firewall=False, markets=("on-demand",), arches=("x86_64",)
        )
        self._settings = settings
        self._on_retry = on_retry
        self._pause = pause

    @property
    def _shelf(self) -> Shelf:
        file = self._settings.options.get("file")
        if not file:
            raise _invalid("nobody says where the list is", "set `file` in the provider settings")
        return Shelf(Path(file))

    def prepare(self) -> None:
        """There is no SDK."""

    def preflight(self) -> Identity:
        return Identity(NAME, account=str(self._settings.options.get("file")), principal="anyone")

    def diagnose(self, need: Need) -> Sequence[Finding]:
        wanted = need.requirement
        return (
            Finding("credentials", "the list", "ok", "anyone may write it"),
            Finding("permission", "the list", "ok", "anyone may write it"),
            Finding("quota", "boards", "ok", "there is always another board"),
            _look("image", need.os, lambda: self.resolve_image(need.os, wanted.arch).id),
            _look("size", wanted.type or "a board", lambda: self._fitting(wanted, need.zone)),
            Finding("network", "the shelf", "ok", f"boards have addresses of {ADDRESSES}"),
            Finding("clock", "this machine", "ok", "it is the shelf's own"),
        )

    def _fitting(self, wanted: Requirement, zone: str | None) -> str:
        offers = self.offers(wanted, zone)
        if not offers:
            raise _invalid("no board is so large", "ask for less `cpu` or `memory`")
        return offers[0].type

    def deployer_address(self) -> str:
        return echo.deployer_address(self._settings, self._on_retry, self._pause)

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        if requirement.market not in self.abilities.markets:
            raise _invalid("there is no spot on the shelf", "remove `market`")
        if zone is not None and zone not in SHELVES:
            raise _invalid(f"there is no shelf {zone!r}", f"shelves: {', '.join(SHELVES)}")
        if requirement.type is not None and requirement.type not in SIZES:
            raise _invalid(f"there is no board {requirement.type!r}", f"boards: {', '.join(SIZES)}")
        if requirement.arch not in self.abilities.arches:
            if requirement.type is not None:
                raise _invalid(f"{requirement.type} is x86_64", "change `arch`")
            return ()
        return tuple(
            Offer(
                provider=NAME,
                region=self.region,
                zones=SHELVES if zone is None else (zone,),
                type=type,
                cpu=cpu,
                memory=memory,
                arch=requirement.arch,
                market=requirement.market,
                family="boards",
            )
            for type, (cpu, memory) in sorted(SIZES.items(), key=lambda size: size[1])
            if requirement.type in (None, type)
            and cpu >= (requirement.cpu or 0)
            and memory >= (requirement.memory or 0)
        )

    def resolve_image(self, os: str, arch: Arch) -> Image:
        if os not in SYSTEMS or arch not in self.abilities.arches:
            raise _invalid(f"there is no {arch} image of {os!r}", f"systems: {', '.join(SYSTEMS)}")
        return Image(id=f"{os}/{arch}", os=os, arch=arch, boot="cloud-init", root_device="")

    def ensure_network(self, request: NetworkRequest) -> Network:
        # Nothing stands before a board; its key goes to it with its user data.
        public_key_blob(request.public_key, provider=NAME, operation="take")
        return Network(request.public_key, firewall="", subnets=dict.fromkeys(SHELVES, ""))

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        limit = Deadline.after(deadline)
        tags = {
            **request.tags,
            **request.owner.tags,
            TAG_TARGET: request.target,
            TAG_MACHINE: request.name,
            TAG_TOKEN: request.token,
        }

        def take(boards: dict[str, Board]) -> None:
            # Named for its token, under the lock: taken once, with its tags, or not at all.
            if request.token not in boards:
                used = {board.address for board in boards.values()}
                free = next(str(host) for host in ADDRESSES.hosts() if str(host) not in used)
                boards[request.token] = Board(
                    request.token, request.zone, request.type, free, time.time(), tags
                )

        if request.token not in self._shelf.boards():
            self._shelf.change(take)
        for _ in limit.polls(self._pause):
            machine = self.find_machine(request.token, request.owner)
            if machine is not None and machine.state == "running":
                return machine
        raise DeadlineError(
            f"board {request.token} does not run yet and the time to wait for it is over",
            provider=NAME,
            operation="take",
            advice="run again to go on with this board",
        )

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        board = self._shelf.boards().get(token)
        if board is None or not is_owned(board.tags, owner):
            return None
        return board.as_machine(self.region)

    def listing(self, owner: Owner) -> Listing:
        ours = [board for board in self._shelf.boards().values() if is_owned(board.tags, owner)]
        machines = [board.as_machine(self.region) for board in ours]
        machines.sort(key=lambda machine: (machine.target, machine.name, machine.id))
        return Listing(tuple(machines), tuple(map(_as_resource, machines)))

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        return tuple(
            _as_resource(board.as_machine(self.region))
            for board in self._shelf.boards().values()
            if not is_owned(board.tags, owner)
        )

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        return ()  # every image has cloud-init, which brings the host key

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        owner = Owner(machine.tags.get(TAG_PROJECT, ""), machine.tags.get(TAG_ENVIRONMENT, ""))

        def write(boards: dict[str, Board]) -> None:
            board = boards.get(machine.id)
            if board is None:
                raise _invalid(f"board {machine.id} is gone", "run again")
            _check(board, owner, "tag")
            changed = {**board.tags, **tags}
            kept = {key: value for key, value in changed.items() if value is not None}
            boards[machine.id] = replace(board, tags=kept)

        self._shelf.change(write)

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        def put_back(boards: dict[str, Board]) -> None:
            board = boards.get(resource.id)
            if board is not None:
                _check(board, owner, "put back")
                del boards[resource.id]

        if resource.id in self._shelf.boards():
            self._shelf.change(put_back)

    def console_output(self, machine: CloudMachine) -> str:
        return ""


def _as_resource(machine: CloudMachine) -> Resource:
    return Resource(
        kind="machine",
        id=machine.id,
        name=machine.name or machine.id,
        provider=machine.provider,
        region=machine.region,
        target=machine.target or None,
        tags=machine.tags,
    )


def _check(board: Board, owner: Owner, operation: str) -> None:
    check_owner(f"board {board.name}", board.tags, owner, provider=NAME, operation=operation)


def _look(check: str, subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, subject, "ok", look())
    except InvalidRequestError as error:
        return Finding(check, subject, "failed", error.message, error.advice)


def _invalid(message: str, advice: str) -> InvalidRequestError:
    return InvalidRequestError(message, provider=NAME, advice=advice)
