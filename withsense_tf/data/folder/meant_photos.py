"""Which photos of a folder a damaged row may mean: a name in other case, with another ending, with blanks in it.

Whoever reads a row that is whole knows its photo. Of one that is damaged it is only known which photos it may be about,
and all of these are meant: what it said of them is lost.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

# Photos have short endings; a damaged one may be any.
ENDING: Final = re.compile(r"\.[^\W_]{0,5}$")
NAMES: Final = re.compile(r"#\s*\d|\.(?:jpe?g?|jp\w?|png|gif|tiff?|webp|bmp|avif|heic|heif)\b")
CAPTION: Final = re.compile(r"#\s*\d")
# What parts names from other things in a line of a table.
PARTS: Final = re.compile(r"[\s,;|\"'“”«»]+")
BLANKS: Final = re.compile(r"\s+")
BLANKS_WITHIN: Final = re.compile(r"\s*([.#])\s*")
UNSEEN: Final = re.compile(r"[\0\u00ad\u061c\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufffd]")
NUMBER_BEHIND: Final = re.compile(r"#.*$", re.DOTALL)
# "photos/x.jpg?size=2#1", "(x.jpg)", "x copy.jpg", "x (1).jpg", "x.jpg-1", "x.jpg@1"
FOLDERS: Final = re.compile(r"[/\\:]+")
ADDRESS_BEHIND: Final = re.compile(
    r"[#?].*$|(?<=\.[^\W_]{3})[-_@&]\d*$|(?<=\.[^\W_]{4})[-_@&]\d*$", re.DOTALL
)
MARKS_BEHIND: Final = re.compile(r"(?:[\s_-]*(?:copy|копия)|\s*\(\d{1,3}\))+$")
# Nearly all names and ids are written so, and mean their photo without being looked at sign by sign.
PLAIN: Final = re.compile(r"(([a-z0-9][a-z0-9_]*)\.[a-z0-9]{1,5})(?:#[0-9]+)?")
BESIDE: Final = " \t\r\n./\\:()[]{}<>_"


class MeantPhotos:
    """Find photos of a folder by what is left of their names.

    >>> meant = MeantPhotos(["x.jpg", "two dogs.png"])
    >>> meant.by_name("X.JPEG #1"), meant.in_line("x #2,a text")
    ({'x.jpg'}, ({'x.jpg'}, True))
    """

    def __init__(self, photos: Iterable[str]) -> None:
        self._by_key: dict[str, set[str]] = {}
        for photo in photos:
            for key in _keys(photo) | _loose_keys(photo):
                self._by_key.setdefault(key, set()).add(photo)
        # A name with a blank or a comma falls apart in a line, so these are looked for one by one.
        self.long_keys = [key for key in self._by_key if PARTS.search(key)]

    def by_name(self, name: str, loosely: bool = True) -> set[str]:
        """Return the photos that a field means, given as a name or as a caption id."""
        photos = {photo for key in _keys(name) for photo in self._by_key.get(key, ())}
        if photos or not loosely:
            return photos
        return {photo for key in _loose_keys(name) for photo in self._by_key.get(key, ())}

    def in_line(self, line: str, owners: bool = False) -> tuple[set[str], bool]:
        """Return the photos that a line of a table means, and whether it names any at all, here or elsewhere.

        What looks like a name is one. A line without any may have names that look like words, and may be the rest of
        the row before. With `owners`, a caption id counts before other names.
        """
        plain = _plain(line)
        words = {word for text in (plain, BLANKS_WITHIN.sub(r"\1", plain)) for word in PARTS.split(text)}
        names = {word for word in words if NAMES.search(word)}
        if owners:
            names = {word for word in names if CAPTION.search(word)} or names
        photos = {photo for key in self.long_keys if key in plain for photo in self._by_key[key]}
        photos |= {photo for word in names or words for photo in self.by_name(word, bool(names))}
        return photos, bool(names)


def _plain(text: str) -> str:
    # Runs of blanks first of all: a pattern that begins with blanks would look at each again and again.
    return BLANKS.sub(" ", UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold()))


def _keys(name: str) -> set[str]:
    """Return what a name may be known by: with its ending, as other names have dots too, and without it."""
    if simple := PLAIN.fullmatch(name):
        return {simple[1], simple[2]}
    bare = BLANKS_WITHIN.sub(r"\1", NUMBER_BEHIND.sub("", _plain(name))).strip(" \t\r\n./\\:")
    return {bare, ENDING.sub("", bare)} - {""}


def _loose_keys(name: str) -> set[str]:
    """Return what else a name may be known by: without folders, an address, accents, signs and marks of copies."""
    if (simple := PLAIN.fullmatch(name)) and "copy" not in name:
        return {simple[2].replace("_", "")}
    plain = _plain(html.unescape(unquote(name)))
    last = FOLDERS.split(ADDRESS_BEHIND.sub("", plain).strip(BESIDE))[-1]
    bare = ENDING.sub("", last.strip(BESIDE))
    signs = unicodedata.normalize("NFD", MARKS_BEHIND.sub("", bare))
    return {"".join(sign for sign in signs if sign.isalnum())} - {""}
