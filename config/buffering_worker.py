"""gunicorn's threads, which get whole requests: one that never ends holds none of them (ADR 87).

The head of a request, and a body of up to 64 KB, is received by the loop of the process. A thread
gets the connection once they are there. What takes longer than ten seconds is closed. A larger body
is read by a thread and has to come at a rate.
"""

import errno
import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from socket import socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_SECONDS = 10  # for a head and a small body, from the first byte or the last answer
SEND_SECONDS = 30  # for each piece of an answer
RECEIVED_AT_ONCE = 64 * 1024  # bytes
MAX_HEAD = 128 * 1024  # bytes; gunicorn's own limits refuse what is longer, with an answer
MAX_BUFFERED = 64 * 1024  # bytes of a body; a larger one is read by a thread
MIN_RATE = 16 * 1024  # bytes of it a second, on the average
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
# The body does not come, or does not say how long it is, until somebody reads it.
READ_BY_THREAD = re.compile(rb"\r\n(?:expect|transfer-encoding):", re.IGNORECASE)


class BufferedConnection(TConn):
    """A connection, and what came of its next request."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.begin(b"")

    def begin(self, received: bytes) -> None:
        self.received = bytearray(received)
        self._whole_at: int | None = None  # so many bytes are enough for a thread
        self.body_size = 0
        self.deadline = float("inf")  # of a thread that reads

    def receive(self, data: bytes) -> None:
        searched = max(0, len(self.received) - len(END_OF_HEAD) + 1)
        self.received += data
        if self._whole_at is None:
            self._find_end_of_head(searched)

    def _find_end_of_head(self, searched: int) -> None:
        end = self.received.find(END_OF_HEAD, searched)
        if end < 0:
            return
        head = bytes(self.received[: end + len(END_OF_HEAD)])
        found = LENGTH.search(head)
        self.body_size = int(found[1]) if found else 0
        waits = self.body_size <= MAX_BUFFERED and not READ_BY_THREAD.search(head)
        self._whole_at = len(head) + (self.body_size if waits else 0)

    @property
    def is_whole(self) -> bool:
        if self._whole_at is None:
            return len(self.received) > MAX_HEAD
        return len(self.received) >= self._whole_at

    def hand_over(self) -> None:
        """Give the parser what came, and a time by which the rest has to come. In a thread."""
        self.deadline = time.monotonic() + REQUEST_SECONDS + self.body_size / MIN_RATE
        self.sock.setblocking(True)
        is_new = not self.initialized
        self.init()
        unreader = self.parser.unreader
        if is_new:
            unreader.chunk = partial(self._read_in_time, unreader.chunk)
        unreader.unread(bytes(self.received))
        self.received.clear()

    def _read_in_time(self, read: Callable[..., bytes], size_hint: int | None = None) -> bytes:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise ConnectionResetError(errno.ECONNRESET, "The request did not end in time")
        self.sock.settimeout(min(left, REQUEST_SECONDS))
        try:
            return read(size_hint)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "The request paused too long") from error


class BufferingWorker(ThreadWorker):
    """A gthread worker whose threads never wait for the head of a request."""

    def accept(self, listener: socket) -> None:
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self._receive_request(BufferedConnection(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket) -> None:
        """The next request of a connection begins to arrive."""
        if not isinstance(conn, BufferedConnection):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive_request(conn)

    def finish_request(self, conn: TConn, fs: Future) -> None:
        """Of the request after this one a part may have come with it."""
        if isinstance(conn, BufferedConnection) and not fs.cancelled() and not fs.exception():
            leftover = conn.parser.unreader.take_buffered() if fs.result() else b""
            conn.begin(leftover)
            if leftover:
                conn.sock.setblocking(False)
                self._receive_request(conn, bytes(leftover))
                return
        super().finish_request(conn, fs)

    def _receive_request(self, conn: BufferedConnection, known: bytes = b"") -> None:
        """Give a request to a thread if it is here, else wait for it."""
        conn.begin(b"")
        if known:
            conn.receive(known)
        if not conn.is_whole and not self._receive(conn):
            return
        if conn.is_whole:
            self.enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._go_on_receiving, conn))

    def _go_on_receiving(self, conn: BufferedConnection, client: socket) -> None:
        is_open = self._receive(conn, close=False)
        if is_open and not conn.is_whole:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if is_open:
            self.enqueue_req(conn)
        else:
            self._drop(conn)

    def _receive(self, conn: BufferedConnection, *, close: bool = True) -> bool:
        """Read what is there. False where the other side has gone."""
        try:
            data = conn.sock.recv(RECEIVED_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            data = b""
        if data:
            conn.receive(data)
        elif close:
            self._drop(conn)
        return bool(data)

    def _drop(self, conn: BufferedConnection) -> None:
        self.nr_conns -= 1
        conn.close()

    def handle(self, conn: TConn) -> Any:
        """Handle a request that is here, or whose large body a thread has to read."""
        if isinstance(conn, BufferedConnection):
            try:
                conn.hand_over()
            except OSError:
                return False
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        conn.sock.settimeout(SEND_SECONDS)
        return super().handle_request(req, conn)
