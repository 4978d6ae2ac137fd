"""Photos as the API names them: words that nobody can guess, and that say nothing of the photo.

A file's name may say what the law keeps back, and whoever could ask for names could find out which photos are kept
back. So an id is the name in a cipher under a key of this index: it is the same for ever, no table is needed to read
it, and who was never given one cannot make one up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import NAME_SIGNS
from withsense_tf.errors import DataError

KEY_FILE: Final = "photo_ids.key"
KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
LOT_BYTES: Final = 8
# Names of some length are as long as others, so that an id does not tell it.
BLOCK: Final = 32
MOST_SIGNS: Final = 2 * (4 * NAME_SIGNS + BLOCK + TAG_BYTES)


class PhotoIds:
    """Write names as ids and read ids as names."""

    def __init__(self, key: bytes) -> None:
        self._tag_key, self._stream_key, self._lot_key = (
            hmac.digest(key, purpose, "sha256") for purpose in (b"tag", b"stream", b"lot")
        )

    @classmethod
    def of_folder(cls, folder: Path) -> PhotoIds:
        """Return the ids of the index that has its state in this folder; its key is made by who comes first."""
        file = folder / KEY_FILE
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(file, replace=False) as draft:
                handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as stream:
                    stream.write(secrets.token_bytes(KEY_BYTES))
        key = file.read_bytes()
        if len(key) != KEY_BYTES:
            raise DataError(
                f"{file} holds no key of {KEY_BYTES} bytes. Bring it back from a copy; without one, remove it: photos "
                "get new ids, and links of before lead nowhere."
            )
        return cls(key)

    def write(self, name: str) -> str:
        """Return the id of a photo's name."""
        plain = name.encode(errors="surrogatepass")
        plain += b"\0" * (-len(plain) % BLOCK)
        tag = self._tag(plain)
        return base64.urlsafe_b64encode(tag + self._cipher(tag, plain)).decode().rstrip("=")

    def read(self, id_: str) -> str | None:
        """Return the name that an id stands for, or None where nobody was ever given such an id."""
        if len(id_) > MOST_SIGNS or not id_.isascii():
            return None
        try:
            raw = base64.b64decode(id_ + "=" * (-len(id_) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        tag, cipher = raw[:TAG_BYTES], raw[TAG_BYTES:]
        plain = self._cipher(tag, cipher)
        # One id for one name: base64 has spare bits at its end.
        if not hmac.compare_digest(tag, self._tag(plain)) or len(plain) % BLOCK:
            return None
        name = plain.rstrip(b"\0").decode(errors="surrogatepass")
        return name if hmac.compare_digest(self.write(name), id_) else None

    def lot(self, content: bytes) -> str:
        """Return what nobody can tell from a number drawn by lot, and is the same for the same content."""
        return hmac.digest(self._lot_key, content, "sha256")[:LOT_BYTES].hex()

    def _tag(self, plain: bytes) -> bytes:
        return hmac.digest(self._tag_key, plain, "sha256")[:TAG_BYTES]

    def _cipher(self, tag: bytes, text: bytes) -> bytes:
        stream = hashlib.shake_256(self._stream_key + tag).digest(len(text))
        # As whole numbers: a page of answers has some thousand bytes of ids.
        return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))
