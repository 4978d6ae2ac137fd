"""Pictures of a few widths, made once from the very file that was judged, upright and without what it says in words."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from starlette.responses import Response

from withsense_tf.app.request_problems import ProblemError
from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.machine import usable_cores
from withsense_tf.data.pictures.photo_file import PhotoError, open_upright

WIDTHS: Final = (160, 320, 640, 1280, 2048)
WEBP, JPEG = "image/webp", "image/jpeg"
ENDINGS: Final = {WEBP: "webp", JPEG: "jpg"}
QUALITY: Final = {WEBP: 80, JPEG: 85}
# What WebP can hold; a JPEG holds four times as much.
MOST_HIGH: Final = 16_383
# Another one makes all pictures anew.
VERSION: Final = "1"
# It may be kept, but is asked for again each time: a permission may have ended.
CACHE: Final = "private, no-cache"
# A large photo takes hundreds of megabytes while it is decoded.
_decoding = threading.BoundedSemaphore(max(1, min(2, usable_cores())))


@dataclass(frozen=True)
class PhotoFile:
    """The file of a photo that may be shown, and the digest that it was judged under."""

    path: Path
    digest: str


class PictureCache:
    """Pictures in a folder, by content, width and kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answer(self, file: PhotoFile, width: int, accept: str, if_none_match: str) -> Response:
        """Answer with the picture of a photo that may be shown now, or that it is still the same."""
        step = width_of(width)
        kind = WEBP if takes_webp(accept) else JPEG
        tag = f'"{hashlib.sha256(f"{VERSION} {file.digest} {step} {kind}".encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": "Accept"}
        if tag in {one.strip().removeprefix("W/") for one in if_none_match.split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(self.picture(file, step, kind), headers=headers, media_type=kind)

    def picture(self, file: PhotoFile, width: int, kind: str) -> bytes:
        """Return a picture, which is made where it is not there yet."""
        path = self.folder / file.digest[:2] / f"{file.digest}-{width}-{VERSION}.{ENDINGS[kind]}"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            pass
        try:
            with _decoding:
                picture = draw(file, width)
        except PhotoError as error:
            raise ProblemError(
                404, "file_gone", f"The photo's file cannot be shown: {error.reason}.",
                "Tell who looks after the index: withsense index verify --files",
            ) from error  # fmt: skip
        with whole_file(path, f".{ENDINGS[kind]}") as draft:
            picture.save(draft, quality=QUALITY[kind])
        return path.read_bytes()


def draw(file: PhotoFile, width: int) -> Image.Image:
    """Return a photo upright in sRGB, so wide at most; nothing of its file is in it but the pixels."""
    with open_upright(file.path, width, file.digest) as photo:
        wide, high = photo.image.size
        scale = min(1.0, width / wide, MOST_HIGH / high)
        size = (max(1, round(high * scale)), max(1, round(wide * scale)))
        return Image.fromarray(photo.pixels(size, None, Image.Resampling.LANCZOS))


def width_of(width: int) -> int:
    """Return the next of the widths that are made: of all others nobody shall fill the disk.

    >>> width_of(100), width_of(641), width_of(4096)
    (160, 1280, 2048)
    """
    return next((one for one in WIDTHS if one >= width), WIDTHS[-1])


def takes_webp(accept: str) -> bool:
    """Return whether an Accept header names WebP, and not to refuse it.

    >>> takes_webp("image/avif,image/webp,*/*;q=0.8"), takes_webp("image/webp;q=0"), takes_webp("*/*")
    (True, False, False)
    """
    for part in accept.casefold().split(","):
        kind, *more = (word.strip() for word in part.split(";"))
        if kind == WEBP:
            return not any(word.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for word in more)
    return False
