"""Names in running text: found by one part, a short form or another spelling, and not in every ordinary word."""

from __future__ import annotations

import pytest

from okf.match.mentions import mentioned, roles_mentioned
from okf.terms import Role


@pytest.mark.parametrize(
    "text",
    [
        "Dana hit him",
        "then dana hit him",
        "DANA HIT HIM",
        "it was Dana’s car",
        "It was Danas car",
        "it was danas car, said Mum",
        "d-a-n-a hit him",
        "I saw D a n a do it",
        "D.A.N.A. did",
        "d_a_n_a",
        "Da-na hit him",
        "Da\u200bna hit him",
        "Da\u0301na hit him",
        "Daaana hit him",
        "ask danahale",
        "Ask DHale",
        "I told D.H. so",
        "i told d.h. so",
        "DH's car",
        "I was hit by D H",
        "Ms Hale",
        "“Dana,” she said",
        "Danna hit",
    ],
)
def test_somebody_is_meant_by_a_part_of_their_name_however_it_is_written(text: str) -> None:
    assert mentioned([text], "dana hale")


@pytest.mark.parametrize("text, name", [("Kate shouted", "catherine bell"), ("katie bell", "catherine bell")])
def test_a_short_form_means_them_too(text: str, name: str) -> None:
    assert mentioned([text], name)


SHORT = [
    ("Rosalind", "Ros Roz Rose Rosa Rosie"),
    ("Rosamund", "Ros Roz Rosie"),
    ("Philippa", "Pip Pippa"),
    ("Hester", "Hettie Hetty"),
    ("Rebecca", "Bex"),
    ("Catherine", "Cat Caz Cath"),
    ("Caroline", "Caz"),
    ("Darren", "Daz"),
    ("Gareth", "Gaz"),
    ("Gary", "Gaz"),
    ("Sharon", "Shaz"),
    ("Susan", "Suze"),
    ("Margaret", "Mags"),
    ("Nicola", "Nic"),
    ("Victoria", "Vix"),
    ("Imogen", "Immy"),
    ("Siobhan", "Shiv"),
    ("Bronwen", "Bron"),
]


NAMED = ["{}", "{} hit a child in the kitchen", "He was with {}.", "It was {}'s car", "I saw {} hit him"]


@pytest.mark.parametrize("name, short", [(name, short) for name, forms in SHORT for short in forms.split()])
def test_what_somebody_is_called_every_day_means_them(name: str, short: str) -> None:
    texts = [text.format(short) for text in NAMED]

    assert [text for text in texts if not mentioned([text], f"{name} Quill")] == []
    if short not in {"Rose", "Rosa"}:  # words, or names of their own, but where they have a capital
        loud = [said for text in texts for said in (text.upper(), text.lower())]
        assert [text for text in loud if not mentioned([text], f"{name} Quill")] == []
        assert mentioned([f"I saw {name} hit him"], f"{short} Quill")


@pytest.mark.parametrize(
    "text, name, meant",
    [
        ("then shaz hit him, said Mum", "sharon bell", True),  # a known form needs no capital
        ("then thandi hit him", "thandiwe bell", True),  # nothing in it has a capital
        ("I saw Thandi hit him", "thandiwe bell", True),  # in no table: the beginning
        ("I saw Oluwa hit him", "oluwaseun bell", True),
        ("I saw Marnie hit him", "marceline bell", True),  # begins as it does
        ("He saw Marketa hit him", "marceline bell", False),  # longer than a short form is
        ("I saw Ma hit him", "marceline bell", False),
        ("Her mother was there. The police came", "hermione theresa pollard", False),
        ("Father and Sister came in March, on a Monday", "fatima monica sissons", False),
        ("I rang CAMHS and the SENCO", "camilla senait bell", False),
        ("The cat sat there, said Mum", "catherine bell", False),
    ],
)
def test_the_beginning_of_a_first_name_means_them_unless_it_is_a_common_word(text: str, name: str, meant: bool) -> None:
    assert mentioned([text], name) is meant


@pytest.mark.parametrize(
    "text, meant",
    [
        ("Mrs K hit him", True),
        ("It was Ms K.", True),
        ("it was mrs k's car", True),
        ("MISS K DID", True),
        ("I told Mrs. K and left", True),
        ("I told Mrs B", False),
        ("Mrs K'Anna hit him", False),
        ("Vitamin K", False),
    ],
)
def test_a_title_and_the_initial_of_the_family_s_name_mean_them(text: str, meant: bool) -> None:
    assert mentioned([text], "rosalind kerr") is meant


def test_who_is_spoken_of_as_i_behind_a_title_is_nobody() -> None:
    assert not mentioned(["The young lady I saw; the miss I felt"], "ann ives")
    assert mentioned(["Mrs I hit him"], "ann ives")


@pytest.mark.parametrize(
    "text, name, meant",
    [
        ("He will come. It may rain", "will may", False),
        ("I saw Will hit him", "will brown", True),
        ("will hit him", "will brown", True),  # nothing in it is written with a capital
        ("He had grace", "grace okoro", False),
        ("They stood in the hall", "dana hale", False),
        ("Nobody of that name", "dana hale", False),
        ("I saw it", "ian j ash", False),  # an initial is no name
    ],
)
def test_an_ordinary_word_is_a_name_where_it_is_written_as_one(text: str, name: str, meant: bool) -> None:
    assert mentioned([text], name) is meant


@pytest.mark.parametrize(
    "text, role",
    [
        ("The DSL hit him", Role.DSL),
        ("the D.S.L.'s car", Role.DSL),
        ("our lead for safeguarding did", Role.DSL),
        ("Our lead's car", Role.DSL),
        ("our safe guarding lead", Role.DSL),
        ("the child-protection officer", Role.DSL),
        ("it was the deputys car", Role.DEPUTY_DSL),
        ("our DDSL", Role.DEPUTY_DSL),
        ("it was our safeguarding-lead", Role.DSL),
        ("The deputy's car", Role.DEPUTY_DSL),
        ("the Deputy Safeguarding Lead", Role.DEPUTY_DSL),
        ("The safeguarding trustee shouted", Role.SAFEGUARDING_TRUSTEE),
        ("The deputy head took the lead, with trust", None),
        ("I rang the local authority's designated officer", None),
        (None, None),
    ],
)
def test_a_lead_a_deputy_and_a_trustee_are_meant_by_their_role(text: str | None, role: Role | None) -> None:
    assert roles_mentioned([text]) == ({role} if role else set())


ORDINARY_TEXTS = [
    "He said that Mum will be late on Tuesday, and that he may be hungry then. I made a note of it at once.",
    "I rang the GP at 9.30 a.m., then at 2 P.M. again; the HV and the SENCO (Ms Oduya) heard nothing. DOB 3/4/2015.",
    "A.B. (7) and her brother C.D. were with their father, i.e. at no. 4. She drew a hill, a dale and a big red heart.",
    "WHEN I CAME IN HE WAS CRYING AND SAID THAT HIS DAD HAD PUSHED HIM. I STAYED WITH HIM UNTIL HIS MUM CAME.",
    "when i came in he was crying and said his dad had pushed him, i stayed with him until his mum came at 4",
    "Plan: a) ring school; b) ring MASH; c) tell nobody. The deputy head takes the lead on attendance. I didn't.",
    "They’ve seen us fighting, she said. It isn't fair; I'd rather be at my aunt's. It was dark, the rain was cold.",
]


EVERYBODY = [f"{name} Quill" for name, _ in SHORT] + ["Theresa Andrews", "Hermione Ude", "Fatima Zaman", "Monica Yeo"]


@pytest.mark.parametrize(
    "name", ["Dana Hale", "Dev Uty", "Tess Trust", "Will Grant", "Ann Mary Hall", "Sam Park", *EVERYBODY]
)
@pytest.mark.parametrize("text", ORDINARY_TEXTS)
def test_ordinary_words_mean_none_of_those_who_answer_for_safeguarding(text: str, name: str) -> None:
    assert not mentioned([text], name)
    assert roles_mentioned([text]) == set()
