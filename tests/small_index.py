"""Small photos of many looks as items of an index, a law with and without a rule, and an index of such items."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from colours import COLOURS, PATTERNS
from index_digest import photo_contents
from PIL import Image, ImageOps

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.vectors.vector_index import Fact
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.search.search import Search

# AQ has no rule, and every other country protects children.
COUNTRIES = Countries(
    (CountryRule("AQ", "none"), CountryRule("BB", "children", 16), CountryRule("CC", "children", 18))
)
INNOCENT, CHILD = "A plain red wall .", "A toddler by a wall ."
CAMERAS = ("Nikon D90", "Canon 5D", "Leica M6")


def law(countries: Countries = COUNTRIES, **ownership: object) -> Policy:
    return Policy(countries, Ownership(**ownership))


LAW = law()


def draw_look(folder: Path, look: int, light: int = 0) -> Path:
    """Save a photo; another `look` is another picture, another `light` the same a little brighter."""
    path = folder / f"look-{look}-{light}.png"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(look)
        small = rng.integers(0, 200, (8, 8, 3)).astype(np.uint8)
        pixels = np.asarray(Image.fromarray(small).resize((32, 32), Image.Resampling.BICUBIC)).astype(int)
        Image.fromarray((pixels + 3 * light).clip(0, 255).astype(np.uint8)).save(path)
    return path


def caption_of(seed: int) -> str:
    rng = np.random.default_rng(seed)
    colour = rng.choice(COLOURS[list(COLOURS)[seed % 5]][1].split())
    pattern = rng.choice(PATTERNS[list(PATTERNS)[seed // 5 % 2]].split())
    return f"A {pattern} {colour} {rng.choice(['wall', 'cloth', 'board', 'paper'])} ."


def item_of(
    folder: Path,
    name: str,
    look: int,
    light: int = 0,
    texts: Sequence[str] | None = None,
    facts: dict[str, Fact] | None = None,
) -> Item:
    """Return a photo with two captions of its own, unless told otherwise."""
    path = draw_look(folder, look, light)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    told = [caption_of(2 * look), caption_of(2 * look + 1)] if texts is None else texts
    captions = tuple((f"{name}#{n}", text) for n, text in enumerate(told))
    columns = {"camera": CAMERAS[look % 3], "iso": 100.0 * (look % 4 + 1)} if facts is None else facts
    return Item(name, path, digest, captions, facts=columns)


def items_of_looks(folder: Path, count: int) -> list[Item]:
    return [item_of(folder, f"{look:03d}.png", look) for look in range(count)]


def new_index(
    folder: Path,
    matcher: Matcher,
    items: Sequence[Item],
    store: VectorStore | None = None,
    policy: Policy = LAW,
) -> PhotoIndex:
    """Build an index of items at once, and put the matcher to use."""
    index = PhotoIndex.make(folder, store)
    model = index.add_model(matcher)
    ingest(index, items, policy, model)
    take_over(index, model)
    return index


def new_whole_index(folder: Path, matcher: Matcher, items: Sequence[Item], store: VectorStore) -> Path:
    """Build such an index, all of its tables in the one file, so that a copy of the folder is whole; return it."""
    index = new_index(folder, matcher, items, store)
    # Held open: whoever closes last may take the log away before it is in the file.
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        index.close()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def ask(folder: Path) -> None:
    """Ask an index for a photo, whatever is found."""
    Search(folder, policy=LAW, country="AQ")("a plain scarlet wall", minimum=0.0)


def turned(item: Item, folder: Path, name: str) -> Item:
    """Return a mirrored, recompressed copy with an innocent caption."""
    path = folder / name
    ImageOps.mirror(Image.open(item.path).convert("RGB").resize((96, 96))).save(path, quality=80)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Item(name, path, digest, ((f"{name}#0", INNOCENT),))


def shown(index: PhotoIndex, policy: Policy = LAW, country: str = "BB") -> set[str]:
    """Return the names of the photos that a search shows, those behind others included."""
    hits = Search(index, policy=policy, country=country)("a wall", k=50, minimum=0.0)
    return {hit.photo for hit in hits} | {name for hit in hits for name in hit.duplicates}


def found(index: PhotoIndex, text: str, **asked: object) -> list[str]:
    """Return the names of the photos that a search finds where no law is in force."""
    hits = Search(index, policy=LAW, country="AQ")(text, k=50, minimum=0.0, **asked)
    return [hit.photo for hit in hits]


def known(index: PhotoIndex, name: str) -> dict:
    """Return all that an index holds of a live photo."""
    return next(photo for photo in photo_contents(index) if photo["name"] == name)


def quarantine(index: PhotoIndex) -> dict[str, tuple[str, str]]:
    """Return of which kind what is wrong with photos is that were not taken in, and why, by name."""
    with index.catalog.reading() as tables:
        rows = tables.execute("SELECT name, kind, reason FROM quarantine").fetchall()
    return {name: (kind, reason) for name, kind, reason in rows}
