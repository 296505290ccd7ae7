"""A longer way to the machines: every packet to them waits a while.

`tc netem` would be the usual means, but kernels without it are common where containers run.
So packets to the machines are routed into a tunnel that ends in this process, which holds
each for the chosen time and sends it on to the bridge. TCP stays end to end, handshakes
included; only the way there is longer, so a round trip grows by exactly that time.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

TUN = "/dev/net/tun"
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
PACKET = 65536
SSH_PORT = 22
PROBE_TIMEOUT = 5.0
TABLE = "4953"
"""A routing table nobody else has."""


class DelayUnavailable(Exception):
    """This machine cannot do it; the message says why."""


@dataclass(frozen=True)
class Way:
    """How the machines are reached: the bridge, and the address we come from."""

    bridge: str
    source: str


@contextmanager
def delayed(addresses: Sequence[str], round_trip: float) -> Iterator[None]:
    """Add `round_trip` seconds to every round trip to the addresses. Everything is put back
    at the end. Raises DelayUnavailable, with nothing changed, without root or /dev/net/tun."""
    device = f"delay{os.getpid()}"[:15]
    with ExitStack() as stack:
        try:
            descriptor = _open_tunnel(device)
        except OSError as error:
            raise DelayUnavailable(f"{TUN}: {error.strerror}") from error
        stack.callback(os.close, descriptor)
        way = _way_to(addresses[0])
        _settle_device(device)
        _change(
            stack,
            ["iptables", "-w", "-I", "FORWARD", "-i", device, "-o", way.bridge, "-j", "ACCEPT"],
            ["iptables", "-w", "-D", "FORWARD", "-i", device, "-o", way.bridge, "-j", "ACCEPT"],
        )
        nat = ["-o", device, "-j", "ACCEPT"]  # Docker would write another source into it
        _change(
            stack,
            ["iptables", "-w", "-t", "nat", "-I", "POSTROUTING", *nat],
            ["iptables", "-w", "-t", "nat", "-D", "POSTROUTING", *nat],
        )
        onward = ["iif", device, "lookup", TABLE]
        _change(stack, ["ip", "rule", "add", *onward], ["ip", "rule", "del", *onward])
        for address in addresses:
            _run("ip", "route", "replace", address, "dev", way.bridge, "table", TABLE)
            stack.callback(_run, "ip", "route", "del", address, "table", TABLE)
            _run("ip", "route", "add", address, "dev", device, "src", way.source)
            stack.callback(_run, "ip", "route", "del", address, "dev", device)
        stop = threading.Event()
        carrier = threading.Thread(target=_carry, args=(descriptor, round_trip, stop), daemon=True)
        carrier.start()
        stack.callback(carrier.join)
        stack.callback(stop.set)
        _see_it_works(addresses[0], round_trip)
        yield


def _see_it_works(address: str, round_trip: float) -> None:
    """Raise DelayUnavailable unless a handshake takes one round trip more: some machines
    drop packets that come back with their own address, whatever the device allows."""
    began = time.monotonic()
    try:
        socket.create_connection((address, SSH_PORT), timeout=PROBE_TIMEOUT).close()
    except OSError as error:
        raise DelayUnavailable(f"no way through the tunnel ({error})") from error
    if time.monotonic() - began < round_trip:
        raise DelayUnavailable("packets find a way past the tunnel")


def _open_tunnel(device: str) -> int:
    descriptor = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(
            descriptor, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI)
        )
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _settle_device(device: str) -> None:
    """Up, and taking back packets that carry this machine's own address."""
    _run("ip", "link", "set", device, "up")
    for setting, value in (("accept_local", "1"), ("rp_filter", "0")):
        path = f"/proc/sys/net/ipv4/conf/{device}/{setting}"
        try:
            with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  not a file to keep
                file.write(value)
        except OSError as error:
            raise DelayUnavailable(f"{path}: {error.strerror}") from error


def _way_to(address: str) -> Way:
    words = _run("ip", "-o", "route", "get", address).split()
    return Way(words[words.index("dev") + 1], words[words.index("src") + 1])


def _change(stack: ExitStack, do: Sequence[str], undo: Sequence[str]) -> None:
    _run(*do)
    stack.callback(_run, *undo)


def _run(*argv: str) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DelayUnavailable(f"{argv[0]}: {error}") from error
    if done.returncode != 0:
        raise DelayUnavailable(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def _carry(descriptor: int, hold: float, stop: threading.Event) -> None:
    """Send every packet on `hold` seconds after it came, in order, until told to stop."""
    waiting: deque[tuple[float, bytes]] = deque()
    while not stop.is_set():
        pause = waiting[0][0] - time.monotonic() if waiting else 0.2
        if select.select([descriptor], [], [], max(pause, 0))[0]:
            try:
                while True:
                    packet = os.read(descriptor, PACKET)
                    waiting.append((time.monotonic() + hold, packet))
            except BlockingIOError:
                pass
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            os.write(descriptor, waiting.popleft()[1])
