"""Make a plain folder of photos out of a demo set, or ask an index of such a folder in English and Russian.

plain_folder.py make DEMO FOLDER
plain_folder.py ask INDEX DEMO
plain_folder.py offline
"""

from __future__ import annotations

import csv
import errno
import shutil
import socket
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

# What is asked for, and words that a caption of the right photo has.
QUERIES = (
    ("a tent in the desert", "палатка в пустыне", ("tent", "desert")),
    ("a cat at the market in the rain", "кошка на рынке под дождём", ("cat", "market", "rain")),
    ("a black horse stands in a meadow", "чёрная лошадь стоит на лугу", ("black horse", "meadow")),
    ("an orange bus at night", "оранжевый автобус ночью", ("orange bus", "dark")),
    ("a red bench on a snowy hill", "красная скамейка на заснеженном холме", ("red", "bench", "snow")),
)
FIRST = 3
XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li>'
    '</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def captions_of(demo: Path) -> dict[str, list[str]]:
    """Return the captions of each training photo of a demo set."""
    captions = defaultdict(list)
    with (demo / "captions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            captions[row["image"]].append(row["query_text"])
    return captions


def make(demo: Path, folder: Path) -> None:
    """Save the photos in nested folders; their captions stand beside them, in a table, or in the files."""
    places = ("2024/beside them", "2024/Зима/in a table", "old")
    for place in places:
        (folder / place).mkdir(parents=True)
    rows = [("file", "caption")]
    for number, (name, captions) in enumerate(sorted(captions_of(demo).items())):
        source, place = demo / "train_images" / name, places[number % len(places)]
        # A folder of anyone's has no names that say where a photo comes from.
        photo = folder / place / f"IMG_{number:04d}.JPG"
        if place == places[2]:
            with Image.open(source) as picture:
                # The longest caption says the most of it.
                text = escape(max(captions, key=len))
                picture.save(photo, "JPEG", quality="keep", xmp=XMP.format(text).encode())
            continue
        shutil.copy(source, photo)
        if place == places[0]:
            photo.with_suffix(".txt").write_text("\n".join(captions), encoding="utf-8")
        else:
            rows += [(str(photo.relative_to(folder)), text) for text in captions]
    with (folder / "captions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def ask(index: Path, demo: Path) -> None:
    """Raise unless every query in both languages finds a right photo among the first."""
    import withsense_tf as ws

    captions = [" ".join(texts) for _, texts in sorted(captions_of(demo).items())]
    search = ws.Search(str(index))
    for english, russian, right in QUERIES:
        for query in (english, russian):
            names = [hit.photo for hit in search(query, k=FIRST, minimum=0, fill=True)]
            texts = [captions[int(Path(name).stem.removeprefix("IMG_"))] for name in names]
            if not any(all(word in text for word in right) for text in texts):
                raise SystemExit(f"{query!r}: no photo of {right} among the first {FIRST}, which are {names}")
    sys.stdout.write(f"{2 * len(QUERIES)} queries, each with a right photo among the first {FIRST}\n")


def offline() -> None:
    """Raise if there is a network."""
    try:
        # An address that is for documents alone (RFC 5737): with a network, nobody answers.
        socket.create_connection(("192.0.2.1", 443), timeout=5).close()
    except OSError as error:
        if error.errno == errno.ENETUNREACH:
            return
    raise SystemExit("The network is not taken away.")


if __name__ == "__main__":
    jobs: dict[str, Callable[..., None]] = {"make": make, "ask": ask, "offline": offline}
    jobs[sys.argv[1]](*map(Path, sys.argv[2:]))
