"""Photo files that say something, made by hand where Pillow cannot write it."""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from withsense_tf.data.pictures.photo_file import inspect_photo

CAPTION = "Two dogs run along a beach"
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" {spaces}{own}>'
    '{inner}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "mine": "http://example.org/mine/",
}


def packet(inner: str = "", own: str = "") -> bytes:
    """Return a packet of XMP with these properties as elements, and as attributes."""
    spaces = "".join(f'xmlns:{name}="{space}" ' for name, space in SPACES.items())
    return PACKET.format(spaces=spaces, own=own, inner=inner).encode()


def listed(name: str, *texts: str, kind: str = "Bag") -> str:
    """Return a property that holds several texts."""
    return f"<{name}><rdf:{kind}>{''.join(f'<rdf:li>{one}</rdf:li>' for one in texts)}</rdf:{kind}></{name}>"


def titled(text: str) -> bytes:
    """Return a packet with a description."""
    return packet(listed("dc:description", text, kind="Alt"))


def exif(tags: dict[int, object], comment: bytes | None = None) -> bytes:
    """Return EXIF data with these tags of the first table, and a comment."""
    data = Image.Exif()
    data.update(tags)
    if comment is not None:
        data[0x8769] = {0x9286: comment}
    return data.tobytes()


def tiff_block(order: str, tag: int, kind: int, count: int, value: bytes) -> bytes:
    """Return EXIF data of one tag, in a byte order of one's choice, whatever its value."""
    mark = {"<": b"II", ">": b"MM"}[order]
    inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{order}I", 26)
    head = mark + struct.pack(f"{order}HIH", 42, 8, 1) + struct.pack(f"{order}HHI", tag, kind, count)
    return head + inline + bytes(4) + (value if len(value) > 4 else b"")


def record(number: int, value: bytes, part: int = 2) -> bytes:
    """Return one record of IPTC data."""
    return bytes([0x1C, part, number]) + struct.pack(">H", len(value)) + value


def resource(data: bytes, code: int = 0x0404) -> bytes:
    """Return a Photoshop resource."""
    return b"8BIM" + struct.pack(">HBBI", code, 0, 0, len(data)) + data + bytes(len(data) % 2)


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def save(
    path: Path,
    *segments: bytes,
    seed: int = 0,
    exif_data: bytes = b"",
    xmp: bytes | None = None,
    **texts: str,
) -> Path:
    """Save a photo with EXIF data, XMP, PNG texts, and segments behind the start of a JPEG."""
    image = Image.effect_noise((48, 32), 40 + seed).convert("RGB")
    more: dict[str, object] = {}
    if exif_data and path.suffix in (".tif", ".tiff"):
        tags = Image.Exif()
        tags.load(exif_data)
        more["exif"] = tags
    elif exif_data:
        more["exif"] = exif_data
    if path.suffix == ".png":
        info = PngInfo()
        for key, text in texts.items():
            info.add_itxt(key, text, zip=len(text) > 20)
        if xmp is not None:
            info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        more["pnginfo"] = info
    elif xmp is not None and path.suffix == ".tif":
        more["tiffinfo"] = {700: xmp}
    elif xmp is not None:
        more["xmp"] = xmp
    image.save(path, **more)
    if segments:
        content = path.read_bytes()
        path.write_bytes(content[:2] + b"".join(segments) + content[2:])
    return path


def iptc(*records: bytes) -> bytes:
    """Return the segment of a JPEG that holds IPTC records."""
    return segment(0xED, b"Photoshop 3.0\0" + resource(b"".join(records)))


def texts(path: Path) -> dict[str, str]:
    """Return what a file says, by where; nothing of it may be lost."""
    found = inspect_photo(path, decode=True).file_texts
    assert found.unread == ()
    return {text.where: text.text for text in found.texts}


def lost(path: Path) -> set[str]:
    """Return where a file has something that cannot be read."""
    return {where for where, _ in inspect_photo(path, decode=True).file_texts.unread}
