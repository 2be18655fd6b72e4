"""The structure of a PDF, which screen readers follow: what is a heading, a paragraph, a list, a table, a picture.

fpdf2 marks pictures and sections alone, so the elements are made here of its own classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.line_break import Fragment
from fpdf.output import PDFPage
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFObject, PDFString, Raw


@dataclass(frozen=True)
class _Piece:
    """A marked piece of a page; what is broken over two pages has two."""

    page: PDFPage
    number: int

    def serialize(self, **_: Any) -> str:
        return f"<</Type /MCR /Pg {self.page.ref} /MCID {self.number}>>"


class _Element(StructElem):
    """An element that may hold others; `a` is what its kind says beside its name."""

    def __init__(
        self, kind: str, parent: StructElem, page: int, *, alt: str | None = None, a: Raw | None = None
    ) -> None:
        super().__init__(f"/{kind}", parent, [], page, alt=alt)
        self.a = a


class _Tree(StructureTreeBuilder):
    """fpdf2's tree with every floor of it, not the top one alone."""

    def __iter__(self) -> Iterator[PDFObject]:
        yield self.struct_tree_root
        yield self.struct_tree_root.parent_tree
        waiting = [self.doc_struct_elem]
        for element in waiting:
            yield element
            waiting += [kid for kid in element.k if isinstance(kid, StructElem)]


class _Said(Fragment):
    """Words whose signs are drawn joined, changed or in another order, with the words as they are kept.

    Not those from right to left, nor signs beyond the first 65,536: PDFium
    would turn the first round and drop the others, which it reads well without.
    """

    def render_pdf_text(self, *args: float) -> str:
        drawn = super().render_pdf_text(*args)
        if self.fragment_direction is TextDirection.RTL or max(self.string) > "\uffff":
            return drawn
        return f"/Span <</ActualText {PDFString(self.string).serialize()}>> BDC {drawn} EMC"


class Tagged(FPDF):
    """A PDF whose elements are said: `element` around what holds others, `content` around what is printed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.struct_builder: _Tree = _Tree()
        self._elements: list[StructElem] = [self.struct_builder.doc_struct_elem]
        self._marked = False

    @contextmanager
    def element(self, kind: str, *, alt: str | None = None, a: Raw | None = None) -> Iterator[None]:
        """What is within is part of an element of this kind."""
        made = _Element(kind, self._elements[-1], self.page, alt=alt, a=a)
        self._elements[-1].k.append(made)
        self._elements.append(made)
        yield
        self._elements.pop()

    @contextmanager
    def content(self, kind: str, *, alt: str | None = None, a: Raw | None = None) -> Iterator[None]:
        """What is printed within is an element of this kind, on however many pages."""
        with self.element(kind, alt=alt, a=a):
            self._begin()
            yield
            self._end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is printed within is read out to nobody: it stands on every page."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def add_page(self, *args: Any, **options: Any) -> None:
        """A new page, on which what was being printed goes on."""
        within = self._marked
        if within:
            self._end()
        super().add_page(*args, **options)
        if within:
            self._begin()

    def _parse_chars(self, *args: Any, **options: Any) -> Iterator[Fragment]:
        for part in super()._parse_chars(*args, **options):
            borrowed = part.font.fontkey in self._fallback_font_ids
            yield _Said(part.characters, part.graphics_state, part.k) if borrowed else part

    def _begin(self) -> None:
        tree, element = self.struct_builder, self._elements[-1]
        place = tree.spid_per_page_number.setdefault(self.page, len(tree.spid_per_page_number))
        page, on_page = self.pages[self.page], tree.struct_tree_root.parent_tree.nums[place]
        page.struct_parents = place
        element.k.append(_Piece(page, len(on_page)))
        self._out(f"{element.s} <</MCID {len(on_page)}>> BDC")
        on_page.append(element)
        self._marked = True

    def _end(self) -> None:
        self._out("EMC")
        self._marked = False
