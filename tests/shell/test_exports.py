"""What a page shows that is no words: it stands in the page, and nowhere else."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from okf.shell.exports import picture

    picture(b"\xff\xd8\xff", caption="Page 1")


def test_a_picture_has_no_address_of_its_own():
    shown = AppTest.from_function(_page, default_timeout=15).run().get("image")[0].proto.imgs[0]

    assert (shown.url, shown.caption) == ("data:image/jpeg;base64,/9j/", "Page 1")
