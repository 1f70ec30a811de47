"""What people's channels look like from here: a web server and a mail server on loopback that remember what came."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "geheim-693a91f6"


class Listener:
    """A web server on loopback: its address (with a key in it), the requests it got, and the answer it gives."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.got: list[tuple[str, str, bytes]] = []
        self.status, self.answer, self.delay = 200, b'{"errcode": 0, "errmsg": "ok"}', threading.Event()
        self.slow = False

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def listening() -> Iterator[Listener]:
    """A web server until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def answer_it(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            listener.got.append((self.command, self.path, body))
            if listener.slow:
                listener.delay.wait(300)
            self.send_response(listener.status)
            self.end_headers()
            self.wfile.write(listener.answer)

        do_GET = do_POST = answer_it  # noqa: N815 - names of the base class

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_port}/send?key={KEY}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield listener
    finally:
        listener.delay.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Mailbox:
    """A mail server on loopback: its address for Apprise, and the messages it took."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[EmailMessage] = []
        self.refuses = False

    def address(self, to: str = "team@example.com") -> str:
        return f"mailto://night:{KEY}@127.0.0.1:{self.port}?from=daybreak@example.com&to={to}&mode=insecure"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """As much of SMTP as one message needs."""
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).strip():
            verb = line.split()[0].upper()
            if verb == b"EHLO":
                writer.write(b"250-here\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n")
            elif verb == b"AUTH" and line.count(b" ") < 2:
                writer.write(b"334 " + base64.b64encode(b"?") + b"\r\n")
                await reader.readline()
                writer.write(b"235 come in\r\n")
            elif verb == b"AUTH":
                writer.write(b"535 no such user\r\n" if self.refuses else b"235 come in\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                self.got.append(message_from_bytes(text, policy=policy.default))  # type: ignore[arg-type]
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
        writer.close()


@contextmanager
def mailing() -> Iterator[Mailbox]:
    """A mailbox that takes mail until the block ends."""
    mailbox, loop, ready = Mailbox(), asyncio.new_event_loop(), threading.Event()

    def work() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(asyncio.start_server(mailbox.serve, "127.0.0.1", 0))
        mailbox.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(60)
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
