"""The sandbox's server process: `python -m providers.sandbox.server --home ... --token ...`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from providers.sandbox import outer
from providers.sandbox.arm.account import account_of
from providers.sandbox.arm.application import build_arm
from providers.sandbox.arm.identity import PATH as IDENTITY
from providers.sandbox.arm.identity import IdentityEndpoint
from providers.sandbox.arm.settings import Settings as ArmSettings
from providers.sandbox.authority import Authority
from providers.sandbox.errors import SandboxError
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue
from providers.sandbox.fleet import Fleet
from providers.sandbox.gce.application import build_gce
from providers.sandbox.gce.cloud import Settings
from providers.sandbox.home import Home, ServerRecord
from providers.sandbox.network import ensure_network
from providers.sandbox.prerequisites import connect_engine, engine_errors
from providers.sandbox.rest.recorder import RECORD_VARIABLE, Recorder
from providers.sandbox.sweep import sweep_machines
from providers.sandbox.tls import make_tls_server
from providers.sandbox.watch import watch_machines
from providers.sandbox.wsgi import Controls, SandboxApplication

HOST = "127.0.0.1"


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM. Machines stay when the process ends; `Sandbox.down` removes them."""
    parser = argparse.ArgumentParser(prog="longshore-sandbox")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls-port", type=int, default=0)
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s INFO %(message)s", stream=sys.stdout, force=True
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    log = logging.getLogger("longshore.sandbox").info
    try:
        ports = (options.port, options.tls_port)
        _serve(Home(options.home), options.token, options.image, ports, log)
    except SandboxError as error:
        log("%s", error)
        return 1
    return 0


def _serve(home: Home, token: str, image: str, ports: tuple[int, int], log: Any) -> None:
    client = connect_engine()
    with engine_errors("clearing away an earlier run"):
        sweep_machines(client, home, log)
    servers = outer.name_servers()
    if servers:
        home.resolv_conf.write_text("".join(f"nameserver {server}\n" for server in servers))
    with engine_errors("making the network"):
        pool = ensure_network(client, home.sandbox_id())
    fleet = Fleet(client, home, pool, image, log)
    lock = threading.RLock()

    from providers.sandbox.ec2.application import build_api, known_regions

    exchanges, faults = ExchangeLog(home.exchanges), FaultQueue()
    recorder = Recorder(home.traffic if os.environ.get(RECORD_VARIABLE) else None)
    gce, arm, account = Settings(), ArmSettings(), account_of(home)
    application = SandboxApplication(
        build_api(fleet, lock),
        lock,
        exchanges,
        Controls(
            address=pool.gateway,
            health=lambda: {"sandbox": home.sandbox_id(), "token": token, "image": fleet.image},
            use_image=fleet.use_image,
            settings={"gce": gce.take, "arm": arm.take},
        ),
        fleet.converge_firewalls,
        known_regions(),
        faults,
        {
            **build_gce(fleet, exchanges, faults, recorder, gce),
            IDENTITY: IdentityEndpoint(account.tokens, account.header),
        },
    )
    azure = build_arm(fleet, account, exchanges, faults, recorder, arm)
    watch_machines(client, fleet, home.sandbox_id(), log)

    from werkzeug.serving import WSGIRequestHandler, make_server

    class KeepAlive(WSGIRequestHandler):
        """Connections stay open between requests, as on AWS."""

        protocol_version = "HTTP/1.1"

    port, tls_port = map(_usable, ports)
    server = make_server(HOST, port, application, threaded=True, request_handler=KeepAlive)
    secure = make_tls_server(azure, Authority(home.folder), tls_port)
    threading.Thread(target=secure.serve_forever, name="tls", daemon=True).start()
    signal.signal(
        signal.SIGTERM,
        lambda *_: threading.Thread(target=server.shutdown, daemon=True).start(),
    )
    record = ServerRecord(os.getpid(), token, server.server_port, image, secure.server_port)
    home.write_server(record)
    log("Serving on http://%s:%d", HOST, server.server_port)
    server.serve_forever()
    log("Stopped")
    # Background jobs of machines may still wait on Docker; the next start sweeps what they leave.
    logging.shutdown()
    os._exit(0)


def _usable(port: int) -> int:
    """The wished port when it is free, else 0 for any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return 0
    return port


if __name__ == "__main__":
    raise SystemExit(main())
