"""The parts of Today: few figures, each a link to what it counts; one ranked list; and what a role looks at beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

import streamlit as st

from okf.agreements.queries.agreements import BoardView, PersonRow
from okf.cases.queries.loads import Room
from okf.cases.views.filters import NOT_ABLE, QUIET
from okf.clock import end_of, last_day_of, london, london_date
from okf.desk import Desk
from okf.paging import Count
from okf.pending import PendingItem, When
from okf.people.queries.accounts import AccountFigures
from okf.policy.words import due_told
from okf.proof.queries.backups import BackupStanding
from okf.shell.links import anchor
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import day, plain, told
from okf.terms import Standing
from okf.today.queries.overview import CaseloadFigures, Overview, QueueFigures, queue_now
from okf.today.queries.work import OwnWork

MOST: Final = 5
_LIVE: Final = "10s"
_STYLE: Final = """<style>
.okf-figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem;
  list-style: none; margin: 0; padding: 0 !important }
.okf-figures li { margin: 0 }
.okf-figures :is(a, div) { display: block; height: 100%; color: #111; text-decoration: none; border: 1px solid #c3ced2;
  border-left: 5px solid #7b8f96; border-radius: .4rem; padding: .45rem .7rem }
.okf-figures .okf-alarm > * { border-left-color: #8f1d14 }
.okf-figures a:is(:hover, :focus-visible) { border-color: #0b5a6b; outline: 2px solid #0b5a6b }
.okf-figures a span:first-child { color: #0b5a6b; text-decoration: underline }
.okf-figures span { display: block; font-size: .9rem }
.okf-figures b { display: block; font-size: 1.7rem; line-height: 1.25 }
.okf-figures small, .okf-lines small { color: #46565c; font-size: .85rem }
.okf-figures .okf-spark { display: flex; gap: 2px; align-items: flex-end; height: 1.1rem; margin-top: .2rem }
.okf-spark i { width: 9px; background: #1b5fb8 }
.okf-lines h2 { font-size: 1.2rem; padding: .8rem 0 .4rem }
.okf-lines ul { list-style: none; margin: 0; padding: 0 !important }
.okf-lines li { display: grid; grid-template-columns: 1fr minmax(5rem, 8.5rem) auto; gap: .3rem .8rem;
  align-items: center; border: 1px solid #c3ced2; border-left: 5px solid #7b8f96; border-radius: .35rem;
  padding: .4rem .7rem; margin: 0 0 .4rem; overflow-wrap: anywhere }
.okf-lines li.okf-alarm { border-left-color: #8f1d14 }
.okf-lines small { display: block }
.okf-lines .okf-late { color: #8f1d14; font-weight: 700 }
.okf-lines a { border: 1px solid #0b5a6b; border-radius: .35rem; padding: .3rem .8rem; color: #0b5a6b; background: #fff;
  text-decoration: none; white-space: nowrap; text-align: center }
.okf-lines .okf-alarm a { background: #0b5a6b; color: #fff }
.okf-lines a:is(:hover, :focus-visible) { outline: 2px solid #0b5a6b; outline-offset: 2px }
.okf-room { width: 100%; border-collapse: collapse; font-size: .94rem }
.okf-room :is(caption, th, td) { text-align: left; padding: .4rem .5rem .4rem 0; vertical-align: top }
.okf-room :is(th, td) { border-bottom: 1px solid #c3ced2 }
.okf-bar { display: flex; width: 7rem; height: .75rem; background: #e3eaec; border-radius: .2rem; overflow: hidden }
.okf-bar i { background: #1b5fb8 }
.okf-bar i + i { background: repeating-linear-gradient(45deg, #b8511b, #b8511b 4px, #f0c9ad 4px, #f0c9ad 7px) }
@media (max-width: 640px) {
  .okf-figures { grid-template-columns: 1fr 1fr }
  .okf-lines li { grid-template-columns: 1fr auto }
  .okf-lines li > div { grid-column: 1 / -1 }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters: what it counts, where it counts it, and in words what is in it or changed.

    `trend` are the numbers before it, with itself at the end.
    """

    label: str
    value: Count
    href: str | None = None
    words: str = ""
    alarm: bool = False
    trend: tuple[int, ...] = ()


def figures(needs: Overview, desk: Desk) -> None:
    """At most five figures of this person's, none of them nought; a lead's own keep themselves up to date."""
    found: list[Figure] = []
    if needs.caseload:
        found += _of_caseload(needs.caseload)
    if needs.signatures:
        found += _of_signatures(needs.signatures)
    if needs.accounts:
        found += _of_accounts(needs.accounts)
    if needs.work:
        found.append(Figure("Your cases", needs.work.cases, address("cases", view="Your cases")))
    if needs.queue:
        _queue_lives(desk, [needs.queue], found)
    else:
        _show(found)


def ledger_waits() -> None:
    """That an ending stands nowhere but in the database."""
    st.error(
        "What was ended lately could not be written to the ledger of endings: a backup put back now would open it"
        " again. Whoever runs Casebook looks at its disk today.",
        icon=":material/gpp_bad:",
    )


def head(at: datetime, backups: BackupStanding | None) -> None:
    """The day, and how old the last good backup is; that in red when it is overdue, or none is made by itself."""
    words = [f"{london(at):%A} {day(at)}."]
    told_of = backups.in_words() if backups else []
    if backups and backups.alarming:
        st.error(plain(" ".join(told_of)), icon=":material/backup:")
    else:
        words += told_of
    st.caption(plain(" ".join(words)))


def lines(items: Iterable[PendingItem], at: datetime) -> None:
    """What waits for this person under Now, This week and Later, each with its reason, its time and its way."""
    ranked = sorted(items, key=lambda one: (not one.overdue, one.due_at or end_of(london_date(at)), one.due_at is None))
    if not ranked:
        st.info(
            "Nothing waits for you. What you work on is in the menu; if something worries you about anybody, raise a"
            " concern: nobody is too junior to."
        )
        return
    parts = ((when, [one for one in ranked if one.when(at) is when]) for when in When)
    inner = "".join(
        f"<h2>{when}</h2><ul>{''.join(_line(one, at) for one in those)}</ul>" for when, those in parts if those
    )
    st.html(f'{_STYLE}<div class="okf-lines">{inner}</div>')


def unallocated(found: CaseloadFigures, at: datetime) -> list[PendingItem]:
    """That cases have no caseworker, by when the first is to have one."""
    if not found.unallocated.number or found.allocate_by is None:
        return []
    one = str(found.unallocated) == "1"
    said = f"{found.unallocated} {'case has' if one else 'cases have'} no caseworker"
    late = found.allocate_by < london_date(at)
    query = {"view": "Waiting for a caseworker"}
    return [PendingItem(said, "cases", query, overdue=late, due=found.allocate_by, act="Allocate")]


def room(loads: Sequence[Room]) -> None:
    """The caseworkers with most room, in words and as bars."""
    if not loads:
        return
    _heading("Who has room")
    rows = "".join(f'<tr><th scope="row">{escape(one.name)}</th><td>{_bar(one)}{_room(one)}</td></tr>' for one in loads)
    st.html(
        f'{_STYLE}<table class="okf-room"><caption>Caseworkers, those with most room first</caption>'
        '<thead><tr><th scope="col">Caseworker</th><th scope="col">Cases count as</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    link("Open cases per caseworker", "caseload", icon=":material/arrow_forward:", part="Team")


def quiet(work: OwnWork) -> None:
    """Families with whom nobody was in touch, as far as this caseworker reads."""
    _heading("Not spoken to")
    many = "" if str(work.quiet_count) == str(len(work.quiet)) else f"; the first of {work.quiet_count}"
    sheet(
        ("Family", "Case"),
        [(Cell(family, address("case", case=ref)), ref) for ref, family in work.quiet],
        caption=f"No contact for {work.no_contact_days} days in what you read, longest open first{many}",
    )


def unsigned(view: BoardView) -> None:
    """Who is asked to sign, the worst first."""
    if not view.people or not view.people.rows:
        return
    _heading("Who is to sign")
    sheet(
        ("Person", "Stands", "By"),
        [_asked(one) for one in view.people.rows],
        caption="Who never signed, is suspended, or is due to sign again: the worst first",
    )


def _asked(one: PersonRow) -> tuple[Cell | str, ...]:
    row = min(one.cells.values(), key=lambda cell: list(Standing).index(cell.standing))
    name = Cell(one.name, address("agreements", person=one.username))
    last = "—" if row.overdue_at is None else day(last_day_of(row.overdue_at))
    return name, Cell(told(row.standing), look=row.standing), last


def _heading(said: str) -> None:
    st.html(f'{_STYLE}<div class="okf-lines"><h2>{escape(said)}</h2></div>')


@st.fragment(run_every=_LIVE)
def _queue_lives(desk: Desk, first: list[QueueFigures], others: Sequence[Figure]) -> None:
    found = first.pop() if first else queue_now(desk)  # the page has just read it
    _show([*(_of_queue(found) if found else ()), *others])


def _show(found: Sequence[Figure]) -> None:
    some = [one for one in found if one.value.number][:MOST]
    if some:
        st.html(f'{_STYLE}<ul class="okf-figures">{"".join(map(_figure, some))}</ul>')


def _figure(one: Figure) -> str:
    said = f"<span>{escape(one.label)}</span><b>{one.value}</b><small>{escape(one.words)}</small>{_spark(one.trend)}"
    looks = ' class="okf-alarm"' if one.alarm else ""
    return f"<li{looks}>{anchor(said, one.href) if one.href else f'<div>{said}</div>'}</li>"


def _spark(values: Sequence[int]) -> str:
    """So many small bars, for the eye alone: their words stand before them. Streamlit would take an SVG out."""
    if len(set(values)) < 2:
        return ""
    bars = "".join(f'<i style="height:{100 * value / max(values):.0f}%"></i>' for value in values)
    return f'<span class="okf-spark" aria-hidden="true">{bars}</span>'


def _of_caseload(found: CaseloadFigures) -> list[Figure]:
    before, now = found.months[-3], found.months[-1]  # the month before this one may have ended yesterday
    more = now.open_at_end - before.open_at_end
    than = f"{abs(more):,} {'more' if more > 0 else 'fewer'} than" if more else "as many as"
    ages = (
        (found.concerns_under_a_day, "under a day"),
        (found.concerns_under_a_week, "a day to a week"),
        (found.concerns_older, "over a week"),
    )
    concerns = [f"{many} {age}" for many, age in ages if many.number]
    if found.readings_overdue.number:
        one = str(found.readings_overdue) == "1"
        concerns.append(f"{found.readings_overdue} {'decision' if one else 'decisions'} not read in time")
    return [
        Figure(
            "Concerns open",
            _sum(many for many, _ in ages),
            words=", ".join(concerns),
            alarm=bool(found.readings_overdue.number),
        ),
        Figure(
            f"No contact for {found.no_contact_days} days",
            found.quiet,
            address("cases", view="Whole caseload", watch=QUIET),
        ),
        Figure(
            "Allocated, not able to open",
            found.not_able,
            address("cases", view="Whole caseload", watch=NOT_ABLE),
            words="their caseworker has not signed",
            alarm=True,
        ),
        Figure("Access ending this week", found.grants_ending, address("cases", view="Access ending this week")),
        Figure(
            "Open cases",
            Count(now.open_at_end),
            address("cases", view="Whole caseload", live="true"),
            f"{than} at the end of {before.month:%B}",
            trend=tuple(month.open_at_end for month in found.months),
        ),
    ]


def _of_queue(found: QueueFigures) -> list[Figure]:
    counts = ((found.overdue, "overdue"), (found.due_today, "due today"), (found.next, "due later"))
    words = ", ".join(f"{many} {due}" for many, due in counts if many.number)
    return [Figure("Concerns open", _sum(many for many, _ in counts), address("concerns"), words)]


def _sum(counts: Iterable[Count]) -> Count:
    found = list(counts)
    return Count(sum(one.number for one in found), any(one.more for one in found))


def _of_signatures(view: BoardView) -> list[Figure]:
    stands = (
        (Standing.NEVER_SIGNED, "Never signed", "nothing that needs it opens"),
        (Standing.OVERDUE, "Suspended", "the last day to sign is over"),
        (Standing.RESIGN_DUE, "To sign again", "access lasts until their last day"),
        (Standing.CURRENT, "Signed", f"of {view.figures.asked:,} agreements needed"),
    )
    return [
        Figure(
            label,
            Count(view.figures.total(standing)),
            address("agreements", standing=told(standing)),
            words,
            alarm=standing in (Standing.NEVER_SIGNED, Standing.OVERDUE),
        )
        for standing, label, words in stands
    ]


def _of_accounts(found: AccountFigures) -> list[Figure]:
    words = f"{found.without_password:,} without a password yet" if found.without_password else ""
    return [
        Figure("Accounts", Count(found.on), address("accounts"), words),
        Figure("Sign-ins that failed", Count(found.failed_tries), address("accounts"), "in the last 24 hours"),
    ]


def _line(one: PendingItem, at: datetime) -> str:
    why = f"<small>{escape(one.why)}</small>" if one.why else ""
    late = ' class="okf-late"' if one.overdue else ""
    way = anchor(
        escape(one.act), address(one.page, **one.query), more=f'aria-label="{escape(f"{one.act}: {one.text}")}"'
    )
    return (
        f"<li{' class=okf-alarm' if one.overdue else ''}><div>{escape(one.text)}{why}</div>"
        f"<span{late}>{escape(_due(one, at))}</span>"
        f"{way}</li>"
    )


def _due(one: PendingItem, at: datetime) -> str:
    if one.overdue:
        return f"Overdue since {day(last_day_of(one.due_at))}" if one.due_at and one.due_at <= at else "Overdue"
    if one.due is None:
        return ""
    if one.due_at and one.due_at == end_of(london_date(at)):
        return "by the end of today"
    return due_told(one.due)


def _bar(one: Room) -> str:
    full = max(one.weight, one.most, 1)
    over = one.weight - one.most
    parts = [min(one.weight, one.most), *([over] if over > 0 else [])]
    inner = "".join(f'<i style="width:{100 * part / full:.0f}%"></i>' for part in parts)
    return f'<span class="okf-bar" aria-hidden="true">{inner}</span>'


def _room(one: Room) -> str:
    left = one.most - one.weight
    said = f"room for {left:,}" if left > 0 else f"{-left:,} over" if left < 0 else "full"
    said += ", suspended: unsigned" if one.suspended else ", away today" if one.away else ""
    return f"{one.weight:,} of {one.most:,}: {said}"
