"""A photo file -> its texts, whichever format it has."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from PIL import Image

from withsense_tf.data.embedded.exif_texts import exif_texts
from withsense_tf.data.embedded.file_words import DESCRIPTION, OTHER, Embedded, Finder
from withsense_tf.data.embedded.iptc_texts import photoshop_texts
from withsense_tf.data.embedded.xmp_texts import MOST_BYTES, xmp_texts

EXIF: Final = b"Exif\0"
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
MORE_XMP_HEAD: Final = (
    len(MORE_XMP) + 32 + 4 + 4
)  # what it belongs to, how long all of it is, and where this part goes
PHOTOSHOP: Final = b"Photoshop 3.0\0"
XMP_STARTS, XMP_ENDS = (b"<x:xmpmeta", b"<rdf:RDF"), (b"</x:xmpmeta>", b"</rdf:RDF>")
MOST_INFLATED: Final = 1 << 20
PNG_XMP: Final = "XML:com.adobe.xmp"
PNG_DESCRIPTIONS: Final = frozenset({"title", "description"})
# Programs sign here, and copy what the file system says.
PNG_SILENT: Final = frozenset({"software", "creation time", "date:create", "date:modify", "date:timestamp"})
PNG_TELLING: Final = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})
PNG_PROFILE: Final = "raw profile type "


def embedded_texts(image: Image.Image, content: bytes) -> Embedded:
    """Return the texts of an opened photo, whose file has this content; nothing that is in it stops anything."""
    finder = Finder()
    readers = {"JPEG": _of_jpeg, "MPO": _of_jpeg, "PNG": _of_png, "TIFF": _of_tiff, "GIF": _of_gif}
    try:
        readers.get(image.format or "", _of_others)(image, content, finder)
    except Exception as error:
        finder.lose("metadata", f"it is damaged: {error}")
    return finder.result()


def _of_jpeg(image: Image.Image, _: bytes, finder: Finder) -> None:
    exif, photoshop, more = b"", b"", b""
    for name, part in getattr(image, "applist", ()):
        if name == "COM":
            finder.add("JPEG comment", OTHER, part)
        elif name == "APP1" and part.startswith(EXIF):
            exif += part[6:]  # what is too long for one segment goes on in the next
        elif name == "APP1" and part.startswith(XMP):
            xmp_texts(part[len(XMP) :], finder)
        elif name == "APP1" and part.startswith(MORE_XMP) and len(more) <= MOST_BYTES:
            more += part[MORE_XMP_HEAD:]
        elif name == "APP13" and part.startswith(PHOTOSHOP):
            photoshop += part[len(PHOTOSHOP) :]
    exif_texts(exif, finder)
    photoshop_texts(photoshop, finder)
    xmp_texts(more, finder)


def _of_tiff(_: Image.Image, content: bytes, finder: Finder) -> None:
    exif_texts(content, finder)


def _of_others(image: Image.Image, content: bytes, finder: Finder) -> None:
    exif_texts(image.info.get("exif", b"").removeprefix(EXIF + b"\0"), finder)
    comment = image.info.get("comment")
    if comment:
        finder.add(f"{image.format} comment", OTHER, comment)
    if "xmp" in image.info:
        xmp_texts(image.info["xmp"], finder)
    else:
        _packets(content, finder)


def _packets(content: bytes, finder: Finder) -> None:
    """Find XMP by how it begins: it is made for that, and stands uncompressed in all formats but PNG."""
    start, end = next(
        ((s, e) for s, e in zip(XMP_STARTS, XMP_ENDS, strict=True) if s in content),
        (XMP_STARTS[0], XMP_ENDS[0]),
    )
    at = content.find(start)
    while at >= 0:
        stop = content.find(end, at)
        xmp_texts(content[at : stop + len(end)] if stop >= 0 else content[at : at + MOST_BYTES], finder)
        at = content.find(start, stop) if stop >= 0 else -1


def _of_png(_: Image.Image, content: bytes, finder: Finder) -> None:
    for kind, data in _chunks(content):
        if kind in PNG_TELLING and data is None:
            finder.lose("PNG texts", "they are cut off")
        elif data is None:
            continue
        elif kind == b"eXIf":
            exif_texts(data.removeprefix(EXIF + b"\0"), finder)
        elif kind in PNG_TELLING:
            key = data.split(b"\0")[0]
            name = key.decode("latin-1").strip()
            text = _png_text(kind, data[len(key) + 1 :])
            if name == PNG_XMP and text is not None:
                xmp_texts(text, finder)
            elif name.casefold().startswith(PNG_PROFILE) and text is not None:
                _png_profile(name.casefold().removeprefix(PNG_PROFILE), text, finder)
            elif name.casefold() not in PNG_SILENT:
                what = DESCRIPTION if name.casefold() in PNG_DESCRIPTIONS else OTHER
                finder.add(f"PNG {name}", what, text)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield the chunks of a PNG, None for one that is cut off; Pillow would decode every pixel to see those behind."""
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + size]
        yield kind, data if len(data) == size else None
        at += 12 + size


def _png_text(kind: bytes, rest: bytes) -> bytes | None:
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflate(rest[1:])
    # Whether and how it is compressed, then a language and a name in that language, each up to a zero.
    text = (*rest[2:].split(b"\0", 2), b"", b"")[2]
    return _inflate(text) if rest[:1] == b"\1" else text


def _inflate(content: bytes) -> bytes | None:
    """Return what was compressed; None where it is damaged or far too long."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(content, MOST_INFLATED)
    except zlib.error:
        return None
    return text if inflater.eof else None


def _png_profile(kind: str, text: bytes, finder: Finder) -> None:
    """Read a block that ImageMagick has written in hexadecimal digits: a name, a length, and the digits."""
    lines = text.strip().split(b"\n", 2)
    block = bytes.fromhex(b"".join(lines[2].split()).decode("ascii")) if len(lines) == 3 else b""
    if kind in ("exif", "app1"):
        if block.startswith(XMP):
            xmp_texts(block[len(XMP) :], finder)
        else:
            exif_texts(block.removeprefix(EXIF + b"\0"), finder)
    elif kind == "xmp":
        xmp_texts(block, finder)
    elif kind in ("iptc", "8bim"):
        photoshop_texts(block.removeprefix(PHOTOSHOP), finder)


def _of_gif(_: Image.Image, content: bytes, finder: Finder) -> None:
    _packets(content, finder)
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    while content[at : at + 1] in (b"!", b","):
        if content[at : at + 1] == b",":
            flags = content[at + 9]
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            label = b""
        else:
            label, at = content[at + 1 : at + 2], at + 2
        parts = []
        while size := int.from_bytes(content[at : at + 1], "big"):
            if label == b"\xfe":
                parts.append(content[at + 1 : at + 1 + size])
            at += 1 + size
        at += 1
        if parts:
            finder.add("GIF comment", OTHER, b"".join(parts))
