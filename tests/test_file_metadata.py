"""What a picture or a recording tells of where it was made is gone from what is kept; points and sound stay."""

from __future__ import annotations

import io
from struct import pack

import pytest
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener

from okf.errors import Invalid
from okf.file_check import Upload, checked_file
from okf.policy.redaction import Shown
from okf.sharing.papers import pictures

register_heif_opener()
PHONE, OWNER = "Heronphone 7", "Ann Bell"
PLACE = {1: "N", 2: (51.0, 30.0, 26.25), 3: "W", 4: (0.0, 7.0, 39.5)}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>exif:GPSLatitude='51,30.4375N'</x:xmpmeta>"
TURNED = 6  # as telephones hold it


def exif(*, place: bool = True) -> bytes:
    made = Image.Exif()
    made[0x010F], made[0x013B], made[0x0112] = PHONE, OWNER, TURNED
    if place:
        made.get_ifd(0x8825).update(PLACE)
    return made.tobytes()


def picture() -> Image.Image:
    """Wide, and of two colours, so that it shows how it lies."""
    made = Image.new("RGB", (64, 32), "red")
    made.paste("blue", (0, 0, 32, 32))
    return made


def saved(kind: str, **more: object) -> bytes:
    kept = io.BytesIO()
    picture().save(kept, kind, **more)
    return kept.getvalue()


def box(name: bytes, *within: bytes) -> bytes:
    said = b"".join(within)
    return pack(">I4s", 8 + len(said), name) + said


def film(*, wide: bool = False) -> bytes:
    """A film with its owner and its place, as telephones write them, and with a track of places."""
    told = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+51.5073-0.1276/"), box(b"auth", OWNER.encode()))
    apple = box(b"meta", b"mdta com.apple.quicktime.location.ISO6709 +51.5073-0.1276/")
    tracks = [
        box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + kind + b"\0" * 12)), box(b"udta", PHONE.encode()))
        for kind in (b"vide", b"soun", b"meta")
    ]
    data = box(b"mdat", b"SOUND AND PICTURE" * 40)
    if wide:
        data = pack(">I4sQ", 1, b"mdat", 16 + 17 * 40) + b"SOUND AND PICTURE" * 40
    return box(b"ftyp", b"mp42") + data + box(b"moov", box(b"mvhd", b"\0" * 100), *tracks, told, apple)


def kept(name: str, content: bytes):
    return checked_file(Upload(name, content), megabytes=20)


SAID = PngInfo()
SAID.add_text("Author", OWNER)
PICTURES = {
    "a.jpg": saved("JPEG", exif=exif(), xmp=XMP, comment=OWNER.encode()) + b"Exif\0\0" + OWNER.encode(),
    "b.jpg": saved("JPEG", exif=exif()),
    "a.png": saved("PNG", exif=exif(), pnginfo=SAID),
    "a.heic": saved("HEIF", exif=exif(), xmp=XMP, quality=-1),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_tells_no_place_no_owner_and_no_camera_and_looks_the_same(name: str) -> None:
    content = PICTURES[name]
    assert PHONE.encode() in content

    found = kept(name, content)

    assert found.place_removed
    assert not any(word in found.content for word in (PHONE.encode(), OWNER.encode(), b"GPSLatitude"))
    opened, before = Image.open(io.BytesIO(found.content)), Image.open(io.BytesIO(content))
    assert dict(opened.getexif().get_ifd(0x8825)) == {}
    assert ImageChops.difference(opened.convert("RGB"), before.convert("RGB")).getbbox() is None
    assert not kept(name, found.content).place_removed
    assert kept(name, found.content).content == found.content


@pytest.mark.parametrize("name", ["a.jpg", "a.heic"])
def test_a_picture_that_was_taken_upright_is_seen_upright(name: str) -> None:
    found = kept(name, PICTURES[name])
    [seen] = pictures(found.content, found.kind, Shown((0,)))
    assert Image.open(io.BytesIO(seen)).size == (32, 64)


def test_of_a_picture_without_a_place_none_is_said_to_be_removed() -> None:
    found = kept("a.jpg", saved("JPEG", exif=exif(place=False)))
    assert not found.place_removed
    assert PHONE.encode() not in found.content


def test_colours_and_a_progressive_picture_stay_as_they_are() -> None:
    content = saved("JPEG", progressive=True, icc_profile=b"profile of colours")
    assert kept("a.jpg", content).content == content


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.jpg", PICTURES["a.jpg"][:40] + b"\0" + PICTURES["a.jpg"][40:]),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 10 + exif()),
        ("a.png", PICTURES["a.png"][:33] + b"\0" + PICTURES["a.png"][33:]),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + exif()),
    ],
)
def test_a_damaged_picture_out_of_which_it_can_not_be_taken_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Invalid, match="can't be taken out"):
        kept(name, content)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.m4a", "a.3gp"])
@pytest.mark.parametrize("wide", [False, True])
def test_a_film_tells_no_place_and_no_owner_and_plays_on(name: str, *, wide: bool) -> None:
    content = film(wide=wide)
    found = kept(name, content)

    assert found.place_removed
    assert not any(word in found.content for word in (b"51.5073", OWNER.encode(), PHONE.encode()))
    assert len(found.content) == len(content)  # players count on the place of each sample
    assert found.content.count(b"trak") == 2
    assert found.content.index(b"SOUND AND") == content.index(b"SOUND AND")


def test_a_sound_loses_the_words_before_after_and_beside_it() -> None:
    sound = b"\xff\xfb\x90\x64" + b"\1" * 400
    tag = b"ID3\x04\0\0" + bytes((0, 0, 0, 20)) + OWNER.encode().ljust(20, b"\0")
    assert kept("a.mp3", tag + sound + b"TAG" + OWNER.encode().ljust(125, b"\0")).content == sound
    parts = b"WAVE" + b"fmt " + pack("<I", 16) + b"\0" * 16 + b"LIST" + pack("<I", 8) + OWNER.encode()
    wav = b"RIFF" + pack("<I", len(parts) + 16) + parts + b"data" + pack("<I", 8) + b"\1" * 8
    found = kept("a.wav", wav).content
    assert OWNER.encode() not in found
    assert found.endswith(wav[-16:])
    assert len(found) == len(wav)


@pytest.mark.parametrize("name, content", [("a.ogg", b"OggS" + b"\0" * 40), ("a.opus", b"OggS" + b"\0" * 40)])
def test_a_sound_of_another_kind_is_kept_as_it_is(name: str, content: bytes) -> None:
    assert kept(name, content).content == content


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.mp3", b"MZ\x90\0"),
        ("a.mp4", b"<html>"),
        ("a.wav", b"RIFF\0\0\0\0AVI "),
        ("a.mov", b"\0\0\xff\xffmoov" + b"\0" * 9),
    ],
)
def test_what_is_no_recording_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        kept(name, content)
