"""Regions that may hold something of ours."""

from __future__ import annotations

from pathlib import Path

from orchestrator.state.store import Store


def test_places_are_kept_until_they_are_seen_empty(tmp_path: Path) -> None:
    with Store(tmp_path, "production") as store:
        store.places.remember([("aws", "us-east-1"), ("aws", "eu-west-1")])
        store.places.remember([("aws", "us-east-1")])
    with Store(tmp_path, "production") as store:
        assert store.places.all() == {("aws", "us-east-1"), ("aws", "eu-west-1")}
        store.places.forget([("aws", "eu-west-1"), ("aws", "nowhere")])
        assert store.places.all() == {("aws", "us-east-1")}


def test_places_of_another_environment_are_not_seen(tmp_path: Path) -> None:
    with Store(tmp_path, "production") as store:
        store.places.remember([("aws", "us-east-1")])
    with Store(tmp_path, "staging") as other:
        assert other.places.all() == frozenset()
