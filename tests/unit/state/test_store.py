"""State on disk: permissions, round trips, and what a crash leaves."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.state.database import StateError
from orchestrator.state.lock import LockedError, state_lock
from orchestrator.state.machines import MachineRecord
from orchestrator.state.releases import Release
from orchestrator.state.requests import Pending
from orchestrator.state.store import Store
from providers.contract.types import Image, MachineRequest, Owner, Place

RECORD = MachineRecord(
    name="us-1",
    target="us",
    provider="aws",
    region="us-east-1",
    id="i-1",
    token="us-1-abc",
    address="192.0.2.1",
    pin="a" * 52,
)
REQUEST = MachineRequest(
    token="us-1-abc",
    name="us-1",
    owner=Owner("shop", "production"),
    target="us",
    region="us-east-1",
    zone="us-east-1a",
    type="t3.small",
    image=Image("ami-1", "debian-12", "x86_64", "cloud-init", "/dev/xvda"),
    disk_gib=20,
    market="on-demand",
    key="longshore-shop-production",
    firewall="sg-1",
    subnet="subnet-1",
    tags={"Name": "shop-production-us-1"},
    user_data=b"\x1f\x8b\x00secret host key",
)


def open_store(folder: Path) -> Store:
    return Store(folder / ".longshore", "production")


def test_state_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.machines.save(RECORD)
        folder = tmp_path / ".longshore"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert modes == {0o600}


def test_a_reader_without_state_leaves_no_trace(tmp_path: Path) -> None:
    with Store(tmp_path / ".longshore", "production", create=False) as store:
        assert store.machines.all() == {}
    assert list(tmp_path.iterdir()) == []


def test_machine_records_come_back_as_they_were(tmp_path: Path) -> None:
    rotated = replace(RECORD, pin="b" * 52, pin_next="c" * 52, rotated=True, host_key="ssh-ed25519")
    with open_store(tmp_path) as store:
        store.machines.save(RECORD)
        store.machines.save(rotated)
    with open_store(tmp_path) as store:
        assert store.machines.all() == {"us-1": rotated}
        assert rotated.pins == {"b" * 52, "c" * 52}
        store.machines.forget("us-1")
        store.machines.forget("us-1")
        assert store.machines.all() == {}


def test_environments_do_not_see_each_other(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.machines.save(RECORD)
        store.requests.save(REQUEST, "aws")
    with Store(tmp_path / ".longshore", "staging") as other:
        assert other.machines.all() == {}
        assert other.requests.all() == {}


def test_a_pending_request_comes_back_byte_for_byte(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.requests.save(REQUEST, "gcp")
    with open_store(tmp_path) as store:
        assert store.requests.all() == {"us-1": Pending(REQUEST, "gcp")}


def test_a_pending_request_is_for_one_place(tmp_path: Path) -> None:
    pending = Pending(REQUEST, "gcp")
    assert pending.is_for(Place("gcp", REQUEST.region))
    assert not pending.is_for(Place("aws", REQUEST.region))
    assert not pending.is_for(Place("gcp", "europe-west1"))


def test_a_request_from_before_there_were_several_clouds_is_taken_by_its_region(
    tmp_path: Path,
) -> None:
    with open_store(tmp_path) as store:
        store.requests.save(REQUEST, "aws")
        with store._database.transaction() as connection:
            (row,) = connection.execute("SELECT body FROM requests").fetchall()
            body = json.loads(row["body"])
            del body["provider"]
            connection.execute("UPDATE requests SET body = ?", (json.dumps(body),))
        pending = store.requests.all()["us-1"]
    assert pending == Pending(REQUEST, "")
    assert pending.is_for(Place("aws", REQUEST.region))


def test_an_erased_request_leaves_no_bytes_behind(tmp_path: Path) -> None:
    request = replace(REQUEST, tags={"Name": "CANARY-in-the-request"})
    with open_store(tmp_path) as store:
        store.requests.save(request, "aws")
        store.requests.erase(request.token)
        store.requests.erase(request.token)
        assert store.requests.all() == {}
    for path in (tmp_path / ".longshore").iterdir():
        assert b"CANARY-in-the-request" not in path.read_bytes()


def test_the_journal_names_what_a_killed_run_was_doing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.journal.begin("up")
        store.journal.intend("machine::us-1", "machine", "us-1", "us-1")
        store.journal.conclude("machine::us-1", "done")
        store.journal.intend("connect::us-1", "connect", "us-1", "us-1")
    with open_store(tmp_path) as store:
        store.journal.begin("up")
        left = store.journal.unfinished()
        assert [(entry.kind, entry.status) for entry in left] == [("connect", "started")]


def test_the_journal_says_nothing_after_an_orderly_end(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.journal.begin("up")
        store.journal.intend("machine::us-1", "machine", "us-1", "us-1")
        store.journal.end("failed")
        store.journal.begin("up")
        store.journal.end("done")
        store.journal.begin("down")
        assert store.journal.unfinished() == ()


def test_releases_are_kept_in_order(tmp_path: Path) -> None:
    first = Release("20260101-1", "2026-01-01T00:00:00", "ann", "abc", "h1", {"web": "i1"}, "{}")
    second = replace(first, id="20260102-1", created="2026-01-02T00:00:00")
    with open_store(tmp_path) as store:
        store.releases.add(second)
        store.releases.add(first)
        assert store.releases.all() == (first, second)


def test_a_damaged_state_file_is_one_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / ".longshore"
    folder.mkdir()
    (folder / "state.db").write_bytes(
        b"this is no database, but long enough to be read as one" * 40
    )
    with pytest.raises(StateError, match="cannot be opened") as caught:
        open_store(tmp_path)
    assert "found again by their tags" in caught.value.advice


HOLD = """
import sys
from pathlib import Path
from orchestrator.state.lock import state_lock
with state_lock(Path(sys.argv[1]), "up"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match="`longshore up`") as caught, state_lock(tmp_path, "down"):
        pass
    assert f"process {holder.pid}" in caught.value.message
    holder.kill()
    holder.wait()
    with state_lock(tmp_path, "down"):
        pass


def test_a_folder_that_others_may_read_is_tightened(tmp_path: Path) -> None:
    """Made by hand, unpacked from an archive, or from a backup."""
    outer = tmp_path / "shop"
    inner = outer / ".longshore" / "sandbox"
    inner.mkdir(parents=True)
    (inner / "state.db").touch()
    (inner / "state.db").chmod(0o644)
    for path in (outer, inner.parent, inner):
        path.chmod(0o755)
    with Store(inner, "production"):
        pass
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (inner.parent, inner)}
    assert modes == {".longshore": 0o700, "sandbox": 0o700}
    assert stat.S_IMODE((inner / "state.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(outer.stat().st_mode) == 0o755


def test_a_reader_changes_no_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Store(tmp_path, "production", create=False):
        pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_requests_are_kept_while_what_came_of_them_may_not_be_listed_yet(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.requests.save(REQUEST, "aws")
        store.requests.save(replace(REQUEST, token="us-2-abc", name="us-2"), "aws")
        assert set(store.requests.younger_than(60.0)) == {"us-1", "us-2"}
        assert store.requests.younger_than(-60.0) == ()
        store.requests.erase_but(["us-2"])
        assert set(store.requests.all()) == {"us-2"}
