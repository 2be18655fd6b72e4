"""The session routes and cookies: only our own pages may ask, and the cookie is out of reach of scripts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from okf.people.commands.accounts import end_sessions, switch_off
from okf.people.commands.sign_in import check_password
from okf.shell.live_session import Source
from okf.store.models import SignInSession
from okf.terms import Role
from tests.browser import PASSWORD, Served
from tests.wire import Wire, ask, cookie_of, our_page


def ticket_of(served: Served, person: str) -> str:
    return check_password(served.door, person, PASSWORD, Source("127.0.0.1")).token


def begin(served: Served, token: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return ask(f"{served.base_url}/session/begin", body={"ticket": token}, headers={**our_page(served), **headers})


def idle_for(served: Served, person: str, span: timedelta) -> None:
    """Make all sessions of somebody look as if nothing had been done for so long."""
    with served.store.engine.begin() as connection:
        rows = connection.execute(select(SignInSession.id, SignInSession.last_seen_at).filter_by(person=person)).all()
        for session_id, seen in rows:
            back = update(SignInSession).filter_by(id=session_id).values(last_seen_at=seen - span)
            connection.execute(back)


def last_seen(served: Served, person: str) -> object:
    with served.store.engine.connect() as connection:
        return connection.execute(select(SignInSession.last_seen_at).filter_by(person=person)).scalar_one()


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(served):
    status, headers, _ = begin(served, ticket_of(served, served.person()))

    session, browser = headers["set-cookie"].split("\n")
    assert status == 204
    for cookie, name in ((session, "okf_session"), (browser, "okf_browser")):
        assert cookie.startswith(f"{name}=")
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "Path=/" in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    ],
)
@pytest.mark.parametrize("path", ["begin", "end", "sign-out", "extend"])
def test_another_sites_page_may_ask_for_nothing(served, path, headers):
    person = served.person()
    cookie = cookie_of(served, person)
    asked = {**our_page(served), "cookie": cookie, **headers}

    assert ask(f"{served.base_url}/session/{path}", body={"ticket": "x"}, headers=asked)[0] == 403
    assert ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[0] == 200


@pytest.mark.parametrize(
    "body", [b"[" * 4000, b'{"ticket": "\\ud800"}', b'{"ticket": 1}', b"[]", b"\xff", b"x" * 5000], ids=str
)
def test_what_is_no_request_of_ours_is_told_so_without_a_trace(served, body):
    assert ask(f"{served.base_url}/session/begin", body=body, headers=our_page(served))[0] == 400
    assert "Traceback" not in served.log.read_text()


def test_a_link_alone_signs_nobody_in_or_out(served):
    cookie = cookie_of(served, served.person())
    for path in ("begin", "end", "sign-out", "extend"):
        _, headers, _ = ask(f"{served.base_url}/session/{path}", headers={"cookie": cookie, "origin": served.base_url})
        assert "okf" not in headers.get("set-cookie", "")

    assert ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[0] == 200


def test_a_ticket_is_changed_for_a_cookie_once(served):
    token = ticket_of(served, served.person())
    assert begin(served, token)[0] == 204

    status, headers, body = begin(served, token)

    assert status == 409
    assert "set-cookie" not in headers
    assert "Start again" in json.loads(body)["why"]


@pytest.mark.parametrize("body", [[], {"ticket": 7}, {"ticket": "x" * 5000}, {}])
def test_nonsense_for_a_ticket_is_refused_in_words(served, body):
    status, _, answer = ask(f"{served.base_url}/session/begin", body=body, headers=our_page(served))

    assert status == 400
    assert json.loads(answer)["why"]


def test_asking_how_long_is_left_is_no_use_of_the_session_and_extending_is(served):
    person = served.person()
    cookie = cookie_of(served, person)
    idle_for(served, person, timedelta(minutes=12))
    before = last_seen(served, person)
    left = json.loads(ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[2])
    assert 170 <= left["left"] <= 180
    assert last_seen(served, person) == before

    headers = {**our_page(served), "cookie": cookie}
    extended = json.loads(ask(f"{served.base_url}/session/extend", body={}, headers=headers)[2])

    assert extended["left"] >= 895
    assert last_seen(served, person) > before


def test_a_tab_is_told_whether_its_session_timed_out_or_was_ended(served):
    person = served.person()
    cookie = cookie_of(served, person)
    headers = {**our_page(served), "cookie": cookie}
    idle_for(served, person, timedelta(minutes=16))

    timed_out = [
        json.loads(ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[2]),
        json.loads(ask(f"{served.base_url}/session/extend", body={}, headers=headers)[2]),
    ]
    end_sessions(served.host, person)
    ended = json.loads(ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[2])
    nobody = json.loads(ask(f"{served.base_url}/session/left")[2])

    assert timed_out == [{"left": 0, "timed_out": True}] * 2
    assert ended == nobody == {"left": 0, "timed_out": False}


def test_signing_out_ends_the_session_and_takes_the_cookie_back(served):
    cookie = cookie_of(served, served.person())

    status, headers, _ = ask(
        f"{served.base_url}/session/sign-out", body={}, headers={**our_page(served), "cookie": cookie}
    )

    assert status == 204
    assert 'okf_session="";' in headers["set-cookie"]
    assert ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[0] == 401


def test_forgetting_an_ended_session_leaves_a_live_one_alone(served):
    """A tab that finds its session over must not take away the new one of another tab."""
    cookie = cookie_of(served, served.person())

    _, headers, _ = ask(f"{served.base_url}/session/end", body={}, headers={**our_page(served), "cookie": cookie})

    assert "set-cookie" not in headers
    assert ask(f"{served.base_url}/session/left", headers={"cookie": cookie})[0] == 200


@pytest.mark.parametrize("how", [end_sessions, switch_off])
def test_a_cookie_whose_session_is_over_lets_nobody_in(served, how):
    person = served.person()
    cookie = cookie_of(served, person)
    how(served.host, person)

    with Wire(served, cookie) as wire:
        shown = wire.run()

    assert "Username" in shown
    assert "Sign out" not in shown


def test_use_moves_the_idle_time_and_a_page_that_updates_itself_does_not(served):
    person = served.person()
    with Wire(served, cookie_of(served, person)) as wire:
        wire.run()
        idle_for(served, person, timedelta(minutes=5))
        before = last_seen(served, person)
        wire.run(is_auto_rerun=True)
        assert last_seen(served, person) == before

        wire.run()

        assert last_seen(served, person) > before


def test_a_socket_that_comes_back_after_a_break_is_no_use_of_the_session(served):
    person = served.person()
    cookie = cookie_of(served, person)
    with Wire(served, cookie) as wire:
        wire.run()
        streamlit_id = wire.streamlit_id
    idle_for(served, person, timedelta(minutes=5))
    before = last_seen(served, person)

    with Wire(served, cookie, resume=streamlit_id) as again:
        assert "Sign out" in again.run()
        assert last_seen(served, person) == before


def test_a_page_that_is_not_ones_own_is_not_found_by_its_address(served):
    with Wire(served, cookie_of(served, served.person(Role.CASEWORKER))) as wire:
        shown = wire.run(page_name="accounts")
        kinds = {message.WhichOneof("type") for message in wire.sent}

    assert "page_not_found" in kinds
    assert "Do something about" not in shown

    with Wire(served, cookie_of(served, served.person(Role.ADMINISTRATOR))) as wire:
        assert "Do something about" in wire.run(page_name="accounts")


def test_every_address_shows_the_sign_in_to_a_visitor(served):
    for name in ("", "account", "accounts"):
        with Wire(served) as wire:
            shown = wire.run(page_name=name)
            kinds = {message.WhichOneof("type") for message in wire.sent}

        assert "Username" in shown
        assert "020 3951 8496" in shown
        assert "page_not_found" not in kinds
