"""Half a request, or half an answer, is not waited for; who holds many connections keeps nobody else out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn

from okf.shell.serving import Connection

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
TAKEN = threading.Event()


class Hasty(Connection):
    """Waits for less than Casebook does, so that no test waits."""

    request_seconds = 0.4
    answer_seconds = 0.4


class Few(Connection):
    """Takes fewer of one address than Casebook does."""

    most_of_one_address = 3


async def small(scope, receive, send) -> None:
    """Answer in a word."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"here"})


async def large(scope, receive, send) -> None:
    """Answer with more than a connection holds; whatever is sent after its end goes nowhere."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64):
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
    TAKEN.set()


@contextmanager
def served(app, connection: type[Connection]) -> Iterator[tuple[str, int]]:
    """An app behind such connections, by a real server."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=connection, lifespan="off", log_level="critical"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    running.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        running.join()
        listening.close()


def ended(one: socket.socket) -> bool:
    """Whether the server ends it, within what the socket waits for."""
    try:
        while one.recv(4096):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: he", GET + b"GET / HT"], ids=["none", "half", "next"])
def test_a_request_that_does_not_become_whole_is_not_waited_for(begun):
    with served(small, Hasty) as address, socket.create_connection(address, timeout=3) as slow:
        slow.sendall(begun)

        assert ended(slow)


UPGRADE = GET[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
UNREADABLE = {"a control sign": b"X: \x01", "long": b"X: " + b"x" * 9000, "many": b"\r\n".join([b"X: x"] * 300)}


@pytest.mark.parametrize("head", UNREADABLE.values(), ids=UNREADABLE)
def test_a_socket_whose_headers_its_library_can_not_read_is_ended(head):
    """Else 2,000 of them, which no limit counted, shut everybody out for as long as they were held."""
    with served(small, Connection) as address, socket.create_connection(address, timeout=3) as held:
        held.sendall(UPGRADE + head + b"\r\n\r\n")

        assert ended(held)


@pytest.mark.parametrize("before", [b"", GET], ids=["at first", "after an answer"])
def test_letters_that_trickle_in_gain_no_time(before):
    with served(small, Hasty) as address, socket.create_connection(address, timeout=0.1) as slow:
        slow.sendall(before)
        tries = 0
        while not ended(slow) and tries < 30:
            tries += 1
            slow.sendall(b"G")

    assert tries < 30


def test_an_answer_that_nobody_takes_is_not_kept():
    TAKEN.clear()
    with served(large, Hasty) as address, socket.create_connection(address) as slow:
        slow.sendall(GET)

        assert TAKEN.wait(3)


def test_who_holds_many_connections_loses_the_oldest_and_the_newest_is_answered():
    with served(small, Few) as address, ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(address, timeout=3)) for _ in range(4)]

        held[-1].sendall(GET)

        assert held[-1].recv(15) == b"HTTP/1.1 200 OK"
        assert ended(held[0])
        for one in held[1:3]:
            one.sendall(GET)
            assert one.recv(15) == b"HTTP/1.1 200 OK"
