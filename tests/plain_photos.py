"""Plain folders of small photos, captioned in every way that is read."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from words_in_files import exif, iptc, record, save, titled

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataWarning
from withsense_tf.policy.current_policy import Policy

Captions = Sequence[tuple[str, str]]
# Its rules are read once.
LAW = Policy.default()


def photos(root: Path, *names: str) -> Path:
    """Save photos of these names, which all look different, and return their folder."""
    for number, name in enumerate(names, start=1):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        save(root / name, seed=number)
    return root


def read(root: Path, **settings: object) -> Dataset:
    """Read a folder in which something may be left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return load_dataset(root, **settings)


def captions_of(data: Dataset) -> dict[str, list[str]]:
    """Return the captions of each photo that has some."""
    return {photo: rows["text"].tolist() for photo, rows in data.captions.groupby("photo")}


def restricted(data: Dataset) -> dict[str, str]:
    """Return what restricts each photo that is."""
    decisions = LAW.gate(data).decisions
    return {photo: one.source for photo, one in decisions.items() if one.restricted}


def kinds(data: Dataset) -> set[str]:
    """Return the kinds of what is wrong or odd."""
    return set(data.quarantine["kind"])


def _table(
    separator: str, head: str, ending: str, encoding: str = "utf-8"
) -> Callable[[Path, Captions], None]:
    def write(root: Path, captions: Captions) -> None:
        lines = [head.replace(",", separator)] if head else []
        lines += [f"{photo}{separator}{text}" for photo, text in captions]
        (root / f"texts{ending}").write_bytes(("\n".join(lines) + "\n").encode(encoding))

    return write


def _token(root: Path, captions: Captions) -> None:
    (root / "Some.token.txt").write_text("".join(f"{photo}#0\t{text}\n" for photo, text in captions))


def _bars(root: Path, captions: Captions) -> None:
    rows = [f"{photo}| 0| {text}" for photo, text in captions]
    (root / "results.csv").write_text("\n".join(["image_name| comment_number| comment", *rows]))


def _coco(root: Path, captions: Captions) -> None:
    images = [{"id": n, "file_name": photo} for n, (photo, _) in enumerate(captions)]
    annotations = [{"id": n, "image_id": n, "caption": text} for n, (_, text) in enumerate(captions)]
    (root / "deep").mkdir(exist_ok=True)
    (root / "deep/captions_val.json").write_text(json.dumps({"images": images, "annotations": annotations}))


def _records(root: Path, captions: Captions) -> None:
    rows = [{"file_name": photo, "text": text} for photo, text in captions]
    (root / "records.json").write_text(json.dumps(rows))


def _json_lines(root: Path, captions: Captions) -> None:
    rows = [json.dumps({"file_name": photo, "text": text}) for photo, text in captions]
    (root / "metadata.jsonl").write_text("\n".join(rows))


def _keys(root: Path, captions: Captions) -> None:
    (root / "keys.json").write_text(json.dumps({photo: [text] for photo, text in captions}))


def _sentences(root: Path, captions: Captions) -> None:
    rows = [
        {"filename": photo, "sentences": [{"raw": text, "tokens": text.split()}]} for photo, text in captions
    ]
    (root / "dataset.json").write_text(json.dumps({"images": rows, "dataset": "flickr"}))


def _side_texts(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        (root / photo).with_suffix(".txt").write_text(text)


def _longer_side_texts(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        (root / f"{photo}.txt").write_text(f"{text}\n")


def _side_xmp(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        (root / photo).with_suffix(".xmp").write_bytes(titled(text))


def _longer_side_xmp(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        (root / f"{photo}.xmp").write_bytes(titled(text))


def _exif(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        save(root / photo, seed=len(text) + ord(photo[0]), exif_data=exif({0x010E: text}))


def _iptc(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        save(root / photo, iptc(record(120, text.encode())), seed=len(text) + ord(photo[0]))


def _xmp(root: Path, captions: Captions) -> None:
    for photo, text in captions:
        save(root / photo, seed=len(text) + ord(photo[0]), xmp=titled(text))


# Each writes captions of photos that lie in a folder already.
SOURCES: dict[str, Callable[[Path, Captions], None]] = {
    "csv": _table(",", "file,caption", ".csv"),
    "tsv without a header": _table("\t", "", ".tsv"),
    "semicolons and a column called description": _table(";", "photo,description", ".csv"),
    "utf-16 of a spreadsheet": _table("\t", "photo,description", ".txt", "utf-16"),
    "Kaggle's captions.txt": _table(",", "image,caption", ".txt"),
    "token file": _token,
    "bars": _bars,
    "COCO": _coco,
    "records": _records,
    "lines of JSON": _json_lines,
    "names as keys": _keys,
    "sentences": _sentences,
    "photo.txt": _side_texts,
    "photo.jpg.txt": _longer_side_texts,
    "photo.xmp": _side_xmp,
    "photo.jpg.xmp": _longer_side_xmp,
    "EXIF": _exif,
    "IPTC": _iptc,
    "XMP": _xmp,
}
