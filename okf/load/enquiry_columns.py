"""The table of enquiries that came by the website's form, column by column."""

from __future__ import annotations

from dataclasses import replace

from okf.load.described import key, line, moment, one_of, table, text, yes_no
from okf.store import models
from okf.terms import SupportKind

# A submission is never changed by a file: what is on file of it stands, so every column is only read into it.
_READ = {"is_derived": True}

ABOUT_ENQUIRIES = (
    replace(
        table(
            "enquiries",
            "What came by the website's form. One that is on file already is skipped, whatever the file says of it.",
            "submission_id",
            models.Enquiry,
            key("submission_id", "what the website calls this submission", "EXAMPLE-W-1"),
            moment("received_at", "when it was sent", "2026-11-22 18:30", required=True, **_READ),
            line("name", "who asks for help", "An invented name", required=True, **_READ),
            line("born", "their date of birth, the day first, or their age", "31/12/1988", **_READ),
            line("safe_phone", "the number on which it is safe to call", "07700 900001", **_READ),
            line("safe_hours", "when it is safe to call", "weekdays 10 to 14", **_READ),
            yes_no("voicemail_safe", "whether a message may be left; empty: not said", "no", **_READ),
            yes_no("post_safe", "whether a letter may be sent; empty: not said", "no", **_READ),
            line("code_word", "a word by which they know that it is OKF", "", **_READ),
            line("do_not_contact_by", "ways in which they must not be reached", "text message", **_READ),
            text("safe_contact_notes", "anything else about reaching them safely", "", **_READ),
            line("phone", "another telephone number", "", **_READ),
            line("email", "e-mail address", "someone@example.org", **_READ),
            text("address", "postal address", "", **_READ),
            line("other_adult", "the other parent or adult, by name", "Another invented name", **_READ),
            line("other_adult_phone", "their telephone number", "", **_READ),
            line(
                "children",
                'the children, each with a date of birth or age, and ";" between',
                "Ivy Example (31/12/2018); Max Example (7)",
                **_READ,
            ),
            one_of("kind_of_support", SupportKind, "what they ask for", **_READ),
            line("area", "their area", "North", **_READ),
            text("words", "what they wrote, in their own words", "", **_READ),
            yes_no("privacy_notice", "whether the form showed the privacy notice", "yes", **_READ),
            yes_no("undertaking", "whether they gave the undertaking: never needed; empty: not asked", "", **_READ),
        ),
        in_bulk=False,
    ),
)
