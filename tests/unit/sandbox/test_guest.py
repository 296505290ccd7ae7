"""The folder that a machine's guest agent and its emulated cloud share."""

from __future__ import annotations

from pathlib import Path

from providers.sandbox.guest import GuestFolder


def test_published_metadata_are_the_files_and_nothing_else(tmp_path: Path) -> None:
    guest = GuestFolder(tmp_path / "one")
    guest.make({"startup-script": "#!/bin/sh\n", "old": "x"})
    guest.publish({"startup-script": "#!/bin/sh\ntrue\n"})
    files = {file.name: file.read_text() for file in guest.metadata.iterdir()}
    assert files == {"startup-script": "#!/bin/sh\ntrue\n"}
    assert not list(guest.folder.glob("*.new"))


def test_attributes_are_what_the_machine_wrote_and_no_link(tmp_path: Path) -> None:
    guest = GuestFolder(tmp_path / "one")
    guest.make({})
    (guest.guest_attributes / "hostkeys").mkdir()
    (guest.guest_attributes / "hostkeys" / "ssh-ed25519").write_text("AAAA")
    (tmp_path / "outside").write_text("not for the machine")
    (guest.guest_attributes / "hostkeys" / "link").symlink_to(tmp_path / "outside")
    assert guest.attributes() == {"hostkeys/ssh-ed25519": "AAAA"}


def test_a_guest_that_is_gone_is_silent(tmp_path: Path) -> None:
    guest = GuestFolder(tmp_path / "one")
    guest.make({"a": "b"})
    guest.remove()
    guest.remove()
    guest.publish({"a": "c"})
    assert guest.attributes() == {}
    assert not guest.folder.exists()
