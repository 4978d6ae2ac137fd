"""The texts of XMP data: what people and their programs wrote about a photo, not what programs wrote for themselves.

Properties that nobody here has heard of count as well: what is not known to be a machine's may be a person's.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, OTHER, Finder
from withsense_tf.data.named import column_text

MOST_BYTES: Final = 8 << 20  # phones put pictures in here
MOST_DEPTH: Final = 100
XAP: Final = "http://ns.adobe.com/xap/1.0/"
DC: Final = "http://purl.org/dc/elements/1.1/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
EXIF, TIFF = "http://ns.adobe.com/exif/1.0/", "http://ns.adobe.com/tiff/1.0/"
ACDSEE: Final = "http://ns.acdsee.com/iptc/1.0/"
CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
DESCRIPTIONS: Final = frozenset(
    {
        (DC, "title"),
        (DC, "description"),
        (PHOTOSHOP, "Headline"),
        (EXIF, "UserComment"),
        (TIFF, "ImageDescription"),
    }
    | {(CORE, "AltTextAccessibility"), (CORE, "ExtDescrAccessibility"), (ACDSEE, "caption")}
)
KEYWORDS: Final = frozenset(
    {(DC, "subject"), ("http://ns.adobe.com/lightroom/1.0/", "hierarchicalSubject")}
    | {
        ("http://ns.adobe.com/lightroom/1.0/", "weightedFlatSubject"),
        ("http://ns.adobe.com/pdf/1.3/", "Keywords"),
    }
    | {("http://www.digikam.org/ns/1.0/", "TagsList"), (ACDSEE, "keywords")}
    | {(f"http://ns.microsoft.com/photo/1.0{end}", "LastKeywordXMP") for end in ("", "/")}
)
# What programs keep for themselves, by how the name of its space begins; and what people write there all the same.
MACHINE: Final = (
    "http://ns.adobe.com/camera-raw",
    "http://ns.adobe.com/hdr-gain-map/",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "http://ns.adobe.com/xmp/sType/",
    "http://ns.adobe.com/xmp/note/",
    "http://ns.google.com/photos/",
    "http://cipa.jp/exif/",
    "http://ns.apple.com/",
    "http://ns.xiaomi.com/",
    "http://www.w3.org/XML/",
    EXIF,
    TIFF,
    PHOTOSHOP,
    XAP,
)
BY_HAND: Final = (
    "Instructions Category SupplementalCategories Credit Source CaptionWriter AuthorsPosition City State Country "
    "TransmissionReference TextLayers LayerText"
)
BY_PEOPLE: Final = DESCRIPTIONS | frozenset(
    {(TIFF, "Artist"), (TIFF, "Copyright"), (XAP, "Label"), (XAP, "Nickname")}
    | {(PHOTOSHOP, name) for name in BY_HAND.split()}
)
# How a packet is built, not what it says.
OF_RDF: Final = frozenset((RDF, name) for name in ("about", "parseType", "ID", "nodeID", "datatype"))
# What is longer, without a blank, is no word but a picture in letters.
LONGEST_WORD: Final = 1_000
RIGHTS: Final = "http://ns.adobe.com/xap/1.0/rights/"
# The code of IPTC for the age of the youngest person who is shown: AG-U14 is 14 or under, AG-A17 is 17.
AGE_DISCLOSED: Final = "MinorModelAgeDisclosure"
AGE_CODE: Final = re.compile(r"\bAG-[AU](\d\d)\b")


class _UnwantedError(Exception):
    """Something that no photo's description needs, and that can do harm."""


def xmp_texts(block: bytes, finder: Finder) -> None:
    """Find the texts of a packet of XMP."""
    packet = block.lstrip(b" \t\r\n\0")
    if packet[:1] == b"<" and packet[1:2] != b"\0":
        packet = packet.rstrip(b" \t\r\n\0")
    if not packet:
        return
    if len(packet) > MOST_BYTES:
        finder.lose("XMP", "there is too much of it")
        return
    reader = _XmpReader(finder)
    try:
        reader.parse(packet)
    except (expat.ExpatError, _UnwantedError, ValueError, LookupError) as error:
        finder.lose("XMP", f"it is damaged: {error}")


class _XmpReader:
    """Follow the elements of a packet; only the way to the present one is kept."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._path: list[tuple[str, str]] = []
        self._text: list[str] = []

    def parse(self, block: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        # Entities are declared there, and a few lines of them grow to gigabytes.
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
        parser.buffer_text = True
        parser.Parse(block, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._flush()
        self._path.append(_split_name(name))
        if len(self._path) > MOST_DEPTH:
            raise _UnwantedError("it is nested too deep")
        for attribute, value in attributes.items():
            self._say([*self._path, _split_name(attribute)], value)

    def _end(self, _: str) -> None:
        self._flush()
        self._path.pop()

    def _flush(self) -> None:
        if self._text:
            text = "".join(self._text)
            self._text.clear()
            self._say(self._path, text)

    def _say(self, path: list[tuple[str, str]], text: str) -> None:
        properties = [name for name in path if name[0] not in ("", RDF, "adobe:ns:meta/")]
        if not properties or not text.strip() or path[-1] in OF_RDF or any(map(_is_machine, properties)):
            return
        name = properties[-1][1]
        kinds = [(DESCRIPTION, DESCRIPTIONS), (KEYWORD, KEYWORDS)]
        kind = next((kind for kind, names in kinds if not names.isdisjoint(properties)), OTHER)
        where = f"XMP {properties[0][1]}" + (f" {name}" if len(properties) > 1 else "")
        if name == AGE_DISCLOSED:
            self._finder.add(where, kind, " . ".join(f"age {age}" for age in AGE_CODE.findall(text)))
        elif kind is not OTHER:
            self._finder.add(where, kind, text.replace("|", ", "))
        elif " " in text.strip() or len(text) < LONGEST_WORD:
            self._finder.add(where, kind, column_text(name, text))


def _is_machine(name: tuple[str, str]) -> bool:
    space = name[0]
    return name not in BY_PEOPLE and space != RIGHTS and space.startswith(MACHINE)


def _split_name(name: str) -> tuple[str, str]:
    space, _, local = name.rpartition(" ")
    return space, local


def _refuse(*_: object) -> None:
    raise _UnwantedError("it declares entities")
