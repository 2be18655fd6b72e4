"""Names in ten scripts: the ways of writing one that are the same name, and the letters that make it another."""

from __future__ import annotations

import unicodedata
from itertools import groupby

import pytest
from hypothesis import given, strategies as some

from okf.match.fold import begins, folded
from okf.match.normal import words_of

SAME = [
    # Latin: accents and capitals
    ("Ángel Núñez", "angel nunez"),
    ("Zoë Brontë", "ZOE BRONTE"),
    ("Siân Llŷr", "Sian Llyr"),
    ("Søren Kjær", "Soren Kjaer"),
    ("Þóra Sigurðsdóttir", "Thora Sigurdsdottir"),
    ("Łucja Wójcik", "Lucja Wojcik"),
    ("Ćazim Đorđević", "Cazim Dordevic"),
    ("Jürgen Weiß", "Jurgen Weiss"),
    ("İbrahim Işık", "ibrahim isik"),
    ("Əli Quliyev", "Eli Quliyev"),
    ("Nguyễn Thị Hương", "Nguyen Thi Huong"),
    ("Đặng Văn Đức", "Dang Van Duc"),
    ("Ngọzi Ọkáfọr", "Ngozi Okafor"),
    ("Ɗanladi Ƙoƙi", "Danladi Koki"),
    ("Œuvrard Æneas", "oeuvrard aeneas"),
    # Latin: hyphens, blanks, full stops
    ("Anne-Marie Clark", "Anne Marie  Clark"),
    ("Parminder Gill‑Rai", "Parminder Gill–Rai"),
    ("Jo\u00a0Amber", " Jo\tAmber "),
    ("J.R. Whitfield", "J. R. Whitfield"),
    ("St. John Price", "St John Price"),
    ("Price, Ann", "Price Ann"),
    # Latin: apostrophes
    ("Maeve O’Brien", "Maeve O'Brien"),
    ("Maeve OʼBrien", "Maeve OBrien"),
    ("Maeve O`Brien", "Maeve O´Brien"),
    ("Gal·la Puig", "Galla Puig"),
    ("Kamaʻāina Kealoha", "Kama'aina Kealoha"),
    # Letters that nobody sees
    ("Dana\u200b Lead", "Dana Lead"),
    ("\u202eDana Lead\u202c", "Dana Lead"),
    ("Da\u00adna Le\u200dad\ufeff", "Dana Lead"),
    ("\u3164Dana Lead\ufe0f", "Dana Lead"),
    # Letters that look alike, and other widths
    ("Dаna Lеad", "Dana Lead"),  # Cyrillic а and е
    ("Μaria Οkafor", "Maria Okafor"),  # Greek Μ and Ο
    ("Cергей Павлов", "Сергей Павлов"),  # Latin C
    ("Ｄａｎａ Ｌｅａｄ", "Dana Lead"),
    ("ﬁona ﬂynn", "Fiona Flynn"),
    # Greek and Cyrillic
    ("Ελένη Παπαδοπούλου", "ΕΛΕΝΗ ΠΑΠΑΔΟΠΟΥΛΟΥ"),
    ("Γιώργος Ηλιόπουλος", "γιωργος ηλιοπουλος"),
    ("Семён Королёв", "Семен Королев"),
    # Arabic and Hebrew: vowel points, and the letters of another keyboard
    ("أحمد إبراهيم", "احمد ابراهيم"),
    ("مُحَمَّد حُسَيْن", "محمد حسين"),
    ("فاطمة علی", "فاطمه علي"),
    ("ســارة کریمی", "سارة كريمي"),
    ("שָׂרָה לֵוִי", "שרה לוי"),
    ("רות בן־דוד", "רות בן דוד"),
    # Gurmukhi, Devanagari, Bengali, Thai, Chinese, Hangul, Kana
    ("ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "ਗੁਰਪ੍ਰੀਤ  ਕੌਰ\u200d"),
    ("प्रिया-शर्मा", "प्रिया शर्मा"),
    ("রাশেদা খাতুন", unicodedata.normalize("NFD", "রাশেদা খাতুন")),
    ("น้ำฝน ใจดี", unicodedata.normalize("NFKD", "น้ำฝน ใจดี")),
    ("王 小明", "王\u3000小明"),
    ("김민준", unicodedata.normalize("NFD", "김민준")),
    ("ヤマダ ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
]
OTHERS = [
    # Signs that are letters
    ("ਸਿੰਘ", "ਸੰਘ"),
    ("ਕੌਰ", "ਕਰ"),
    ("ਸ਼ਾਮ", "ਸਾਮ"),
    ("ਗੁਰਮੀਤ", "ਗੁਰਮਤ"),
    ("राम", "रमा"),
    ("कमल", "कोमल"),
    ("मीना", "मना"),
    ("রিনা", "রানা"),
    ("মিতা", "মীতা"),
    ("มาลี", "มาลา"),
    ("ป่าน", "ป้าน"),
    ("かき", "かぎ"),
    # Letters of one script beside another's
    ("Ángel Núñez", "Ángela Núñez"),
    ("Maeve OBrien", "Maeve O Brien"),
    ("Анна", "Anna"),
    ("Юлия Смирнова", "Юлий Смирнов"),
    ("محمد", "محمود"),
    ("שרה", "שרון"),
    ("王小明", "王小红"),
    ("김민준", "김민정"),
]


def test_names_of_ten_scripts_and_more_are_held_here():
    scripts = {unicodedata.name(letter).split()[0] for pair in (*SAME, *OTHERS) for letter in folded(pair[0] + pair[1])}

    assert len(SAME) >= 50
    assert len(scripts - {"SPACE", "COMBINING"}) >= 10


@pytest.mark.parametrize("name, other", SAME)
def test_one_name_however_it_is_written(name: str, other: str):
    assert folded(name) == folded(other) != ""
    assert words_of(name) == words_of(other) or "," in name


@pytest.mark.parametrize("name, other", OTHERS)
def test_another_name_stays_another(name: str, other: str):
    assert folded(name) != folded(other)
    assert words_of(name) != words_of(other)


def test_a_sign_within_a_word_parts_nothing():
    for name, _ in SAME[-7:]:
        assert len(folded(name).split()) == len(name.replace("-", " ").split())


def test_accented_names_stand_among_their_letter():
    names = [
        "Zara Young",
        "Ángel Núñez",
        "Anna Bell",
        "Bo Price",
        "Åsa Holm",
        "Émile Roux",
        "eve Harper",
        "Łucja Wójcik",
    ]

    letters = [name for name, _ in groupby(sorted(map(folded, names)), key=lambda name: name[0])]

    assert letters == ["a", "b", "e", "l", "z"]


@pytest.mark.parametrize("nothing", [None, "", "  ", "-", "’", "\u200b", "???"])
def test_what_is_no_name_is_empty(nothing: str | None):
    assert folded(nothing) == ""


@given(some.text())
def test_folding_again_changes_nothing(name: str):
    assert folded(folded(name)) == folded(name)


@given(some.text())
def test_nothing_of_it_is_a_sign_of_sql_or_a_capital(name: str):
    assert not set(folded(name)) & set("%_\\'")
    assert folded(name) == folded(name).casefold()


def test_the_beginnings_of_words_find_a_name_in_any_order():
    assert begins(["nun", "ang"], folded("Ángel Núñez"))
    assert not begins(["gel"], folded("Ángel Núñez"))
