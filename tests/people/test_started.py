"""However Casebook is started, it believes no header that no setting vouches for, and opens no connection."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from okf.errors import Misconfigured
from okf.people.commands.sign_in import check_password
from okf.settings import settings
from okf.shell.live_session import Source
from okf.shell.serving import serve
from okf.store.models import SignInSession, SignInTry
from okf.terms import Role
from tests.browser import PASSWORD, Served, by_streamlit, by_uvicorn, copy_of, serving
from tests.wire import Wire, ask, cookie_of, our_page

pytestmark = pytest.mark.slow
STARTS = {"okf serve": serve, "uvicorn": by_uvicorn, "streamlit run": by_streamlit}
OUTGOING = ("connect", "sendto", "getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo")
PAGES = ("", "enquiries", "cases", "caseload", "team", "calendar", "raise_concern", "accounts", "imports", "record")


@dataclass(frozen=True)
class Watched:
    """A way to start a server that keeps it from reaching any other program, and writes down each try."""

    start: Callable[[str, int], None]

    def __call__(self, app: str, port: int) -> None:
        def refuse(event: str, told: tuple[object, ...]) -> None:
            if event in {f"socket.{name}" for name in OUTGOING} | {"subprocess.Popen", "os.system"}:
                with Path(os.environ["OKF_TEST_WITNESS"]).open("a") as file:
                    file.write(f"{event} {told[1:]}\n")
                raise OSError("no setting names this")

        sys.addaudithook(refuse)
        self.start(app, port)


@dataclass(frozen=True)
class Started:
    served: Served
    witness: Path


@pytest.fixture(scope="module", params=STARTS)
def started(request, template_file, tmp_path_factory) -> Iterator[Started]:
    folder = tmp_path_factory.mktemp("started")
    witness = folder / "witness"
    witness.touch()
    env = {"OKF_TEST_WITNESS": str(witness)}
    start = Watched(STARTS[request.param])
    with serving(copy_of(template_file, folder), folder, env=env, start=start) as served:
        yield Started(served, witness)


def sources(served: Served, table: type[SignInSession] | type[SignInTry], *, of: str | None = None) -> set[str]:
    with served.store.engine.connect() as connection:
        asked = select(table.source)
        return set(connection.execute(asked.filter_by(person=of) if of else asked).scalars())


def begin(served: Served, person: str, **headers: str) -> tuple[int, str]:
    """Change a ticket for a cookie; the status, and the cookies."""
    ticket = check_password(served.door, person, PASSWORD, Source("127.0.0.1")).token
    asked = our_page(served) | {name.lower(): value for name, value in headers.items()}
    status, told, _ = ask(f"{served.base_url}/session/begin", body={"ticket": ticket}, headers=asked)
    return status, told.get("set-cookie", "")


def test_a_program_of_this_machine_is_not_believed_when_it_speaks_for_another_address(started):
    """By default uvicorn believes them all: then each try to sign in comes from a new address, and none waits."""
    served = started.served
    person = served.person()
    named = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    status, cookies = begin(served, person, **named)
    with Wire(served, **named) as wire:
        wire.run()
        wire.send(_wrong_password(wire))
        wire.hear(10)

    assert (status, "__Host-" in cookies) == (204, False)
    assert sources(served, SignInSession, of=person) == {"127.0.0.1"}
    assert sources(served, SignInTry) == {"127.0.0.1"}


def _wrong_password(wire: Wire) -> BackMsg:
    elements = [one.delta.new_element for one in wire.sent if one.HasField("delta")]
    message = BackMsg()
    for element in elements:
        if element.HasField("text_input") and element.text_input.label in ("Username", "Password"):
            typed = message.rerun_script.widget_states.widgets.add()
            typed.id, typed.string_value = element.text_input.id, "nobody.here"
        if element.HasField("button") and element.button.label == "Sign in":
            pressed = message.rerun_script.widget_states.widgets.add()
            pressed.id, pressed.trigger_value = element.button.id, True
    return message


def test_it_opens_no_connection_that_no_setting_names(started):
    """Started, read by somebody with every role, asked by strangers: all without a try to reach anything."""
    served = started.served
    with Wire(served, cookie_of(served, served.person(*Role))) as wire:
        shown = [wire.run(page_name=name) for name in PAGES]
    for origin in ("https://evil.example", "http://localhost:9", served.base_url.replace("127.0.0.1", "localhost")):
        with pytest.raises(InvalidStatus), Wire(served, Origin=origin):
            pass

    assert all("Sign out" in one for one in shown)
    assert started.witness.read_text() == ""


def test_without_the_rule_for_origins_a_strangers_page_makes_streamlit_call_out(template_file, tmp_path):
    witness = tmp_path / "witness"
    env = {"OKF_TEST_WITNESS": str(witness), "OKF_TEST_WITHOUT": "origin"}
    app = "tests.people.attacked.app:app"
    with (
        serving(copy_of(template_file, tmp_path), tmp_path, app=app, env=env, start=Watched(serve)) as served,
        pytest.raises(InvalidStatus),
        Wire(served, Origin="https://evil.example"),
    ):
        pass

    assert "socket.connect" in witness.read_text()


@pytest.fixture(scope="module")
def proxied(template_file, tmp_path_factory) -> Iterator[Served]:
    """Casebook behind a proxy of this machine."""
    folder = tmp_path_factory.mktemp("proxied")
    with serving(copy_of(template_file, folder), folder, env={"OKF_PROXY": "127.0.0.1"}) as served:
        yield served


def test_a_proxy_that_a_setting_names_says_who_asks(proxied):
    person = proxied.person()
    named = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}

    assert begin(proxied, person, **named)[0] == 204

    assert sources(proxied, SignInSession, of=person) == {"198.51.100.7"}


def test_under_tls_the_cookie_is_secure_and_bound_to_this_host(proxied):
    """Behind a proxy that ends TLS and says so."""
    tls = {"x-forwarded-proto": "https", "origin": proxied.base_url.replace("http", "https")}
    ticket = check_password(proxied.door, proxied.person(), PASSWORD, Source("127.0.0.1")).token
    asked = {**our_page(proxied), **tls}
    _, headers, _ = ask(f"{proxied.base_url}/session/begin", body={"ticket": ticket}, headers=asked)

    session = headers["set-cookie"].split("\n")[0]
    assert session.startswith("__Host-okf_session=")
    assert "Secure" in session
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    named = session.split(";")[0]
    assert ask(f"{proxied.base_url}/session/left", headers={"cookie": named, **tls})[0] == 200
    plain = named.removeprefix("__Host-")
    assert ask(f"{proxied.base_url}/session/left", headers={"cookie": plain, **tls})[0] == 401


def test_one_address_is_ours_where_a_setting_names_it(template_file, tmp_path):
    env = {"OKF_ADDRESS": "https://Casebook.Example.org:443/", "OKF_PROXY": "192.0.2.1"}
    named = {"Host": "casebook.example.org", "Origin": "https://casebook.example.org"}
    with serving(copy_of(template_file, tmp_path), tmp_path, env=env, start=by_uvicorn) as served:
        person = served.person()
        status, cookies = begin(served, person, **named, **{"X-Forwarded-For": "203.0.113.9"})
        with Wire(served, cookies.split(";")[0], **named) as wire:
            shown = wire.run()
        for host, origin in (
            ("casebook.example.org", "http://casebook.example.org"),
            ("casebook.example.org", "https://casebook.example.org:8443"),
            (served.base_url.removeprefix("http://"), served.base_url),
            (served.base_url.removeprefix("http://"), "https://casebook.example.org"),
        ):
            assert begin(served, person, Host=host, Origin=origin)[0] in (400, 403)
            with pytest.raises(InvalidStatus), Wire(served, Host=host, Origin=origin):
                pass

        assert status == 204
        assert cookies.startswith("__Host-okf_session=")
        assert "Sign out" in shown
        assert sources(served, SignInSession, of=person) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "name, value",
    [
        ("OKF_ADDRESS", "casebook.example.org"),
        ("OKF_ADDRESS", "https://casebook.example.org/path"),
        ("OKF_ADDRESS", "https://me@casebook.example.org"),
        ("OKF_PROXY", "*"),
        ("OKF_PROXY", "proxy.example.org"),
        ("OKF_PROXY", "10.0.0.1/8"),
    ],
)
def test_an_address_or_a_proxy_that_can_not_be_held_to_is_refused_at_the_start(name, value):
    with pytest.raises(Misconfigured, match=name):
        settings({name: value})
