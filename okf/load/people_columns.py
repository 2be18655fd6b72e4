"""The tables of settings, agreements and people, column by column."""

from __future__ import annotations

from okf.load.described import day, key, line, moment, one_of, ref, some_of, table, text, yes_no
from okf.load.kinds import Column, Kind
from okf.store import models
from okf.terms import Capacity, Change, CheckKind, Role, SignatureMethod

PERSON = "their username"

ABOUT_PEOPLE = (
    table(
        "settings",
        "OKF's own numbers, one a row; a new value holds from the import on.",
        "name", models.PolicySetting,
        key("name", "which setting", "resign_grace_days"),
        Column(
            "value", Kind.TEXT, 'its value: a whole number, or for bank_holidays dates with ";" between', "14",
            required=True, is_derived=True,
        ),
    ),
    table(
        "partner_organisations",
        "Allied organisations and the span of their own agreement with OKF.",
        "name", models.PartnerOrganisation,
        key("name", "the organisation's name", "EXAMPLE-harbour_advice"),
        day("agreement_from", "first day of its agreement with OKF", "2026-01-01"),
        day("agreement_until", "first day on which it no longer holds; empty: open-ended", "2027-01-01"),
    ),
    table(
        "agreements",
        "Published versions of the Confidentiality Agreements. A published text never changes.",
        "kind version", models.AgreementVersion,
        one_of("kind", Capacity, "the capacity whose agreement it is", required=True, example="staff"),
        key("version", "its number, as text", "EXAMPLE-1"),
        day("effective_on", "first day on which it holds", "2026-09-01", required=True),
        one_of("change", Change, "material: everyone signs again; minor: nobody need", required=True),
        day("resign_by", "last day to sign it; empty: after the days of grace", "2026-09-15"),
        line("title", "its title", "Confidentiality Agreement for staff", stays=True),
        text("text", "its exact text; without one a sample, marked as such, is put in", "", stays=True),
    ),
    table(
        "people", "Everyone who works with OKF, in any capacity.", "username", models.Person,
        key("username", "their username: small letters, digits, . - _", "EXAMPLE-r.okafor"),
        line("name", "their name; without one the username stands in", "Robin Okafor"),
        line("email", "their e-mail address", "robin@example.org"),
        line("phone", "their telephone number", "+44 20 7946 0000"),
        some_of(
            "roles", tuple(term.value for term in Role), "what they do; a role alone opens no case",
            "caseworker", terms=Role, is_linked=True,
        ),
        one_of("capacity", Capacity, "in which capacity they work with OKF", required=True, example="staff"),
        ref("organisation", "partner_organisations", "an allied partner's organisation; empty for everyone else", ""),
        line("team", "their team", "North"),
        yes_no(
            "active", "whether their account is on; no: it ends with the import, or at left_at", "yes",
            is_derived=True,
        ),
        day("joined_on", "the day they joined", "2025-03-03"),
        moment("left_at", "when they left; empty: they have not", "", stays=True),
    ),
    table(
        "signatures", "Who signed which version, and when. A signature is never changed: another date is one more.",
        "person kind version signed_at", models.Signature,
        ref("person", "people", "who signed: " + PERSON, "EXAMPLE-r.okafor", required=True),
        one_of("kind", Capacity, "which agreement", required=True, example="staff"),
        key("version", "which version", "1"),
        moment("signed_at", "when", "2026-09-03 09:00", required=True),
        one_of(
            "method", SignatureMethod, "how; without a word: imported", default=SignatureMethod.IMPORTED,
            example="on_paper", stays=True,
        ),
        line("typed_name", "the name as it was written", "Robin Okafor", stays=True),
        ref("verified_by", "people", "who verified a paper one: somebody else", "", stays=True),
        moment("verified_at", "when it was verified: it counts from then", "", stays=True),
    ),
    table(
        "checks", "Vetting and training checks on workers that run out.", "person kind", models.WorkerCheck,
        ref("person", "people", "the worker: " + PERSON, "EXAMPLE-r.okafor", required=True),
        one_of("kind", CheckKind, "what was checked", required=True),
        day("starts_on", "the day from which it holds; empty: since always", "2024-06-01"),
        day("expires_on", "the day from which it no longer holds", "2027-06-01", required=True),
        yes_no(
            "blocks_access", "whether access pauses when it has run out; without a word: no", "yes",
            default=False,
        ),
    ),
    table(
        "service_users",
        "The people OKF helps, adults and children, and how to reach them safely.",
        "ref", models.ServiceUser,
        key("ref", "their reference", "EXAMPLE-SU-1"),
        line("name", "their name", "An invented name"),
        day("date_of_birth", "their date of birth: needed for a child", "2015-05-20"),
        line("phone", "telephone number", "+44 20 7946 0001"),
        line("email", "e-mail address", "someone@example.org"),
        text("address", "postal address", "1 Example Street"),
        line("safe_phone", "the number on which it is safe to call", "+44 20 7946 0002"),
        line("safe_hours", "when it is safe to call", "weekdays 10 to 14"),
        yes_no("voicemail_safe", "whether a message may be left", "no"),
        yes_no("post_safe", "whether a letter may be sent", "no"),
        line("code_word", "a word by which they know that it is OKF", ""),
        line("do_not_contact_by", "ways in which they must not be reached", "text message"),
        text("safe_contact_notes", "anything else about reaching them safely", ""),
    ),
)  # fmt: skip
