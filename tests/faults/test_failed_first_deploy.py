"""A first deploy that fails: the reader can still see why, afterwards too."""

from __future__ import annotations

from tests.rehearsal import COMPOSE, Rehearsal

BROKEN = COMPOSE.replace(
    "    build: .\n",
    '    build: .\n    entrypoint: ["/busybox", "sh", "-c", "echo cannot; exit 3"]\n',
)


def test_the_log_of_what_never_came_up_can_be_read(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(compose=BROKEN)
    assert rehearsal.up().code == 1

    ran = rehearsal.run("logs", "--output", "json").check()

    # Once for each time it was restarted.
    assert {(e["service"], e["line"]) for e in ran.of("service-log")} == {("web", "cannot")}
    (notice,) = ran.of("notice")
    assert "web on us-1 did not come up" in notice["message"]
