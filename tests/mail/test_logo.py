import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from bball_tui.mail.logo import LARGEST, logo_trouble

PATHS = {
    "/logo.png": (200, "image/png", 1000),
    "/gone.png": (404, "text/html", 10),
    "/elsewhere.png": (302, "text/html", 0),
    "/page.png": (200, "text/html; charset=utf-8", 10),
    "/logo.svg": (200, "image/svg+xml", 10),
    "/huge.jpg": (200, "image/jpeg", LARGEST + 1),
}


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, size = PATHS[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(b"x" * size)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing: the test says what it sees."""


@pytest.fixture
def site() -> Iterator[tuple[str, ssl.SSLContext]]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", trust
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_what_a_mail_program_would_meet(site: tuple[str, ssl.SSLContext]) -> None:
    address, trust = site
    said = {path: await logo_trouble(address + path, trust=trust) for path in PATHS}
    assert said["/logo.png"] is None
    assert "answers with 404" in (said["/gone.png"] or "")
    assert "answers with 302" in (said["/elsewhere.png"] or "")
    assert "is text/html; mail programs show PNG" in (said["/page.png"] or "")
    assert "is image/svg+xml" in (said["/logo.svg"] or "")
    assert "more than 500 KB" in (said["/huge.jpg"] or "")
    assert "cannot be reached" in (await logo_trouble(address + "/logo.png") or "")  # a certificate that nobody trusts
    assert "cannot be reached" in (await logo_trouble("https://127.0.0.1:1/logo.png") or "")
