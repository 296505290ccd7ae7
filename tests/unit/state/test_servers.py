"""What is remembered of servers, and of state files from before there were any."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from orchestrator.state.database import DATABASE, SCHEMA
from orchestrator.state.servers import SavedJump, SavedServer
from orchestrator.state.store import Store

JUMP = SavedJump("bastion.example.com", 22, "admin", agent=True)
SERVER = SavedServer(
    "10.0.0.5:22 via bastion.example.com:22",
    "db",
    "office",
    "10.0.0.5",
    22,
    "ubuntu",
    key="/home/u/.ssh/db",
    jump=JUMP,
)


def test_a_server_is_remembered_with_its_way_until_it_is_forgotten(tmp_path: Path) -> None:
    with Store(tmp_path, "production") as store:
        store.servers.save(SERVER)
        store.servers.save(SERVER)
    with Store(tmp_path, "production") as store:
        assert store.servers.all() == {SERVER.id: SERVER}
        store.servers.forget(SERVER.id)
        store.servers.forget(SERVER.id)
        assert store.servers.all() == {}


def test_environments_do_not_see_each_others_servers_and_keys(tmp_path: Path) -> None:
    with Store(tmp_path, "production") as store:
        store.servers.save(SERVER)
        store.host_keys.save("10.0.0.5:22", "ssh-ed25519 AAAA")
    with Store(tmp_path, "staging") as store:
        assert store.servers.all() == {}
        assert store.host_keys.get("10.0.0.5:22") is None


def test_a_confirmed_key_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    with Store(tmp_path, "production") as store:
        store.host_keys.save("db:22", "ssh-ed25519 AAAA")
        store.host_keys.save("db:22", "ssh-ed25519 BBBB")
        assert store.host_keys.get("db:22") == "ssh-ed25519 BBBB"
        store.host_keys.forget("db:22")
        assert store.host_keys.get("db:22") is None


def test_a_state_file_of_the_first_version_is_taken_on(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.executescript(SCHEMA)
    connection.execute("PRAGMA user_version=1")
    connection.execute("INSERT INTO places VALUES ('production', 'aws', 'us-east-1')")
    connection.commit()
    connection.close()
    for _ in range(2):
        with Store(tmp_path, "production") as store:
            assert len(store.places.all()) == 1
            store.servers.save(SERVER)
