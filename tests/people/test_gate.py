"""The ways past a guard in the script: each attack works without its cure, and fails with it."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit as st
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryFile, MemoryMediaFileStorage
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.exceptions import InvalidStatus

import app as casebook
from okf.people.commands.accounts import end_sessions
from okf.shell.exports import unique_name
from okf.shell.fetching import Addresses, forget_waiting_files
from okf.shell.gate import MOST_SOCKETS_OF_ONE_ADDRESS
from okf.shell.turned_away import TurnedAway
from tests.browser import Served, copy_of, run_apart, serving
from tests.wire import Wire, ask, cookie_of

pytestmark = pytest.mark.slow
CURES = ("messages", "identity", "private files", "closed paths", "known messages", "origin", "own uploads")


class Attacked:
    """The attacked app, with and without each cure; each started once."""

    def __init__(self, folder: Path, template_file: tuple[Path, Path]) -> None:
        self.folder, self.template = folder, template_file

    @contextmanager
    def without(self, cure: str | None) -> Iterator[tuple[Served, Path]]:
        witness = self.folder / f"witness-{cure}"
        witness.write_text("")
        env = {"OKF_TEST_WITNESS": str(witness), "OKF_TEST_WITHOUT": cure or ""}
        settings = copy_of(self.template, self.folder)
        with serving(settings, self.folder, app="tests.people.attacked.app:app", env=env) as served:
            yield served, witness


@pytest.fixture(scope="module")
def attacked(template_file: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return Attacked(tmp_path_factory.mktemp("attacked"), template_file)


@pytest.fixture(scope="module", params=["cured", "not cured"])
def socket_attack(request: pytest.FixtureRequest, attacked: Attacked) -> Iterator[tuple[Served, Path, bool]]:
    cured = request.param == "cured"
    with attacked.without(None if cured else "messages") as (served, witness):
        yield served, witness, cured


def test_a_page_beside_the_script_is_not_served_past_the_sign_in(tmp_path, template_file):
    """Until somebody's run has called `st.navigation`, a script beside `pages/` lets every page run by itself."""
    works = {}
    for name, script in (("beside", "router.py"), ("away", "ui/router.py")):
        root = tmp_path / name
        (root / "pages").mkdir(parents=True)
        (root / "pages" / "secret.py").write_text("import streamlit as st\nst.text('SECRET')\n")
        (root / script).parent.mkdir(exist_ok=True)
        (root / script).write_text(
            "import streamlit as st\nst.navigation([st.Page(lambda: st.text('SIGN IN'))]).run()\n"
        )
        (root / "bare.py").write_text(f"import streamlit as st\napp = st.App({str(root / script)!r})\n")
        env = {"PYTHONPATH": str(root)}
        with (
            serving(copy_of(template_file, tmp_path), tmp_path, app="bare:app", env=env) as served,
            Wire(served) as wire,
        ):
            works[name] = "SECRET" in wire.run(page_name="secret")

    assert works == {"beside": True, "away": False}


def test_casebooks_own_script_has_no_pages_beside_it():
    script = Path(casebook.app.script_path)

    assert script.parts[-3:] == ("okf", "shell", "router.py")
    assert not (script.parent / "pages").exists()


@pytest.mark.parametrize("way", ["fragment", "callback", "deferred download"])
def test_an_ended_session_runs_nothing(socket_attack, way):
    """A message that doesn't run the script from its start meets the Gate, which turns it into a plain rerun."""
    served, witness, cured = socket_attack
    person = served.person()
    with Wire(served, cookie_of(served, person)) as wire:
        assert "SECRET of the page" in wire.run()
        message = _message(wire, way)
        end_sessions(served.host, person)
        witness.write_text("")

        wire.send(message)
        shown = "".join(str(one) for one in wire.hear(3))

    assert (way in witness.read_text()) is not cured
    if cured:
        assert "SIGN IN FIRST" in shown
        assert "SECRET" not in shown


def _message(wire: Wire, way: str) -> BackMsg:
    """The message that goes this way, made from what the page was sent."""
    message = BackMsg()
    deltas = [one.delta for one in wire.sent if one.HasField("delta")]
    if way == "fragment":
        message.rerun_script.fragment_id = next(delta.fragment_id for delta in deltas if delta.fragment_id)
    elif way == "callback":
        pressed = message.rerun_script.widget_states.widgets.add()
        elements = [delta.new_element for delta in deltas]
        pressed.id = next(e.button.id for e in elements if e.HasField("button") and e.button.label == "Do it")
        pressed.trigger_value = True
    else:
        message = wire.press(wire.download_button("Late").deferred_file_id)
    return message


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_streamlits_own_session_id_takes_nobody_over(attacked, cured):
    """The id goes on with a live session for whoever sends it; the Gate's name for the session is compared too."""
    with (
        attacked.without(None if cured else "identity") as (served, _),
        Wire(served, cookie_of(served, served.person())) as victim,
    ):
        assert "SECRET of the page" in victim.run()

        with Wire(served, resume=victim.streamlit_id) as thief:
            shown = thief.run()

    assert ("SECRET" in shown) is not cured


def test_nobody_names_their_own_session(served):
    person = served.person()
    cookie_of(served, person)
    with served.store.engine.connect() as connection:
        session_id = connection.exec_driver_sql("SELECT id FROM sign_in_session ORDER BY started_at DESC").scalar()

    with Wire(served, **{"X-Okf-Session": session_id}) as thief:
        shown = thief.run()

    assert "Sign out" not in shown
    assert "Username" in shown


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_a_page_on_another_port_of_this_machine_reads_nothing(attacked, cured):
    """A browser sends the cookie to every port of a host, and Streamlit lets in any local origin."""
    with attacked.without(None if cured else "origin") as (served, _):
        cookie = cookie_of(served, served.person())
        read = [_read_from(served, cookie, origin) for origin in ("http://127.0.0.1:9", "http://localhost:9", "null")]

    assert read == ([False] * 3 if cured else [True, True, False])


def _read_from(served: Served, cookie: str, origin: str) -> bool:
    try:
        with Wire(served, cookie, Origin=origin) as wire:
            return "SECRET" in wire.run()
    except InvalidStatus:
        return False


def test_what_is_asked_from_elsewhere_is_refused_whatever_it_is(served):
    cookie = cookie_of(served, served.person())
    for origin in ("http://127.0.0.1:9", served.base_url.replace("http", "https"), "http://localhost", ""):
        asked = {"cookie": cookie, "origin": origin}
        for path, method in (
            ("/media/x", "GET"),
            ("/_stcore/upload_file/x/y", "PUT"),
            ("/session/left", "GET"),
            ("/", "GET"),
        ):
            assert ask(served.base_url + path, headers=asked, method=method)[0] == 403, (origin, path)
    assert ask(f"{served.base_url}/_stcore/upload_file/x/y", headers={"cookie": cookie}, method="DELETE")[0] == 403
    assert ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[0] == 200


def test_what_is_turned_away_is_logged_with_its_reason_and_source_and_nothing_that_it_said(attacked):
    with attacked.without(None) as (served, _):
        asked = {"origin": "http://evil.example", "cookie": "okf_session=words"}
        for _ in range(3):
            ask(f"{served.base_url}/session/left?family=words", headers=asked)
        ask(served.base_url, headers={"host": "evil.example"})
        with pytest.raises(InvalidStatus), Wire(served, Origin="http://evil.example"):
            pass
        with Wire(served) as stranger:
            stranger.socket.send(b"\xff\xff\xff")
            assert stranger.hear_end()
        ask(f"{served.base_url}/media/words", headers={"cookie": cookie_of(served, served.person())})
        logged = re.findall("^turned away, .*$", served.log.read_text(), re.MULTILINE)

    assert logged == [
        "turned away, not from our pages: from 127.0.0.1",
        "turned away, not by our name: from 127.0.0.1",
        "turned away, a socket that is not of our pages: from 127.0.0.1",
        "turned away, a message that no page sends: from 127.0.0.1",
        "turned away, a file that is not this session's: from 127.0.0.1",
    ]


def test_a_flood_is_two_lines_a_minute_for_each_reason(caplog):
    async def flood() -> None:
        turned_away = TurnedAway()
        turned_away.seconds = 0
        for number in (1, *range(1, 1000), 7, 7):
            turned_away.note("too many", {"client": (f"203.0.113.{number}", 9), "headers": [], "scheme": "http"})
        while len(caplog.messages) < 2:
            await asyncio.sleep(0)
        turned_away.note("too many", {"client": ("203.0.113.1", 9), "headers": [], "scheme": "http"})

    run_apart(asyncio.wait_for(flood(), 10))

    first, rest, anew = caplog.messages
    assert first == anew == "turned away, too many: from 203.0.113.1"
    assert rest.startswith("turned away, too many: 1001 more, from 203.0.113.7 (3), 203.0.113.1 (1), ")
    assert rest.count("203.0.113.") == 5


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"\x00" * 70_000], ids=["no message", "too long"])
def test_a_frame_that_no_page_sends_ends_its_socket_and_nothing_else(served, content):
    with Wire(served) as stranger:
        stranger.socket.send(content)
        assert stranger.hear_end()

    with Wire(served) as visitor:
        assert "Username" in visitor.run()
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_files_are_served_to_a_live_session_alone(attacked, cured):
    with attacked.without(None if cured else "private files") as (served, _):
        person = served.person()
        cookie = cookie_of(served, person)
        with Wire(served, cookie) as wire:
            wire.run()
            address = served.base_url + wire.fetched(wire.download_button("Late").deferred_file_id).deferred_file.url
            assert ask(address, headers={"cookie": cookie})[2] == b"SECRET deferred"

            without_cookie = ask(address)[0]
            end_sessions(served.host, person)
            after_the_end = ask(address, headers={"cookie": cookie})[0]

    assert (without_cookie, after_the_end) == ((401, 401) if cured else (200, 200))


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_a_file_goes_to_a_page_of_ones_own_session_alone(attacked, cured):
    """Streamlit asks whether the page is open, and nobody whose it is."""
    with attacked.without(None if cured else "own uploads") as (served, _):
        cookie = cookie_of(served, served.person())
        with Wire(served, cookie) as own, Wire(served, cookie_of(served, served.person())) as theirs:
            own.run()
            theirs.run()
            sent = {
                wire: [_upload(served, cookie, wire, method) for method in ("PUT", "DELETE")] for wire in (own, theirs)
            }

    assert sent[own] == [204, 204]
    assert sent[theirs] == ([404, 404] if cured else [204, 204])


def _upload(served: Served, cookie: str, page: Wire, method: str) -> int:
    token = generate_xsrf_token_string()
    asked = {
        "cookie": f"{cookie}; {XSRF_COOKIE_NAME}={token}",
        "x-xsrftoken": token,
        "origin": served.base_url,
        "content-type": "multipart/form-data; boundary=x",
    }
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nwords\r\n--x--\r\n'
    address = f"{served.base_url}/_stcore/upload_file/{page.streamlit_id}/f"
    return ask(address, body=body if method == "PUT" else None, headers=asked, method=method)[0]


def test_a_stranger_who_takes_every_socket_keeps_nobody_out_who_has_signed_in(attacked):
    with attacked.without(None) as (served, _), ExitStack() as stack:
        opened = [stack.enter_context(_handshake(served)) for _ in range(MOST_SOCKETS_OF_ONE_ADDRESS + 1)]
        answers = [one.recv(12) for one in opened]

        with Wire(served, cookie_of(served, served.person())) as wire:
            assert "SECRET of the page" in wire.run()

    assert answers == [b"HTTP/1.1 101"] * MOST_SOCKETS_OF_ONE_ADDRESS + [b"HTTP/1.1 403"]


def _handshake(served: Served) -> socket.socket:
    here = urlsplit(served.base_url)
    opened = socket.create_connection((here.hostname, here.port), timeout=20)
    opened.sendall(
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {here.netloc}\r\nOrigin: {served.base_url}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return opened


def test_a_request_that_stops_halfway_is_ended_with_a_sentence(attacked):
    with attacked.without(None) as (served, _):
        here = urlsplit(served.base_url)
        with socket.create_connection((here.hostname, here.port), timeout=20) as slow:
            slow.sendall(
                f"POST /session/begin HTTP/1.1\r\nHost: {here.netloc}\r\nOrigin: {served.base_url}\r\n"
                'Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"ti'.encode()
            )
            answer = b"".join(iter(lambda: slow.recv(4096), b""))

        assert answer.startswith(b"HTTP/1.1 408")
        assert answer.endswith(b"That took too long.")
        assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_a_file_is_made_for_the_session_that_was_shown_its_button(attacked, cured):
    """Streamlit makes it for whoever sends its id: under the first one's name, and after they signed out."""
    with attacked.without(None if cured else "own downloads") as (served, witness):
        person = served.person()
        with Wire(served, cookie_of(served, person)) as owner:
            owner.run()
            file_id = owner.download_button("Late").deferred_file_id
            with (
                Wire(served, cookie_of(served, served.person())) as other,
                Wire(served, cookie_of(served, person)) as own,
            ):
                ran = []
                for wire in (other, own):
                    wire.run()
                    ran.append(_ran(wire, file_id, witness))
                end_sessions(served.host, person)
                ran.append(_ran(other, file_id, witness))

    assert ran == [not cured] * 3


def _ran(wire: Wire, file_id: str, witness: Path) -> bool:
    """Whether asking for a file makes it; what makes none says so, and leads nowhere."""
    witness.write_text("")
    answer = wire.fetched(file_id)
    ran = "deferred download" in witness.read_text()
    assert answer.HasField("deferred_file") is ran
    assert ran or answer.error_msg == "This file is not there for you to fetch. Open its page again."
    return ran


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_the_address_of_a_file_answers_the_session_that_fetched_it(attacked, cured):
    """Streamlit serves it to whoever has the address, and what a page draws into itself too."""
    with attacked.without(None if cured else "own files") as (served, _):
        person = served.person()
        cookie, second, other = (cookie_of(served, who) for who in (person, person, served.person()))
        with Wire(served, cookie) as wire:
            wire.run()
            address = served.base_url + wire.fetched(wire.download_button("Late").deferred_file_id).deferred_file.url
            drawn = served.base_url + wire.download_button("Now").url
            answers = [ask(address, headers={"cookie": one})[0] for one in (second, other)]
            answers.append(ask(drawn, headers={"cookie": cookie})[0])
            assert ask(address, headers={"cookie": cookie})[2] == b"SECRET deferred"

    assert answers == ([404] * 3 if cured else [200] * 3)


def test_a_file_waits_for_a_browser_that_comes_late(attacked):
    """Streamlit lets it go once two pages anywhere were drawn."""
    with attacked.without(None) as (served, _), Wire(served, cookie_of(served, served.person())) as other:
        cookie = cookie_of(served, served.person())
        with Wire(served, cookie) as wire:
            wire.run()
            address = served.base_url + wire.fetched(wire.download_button("Late").deferred_file_id).deferred_file.url
            for one in (other, wire, other, wire):
                one.run()
            status, headers, content = ask(address, headers={"cookie": cookie})

    assert (status, content) == (200, b"SECRET deferred")
    assert headers["content-disposition"].startswith("attachment; filename*=utf-8''")
    assert headers["cache-control"] == "no-store"


def test_the_address_of_a_file_answers_for_a_minute():
    addresses, at = Addresses(), datetime(2026, 11, 23, 10, tzinfo=UTC)
    addresses.tell("/media/1.pdf", "one", at, MemoryFile(b"", "application/pdf", MediaFileKind.DOWNLOADABLE, "1.pdf"))

    answered = [addresses.answers("/media/1.pdf", "one", at + timedelta(seconds=s)) for s in (59, 60)]

    assert answered == [True, False]
    assert not addresses.answers("/media/1.pdf", "other", at)
    assert not addresses.answers("/media/2.pdf", "one", at)


def test_no_file_that_waits_outlasts_a_sealing():
    addresses, at = Addresses(), datetime(2026, 11, 23, 10, tzinfo=UTC)
    addresses.tell("/media/1.pdf", "one", at, MemoryFile(b"", "application/pdf", MediaFileKind.DOWNLOADABLE, "1.pdf"))

    forget_waiting_files()

    assert not addresses.answers("/media/1.pdf", "one", at)
    assert addresses.served("/media/1.pdf") is None


def test_a_file_that_can_not_be_made_is_a_reference_and_no_words(attacked):
    with attacked.without(None) as (served, _), Wire(served, cookie_of(served, served.person())) as wire:
        wire.run()
        said = wire.fetched(wire.download_button("Broken").deferred_file_id).error_msg

    reference = re.fullmatch(r"The file could not be made.*reference: (E-[0-9A-F]{8})", said)[1]
    log = served.log.read_text()
    assert f"{reference} ValueError" in log
    assert "SECRET name" not in log
    assert log.count("Traceback") == log.count("Unmade") == 0


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_nobody_turns_the_pages_of_a_grid(attacked, cured):
    """Streamlit hands on the rest of a long grid without running its page: no page shows one."""
    with (
        attacked.without(None if cured else "known messages") as (served, _),
        Wire(served, cookie_of(served, served.person())) as wire,
    ):
        wire.run()
        frame = next(
            one.delta.new_element.dataframe
            for one in wire.sent
            if one.HasField("delta") and one.delta.new_element.HasField("dataframe")
        )
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        message.backend_operation_request.session_id = wire.streamlit_id
        chunk = message.backend_operation_request.dataframe_chunk
        chunk.source_id, chunk.offset, chunk.limit = frame.lazy_data.source_id, 1000, 10
        wire.send(message)
        heard = wire.hear(2, until="backend_operation_response")

    assert any(one.WhichOneof("type") == "backend_operation_response" for one in heard) is not cured


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_two_large_downloads_never_share_an_address(cured):
    """Streamlit tells files over 1 MiB apart by head, middle, tail and name: so each download has its own name."""
    one, other = bytearray(3 << 20), bytearray(3 << 20)
    one[500_000:500_009], other[500_000:500_009] = b"for Robin", b"for Alexi"
    names = [unique_name("cases", "csv") if cured else "cases.csv" for _ in range(2)]
    storage = MemoryMediaFileStorage("/media")

    first, second = (
        storage.load_and_get_id(bytes(data), "text/csv", MediaFileKind.DOWNLOADABLE, name)
        for data, name in zip((one, other), names, strict=True)
    )

    assert (first != second) is cured
    assert (storage.get_file(f"{second}.csv").content == bytes(other)) is cured


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_streamlits_own_doors_are_closed(attacked, cured):
    """Figures of use, the agents' way in, and other sign-ins answer everybody by default."""
    with attacked.without(None if cured else "closed paths") as (served, _):
        paths = (
            "/_stcore/metrics",
            "/_stcore/agent/openapi.json",
            "/_stcore/st-metrics",
            "/oauth2callback",
            "/auth/login",
        )
        answers = {path: ask(served.base_url + path)[0] for path in paths}

    assert set(answers.values()) == {404} if cured else answers["/_stcore/metrics"] == 200


@pytest.mark.parametrize("cured", [True, False], ids=["cured", "not cured"])
def test_a_visitor_clears_nobodys_caches(attacked, cured):
    with attacked.without(None if cured else "known messages") as (served, _), Wire(served) as visitor:
        visitor.run()
        visitor.send(BackMsg(clear_cache=True))
        visitor.send(
            BackMsg(file_urls_request={"request_id": "1", "session_id": visitor.streamlit_id, "file_names": ["x"]})
        )
        answers = [one.WhichOneof("type") for one in visitor.hear(2, until="file_urls_response")]

    assert ("file_urls_response" in answers) is not cured


def test_a_foreign_name_for_this_machine_is_not_answered(served):
    assert ask(served.base_url, headers={"host": "evil.example"})[0] == 400


def test_every_answer_carries_the_headers_that_streamlit_does_not_send(served):
    for path in ("/", "/session/left", "/media/x"):
        headers = ask(served.base_url + path)[1]

        assert "unsafe-eval" not in headers["content-security-policy"]
        assert "script-src 'self' blob: 'sha256-" in headers["content-security-policy"]
        for directive in ("frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"):
            assert directive in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers


def test_two_hidden_options_of_streamlit_are_set():
    assert config.get_option("server.trustedUserHeaders") == {"x-okf-session": "okf_session"}
    assert config.get_option("runner.postScriptGC") is False
    assert st.__version__ == "1.67.0"
