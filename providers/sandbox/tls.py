"""A second port that speaks TLS, beside the sandbox's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.sandbox.authority import ADDRESS, Authority
from providers.sandbox.http import Application

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer


def make_tls_server(application: Application, authority: Authority, port: int) -> BaseWSGIServer:
    """A server on loopback that is ready to serve; `port` 0 takes any. Handshakes are made by
    the thread of each connection, so that a caller who never finishes one holds up nobody."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class KeepAlive(WSGIRequestHandler):
        """Connections stay open between requests, as on Azure."""

        protocol_version = "HTTP/1.1"

    context = authority.server_context()
    server = make_server(ADDRESS, port, application, threaded=True, request_handler=KeepAlive)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.ssl_context = context
    return server
