"""The official client library, imported by parts and off the critical path.

`google.cloud.compute_v1` imports all of its 130 services the moment it is named: 1.1 s of
work on a machine where the parts used here take 0.5 s, two thirds of it for the messages,
which come as one module. So the package is put in place without running its `__init__`, and
only the services below are imported. Whoever else asks the package for a name that is not
there yet gets it as ever: its `__init__` is run then.

`prepare` goes further: what other SDKs share (requests, google-auth's signing) is imported
at once, and Google's own rest in a thread, while the caller goes on.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec, module_from_spec
from types import ModuleType

PACKAGE = "google.cloud.compute_v1"
PARTS = ("_compat", "gapic_version", "services", "types")
"""The package's own subpackages and modules, which its services import from it."""

SERVICES = (
    "addresses",
    "disks",
    "firewalls",
    "global_operations",
    "images",
    "instances",
    "machine_types",
    "projects",
    "region_operations",
    "regions",
    "subnetworks",
    "zone_operations",
    "zones",
)
SHARED = ("requests", "google.auth.transport.requests", "google.oauth2.service_account")
"""Imported by the calling thread: other libraries use the same modules, and two threads that
import one package from two ends can meet half-made modules."""

METADATA_TRIES = "GCE_METADATA_DETECT_RETRIES"
"""The SDK's own variable, read when it is imported: how often, for 3 s each and with pauses, it
looks for a metadata server. Its three times make whoever has no credentials wait for 12 s; on a
machine of Google's one answer is enough, and the SDK knows such a machine by its firmware too."""

_lock = threading.RLock()
_loaded = threading.Event()


def load() -> None:
    """Import everything the adapter uses, once; later calls cost nothing, and calls side by
    side wait for the first. Raises ImportError when the SDK is not installed."""
    if _loaded.is_set():
        return
    with _lock:
        if _loaded.is_set():
            return
        _look_once()
        _open_package()
        importlib.import_module("google.api_core.exceptions")
        for service in SERVICES:
            importlib.import_module(f"{PACKAGE}.services.{service}")
        importlib.import_module(f"{PACKAGE}.types.compute")
        _loaded.set()


def load_aside() -> None:
    """Begin to import everything, most of it in a thread of its own; `load` waits for it.
    Raises ImportError when the SDK is not installed. Safe to call twice."""
    if _loaded.is_set():
        return
    _look_once()
    for shared in SHARED:
        importlib.import_module(shared)
    _find()
    threading.Thread(target=_load_quietly, name="import compute", daemon=True).start()


def _look_once() -> None:
    os.environ.setdefault(METADATA_TRIES, "1")


def _load_quietly() -> None:
    # Whoever calls `load` next meets the same error, in a thread that can tell it.
    with suppress(ImportError):
        load()


def _find() -> importlib.machinery.ModuleSpec:
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no package {PACKAGE}", name=PACKAGE)
    return spec


def _open_package() -> None:
    """Make the package importable by its parts, unless somebody has imported it whole."""
    if PACKAGE in sys.modules:
        return
    spec = _find()
    package = module_from_spec(spec)

    def fill(name: str) -> object:
        """What the package answers for a name that it does not have yet (PEP 562)."""
        if name in PARTS:
            return importlib.import_module(f"{PACKAGE}.{name}")
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        _run_init(package)
        return getattr(package, name)

    vars(package)["__getattr__"] = fill
    sys.modules[PACKAGE] = package
    vars(sys.modules["google.cloud"])[PACKAGE.rpartition(".")[2]] = package


def _run_init(package: ModuleType) -> None:
    """Make the package whole, as its own import would have."""
    with _lock:
        if vars(package).pop("__getattr__", None) is not None:
            spec = package.__spec__
            if spec is not None and spec.loader is not None:
                spec.loader.exec_module(package)
