"""Asking one machine what it runs: two questions at once on one connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.operations.fleet import Fleet
from orchestrator.planning.look import Inside
