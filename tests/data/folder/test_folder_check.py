from __future__ import annotations

import os
import random
import shutil
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from withsense_tf.data.folder.folder_check import check_folder
from withsense_tf.data.folder.load import load_dataset, read_folder
from withsense_tf.data.folder.problems import KINDS
from withsense_tf.errors import DataError, DataWarning


def append(name: str, line: str) -> Callable[[Path], None]:
    """Return a damage that adds one line to a file."""

    def damage(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    return damage


def write(name: str, content: bytes) -> Callable[[Path], None]:
    """Return a damage that replaces or makes a file."""
    return lambda folder: (folder / name).write_bytes(content) and None


def more_bytes(name: str, other: str) -> Callable[[Path], None]:
    """Return a damage that adds a photo with the pixels of another one and more bytes."""
    return lambda folder: (folder / other).write_bytes((folder / name).read_bytes() + b"more") and None


def image(name: str, picture: Image.Image, form: str = "JPEG", **options: object) -> Callable[[Path], None]:
    """Return a damage that replaces or makes a photo."""
    return lambda folder: picture.save(folder / name, form, **options)


def bomb() -> bytes:
    """Return a PNG of a few bytes that claims 1.6 billion pixels."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"")))
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def bad_name(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder / "train_images") + b"/caf\xe9.jpg"))).write_bytes(b"x")


def cut_in_half(folder: Path) -> None:
    path = folder / "train_images/bee.jpg"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# (kind, damage, the place that the report must name)
DAMAGES: list[tuple[str, Callable[[Path], None], str]] = [
    ("file_missing", lambda f: (f / "ExpertAnnotations.tsv").unlink(), "ExpertAnnotations.tsv"),
    ("file_missing", lambda f: shutil.rmtree(f / "test_images"), "test_images/"),
    ("photo_like_test", more_bytes("test_images/gnu.jpg", "train_images/yak.jpg"), "train_images/yak.jpg"),
    ("photo_alike", more_bytes("train_images/ant.jpg", "train_images/yak.jpg"), "train_images/yak.jpg"),
    (
        "caption_of_test",
        append("caption_corpus.csv", "koi.jpg#0|A gnu of kind 0"),
        "caption_corpus.csv:4",
    ),
    ("file_empty", write("CrowdAnnotations.tsv", b""), "CrowdAnnotations.tsv"),
    ("file_empty", write("test_queries.csv", b"|query_id|query_text|image\n"), "test_queries.csv"),
    (
        "file_not_utf8",
        write("captions.csv", b"image,query_id,query_text\na.jpg,a.jpg#1,caf\xe9\n"),
        "captions.csv:2",
    ),
    ("file_not_utf8", write("train_dataset.csv", "image,query_id".encode("utf-16")), "train_dataset.csv"),
    ("file_columns", write("train_dataset.csv", b"photo,id,words\na.jpg,a.jpg#1,A\n"), "train_dataset.csv:1"),
    ("file_columns", write("ExpertAnnotations.tsv", b"a.jpg\ta.jpg#1\t1\t2\n"), "ExpertAnnotations.tsv:1"),
    ("row_width", append("train_dataset.csv", "ant.jpg,bee.jpg#1"), "train_dataset.csv:20"),
    (
        "not_a_number",
        append("ExpertAnnotations.tsv", "ant.jpg\teel.jpg#2\t1\tx\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "not_a_number",
        append("ExpertAnnotations.tsv", "ant.jpg\teel.jpg#2\t1\t1.5\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "not_a_number",
        append("CrowdAnnotations.tsv", "ant.jpg\teel.jpg#2\tnan\t0\t3"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "bad_photo_name",
        append("train_dataset.csv", "../../etc/passwd,bee.jpg#1,A bee"),
        "train_dataset.csv:20",
    ),
    ("bad_caption_id", append("train_dataset.csv", "ant.jpg,bee.jpg,A bee"), "train_dataset.csv:20"),
    (
        "bad_caption_id",
        append("ExpertAnnotations.tsv", "ant.jpg\tbee.jpg#x\t1\t1\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "bad_caption_id",
        append("CrowdAnnotations.tsv", "ant.jpg\t../bee.jpg#1\t0\t0\t3"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "score_range",
        append("ExpertAnnotations.tsv", "ant.jpg\teel.jpg#2\t0\t1\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "score_range",
        append("ExpertAnnotations.tsv", "ant.jpg\teel.jpg#2\t1\t1\t5"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "negative_count",
        append("CrowdAnnotations.tsv", "ant.jpg\teel.jpg#2\t0\t-1\t4"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "share_range",
        append("CrowdAnnotations.tsv", "ant.jpg\teel.jpg#2\t1.5\t3\t0"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "share_mismatch",
        append("CrowdAnnotations.tsv", "ant.jpg\teel.jpg#2\t0.5\t3\t0"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "share_mismatch",
        append("CrowdAnnotations.tsv", "ant.jpg\teel.jpg#2\t0\t0\t0"),
        "CrowdAnnotations.tsv:19",
    ),
    ("text_empty", append("captions.csv", "bee.jpg,bee.jpg#9, "), "captions.csv:32"),
    ("two_texts", append("train_dataset.csv", "ant.jpg,eel.jpg#2,Something else"), "train_dataset.csv:20"),
    ("two_texts", append("caption_corpus.csv", "ant.jpg#0|Something else"), "caption_corpus.csv:4"),
    (
        "duplicate_row",
        append("ExpertAnnotations.tsv", "ant.jpg\tant.jpg#2\t1\t1\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "duplicate_row",
        append("CrowdAnnotations.tsv", "ant.jpg\tant.jpg#2\t1\t3\t0"),
        "CrowdAnnotations.tsv:19",
    ),
    ("duplicate_row", append("test_images.csv", "gnu.jpg"), "test_images.csv:4"),
    (
        "duplicate_row",
        append("test_queries.csv", "9|gnu.jpg#0|A gnu of kind 0|gnu.jpg"),
        "test_queries.csv:12",
    ),
    ("row_open_quote", append("train_dataset.csv", 'ant.jpg,bee.jpg#7,"A bee'), "train_dataset.csv:20"),
    ("row_lines", append("captions.csv", 'bee.jpg,bee.jpg#7,"A bee,\nstill a bee"'), "captions.csv:32"),
    (
        "row_test_caption",
        append("ExpertAnnotations.tsv", "ant.jpg\tgnu.jpg#2\t1\t1\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    (
        "row_test_caption",
        append("train_dataset.csv", "ant.jpg,gnu.jpg#2,A gnu of kind 2"),
        "train_dataset.csv:20",
    ),
    ("caption_photo_missing", append("captions.csv", "yak.jpg,yak.jpg#0,A yak"), "captions.csv:32"),
    ("photo_missing", lambda f: (f / "train_images/bee.jpg").unlink(), "train_images/bee.jpg"),
    ("photo_missing", append("CrowdAnnotations.tsv", "yak.jpg\tant.jpg#2\t0\t0\t3"), "train_images/yak.jpg"),
    ("photo_skipped", lambda f: (f / "train_images/more").mkdir(), "train_images/more"),
    ("photo_skipped", write("train_images/notes.txt", b"to do"), "train_images/notes.txt"),
    ("photo_skipped", lambda f: (f / "train_images/gone.jpg").symlink_to("nowhere"), "train_images/gone.jpg"),
    ("photo_skipped", write("train_images/.hidden.jpg", b"x"), "train_images/.hidden.jpg"),
    ("photo_bad_name", bad_name, "train_images/caf\\xe9.jpg"),
    ("photo_in_both", append("test_images.csv", "bee.jpg"), "train_images/bee.jpg"),
    ("row_photo_missing", append("train_dataset.csv", "yak.jpg,bee.jpg#7,A bee"), "train_dataset.csv:20"),
    (
        "row_photo_missing",
        append("ExpertAnnotations.tsv", "yak.jpg\tant.jpg#2\t1\t1\t1"),
        "ExpertAnnotations.tsv:19",
    ),
    ("row_photo_missing", append("test_queries.csv", "9|yak.jpg#0|A yak|yak.jpg"), "test_queries.csv:12"),
    ("row_photo_missing", append("test_images.csv", "yak.jpg"), "test_images.csv:4"),
    (
        "row_text_missing",
        append("CrowdAnnotations.tsv", "ant.jpg\temu.jpg#2\t0\t0\t3"),
        "CrowdAnnotations.tsv:19",
    ),
    (
        "photo_in_both",
        lambda f: shutil.copy(f / "train_images/bee.jpg", f / "test_images/bee.jpg"),
        "train_images/bee.jpg",
    ),
    (
        "photo_in_both",
        lambda f: shutil.copy(f / "test_images/gnu.jpg", f / "train_images/ant.jpg"),
        "train_images/ant.jpg",
    ),
    (
        "photo_judged",
        lambda f: shutil.copytree(f / "train_images", f / "corpus_images"),
        "corpus_images/bee.jpg",
    ),
    ("photo_empty", write("train_images/bee.jpg", b""), "train_images/bee.jpg"),
    ("photo_not_image", write("test_images/gnu.jpg", b"<html>gone</html>"), "test_images/gnu.jpg"),
    ("photo_truncated", cut_in_half, "train_images/bee.jpg"),
    ("photo_too_large", write("train_images/bee.jpg", bomb()), "train_images/bee.jpg"),
    (
        "photo_twice",
        lambda f: shutil.copy(f / "train_images/ant.jpg", f / "train_images/bee.jpg"),
        "train_images/bee.jpg",
    ),
    ("owner_differs", append("captions.csv", "ant.jpg,bee.jpg#7,A bee"), "captions.csv:32"),
    (
        "photo_unlisted",
        lambda f: (f / "test_images.csv").write_text("image\ngnu.jpg\n"),
        "test_images/hen.jpg",
    ),
    ("photo_grey", image("train_images/bee.jpg", Image.new("L", (20, 20), 90)), "train_images/bee.jpg"),
    ("photo_cmyk", image("train_images/bee.jpg", Image.new("CMYK", (20, 20))), "train_images/bee.jpg"),
    (
        "photo_16bit",
        image("train_images/bee.jpg", Image.new("I;16", (20, 20)), "PNG"),
        "train_images/bee.jpg",
    ),
    (
        "photo_animated",
        image(
            "train_images/bee.jpg",
            Image.new("RGB", (9, 9), "red"),
            "GIF",
            save_all=True,
            append_images=[Image.new("RGB", (9, 9), "blue")],
        ),
        "train_images/bee.jpg",
    ),
    (
        "photo_rotated",
        image("train_images/bee.jpg", Image.new("RGB", (30, 20)), exif=exif(6)),
        "train_images/bee.jpg",
    ),
]
# They are tried in tests/data/plain_folder.
PLAIN_KINDS = {
    "file_not_read",
    "file_note",
    "file_no_photo",
    "file_encoding",
    "cell_no_caption",
    "row_no_photo",
    "row_photo_unclear",
}
IDS = [f"{kind}-{place}" for kind, _, place in DAMAGES]


def test_a_whole_folder_raises_no_alarm(folder: Path) -> None:
    report = check_folder(folder)
    assert report.problems == ()
    assert report.counts["training photos"] == (6, 6)
    assert report.counts["expert rows"] == (18, 18)


def test_every_kind_of_damage_is_tried_here() -> None:
    assert {kind for kind, _, _ in DAMAGES} == set(KINDS) - PLAIN_KINDS


@pytest.mark.parametrize(("kind", "damage", "place"), DAMAGES, ids=IDS)
@pytest.mark.slow
def test_damage_is_found_and_its_place_named_and_the_rest_is_loaded(
    folder: Path, kind: str, damage: Callable[[Path], None], place: str
) -> None:
    damage(folder)
    report = check_folder(folder)
    assert place in [problem.where for problem in report.by_kind().get(kind, [])]
    assert bool(report) == (KINDS[kind].level == "note")
    assert place in report.as_text()
    if KINDS[kind].level == "error":
        with pytest.warns(DataWarning, match="left out"):
            data = load_dataset(folder, decode=True)
    else:
        data = load_dataset(folder, decode=True)
    assert len(data.photos) >= 5
    assert isinstance(repr(data), str)
    assert kind in set(data.quarantine["kind"])


def test_many_damages_in_one_folder_are_all_found(folder: Path) -> None:
    # Damage to a whole file hides its rows, and one file has room for one damaged photo.
    whole_file = {"file_missing", "file_empty", "file_not_utf8", "file_columns", "photo_unlisted"}
    photos = {kind for kind in KINDS if kind.startswith("photo_")} - {"photo_truncated", "photo_skipped"}
    # After an open quote, and in a row of two lines, the lines that are appended next are part of the mess.
    applied = set(KINDS) - PLAIN_KINDS - whole_file - photos - {"row_open_quote", "row_lines"}
    for kind, damage, _ in DAMAGES:
        if kind in applied:
            damage(folder)
    assert applied <= set(check_folder(folder).by_kind())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.slow
def test_random_damage_loses_no_line_silently(folder: Path, seed: int) -> None:
    rng = random.Random(seed)
    name = rng.choice(["ExpertAnnotations.tsv", "CrowdAnnotations.tsv"])
    lines = (folder / name).read_bytes().splitlines()
    for _ in range(6):
        at = rng.randrange(len(lines))
        line = bytearray(lines[at])
        line[rng.randrange(len(line))] = rng.randrange(32, 256)
        lines[at] = bytes(line)
    (folder / name).write_bytes(b"\n".join(lines))
    contents = read_folder(folder)
    table = contents.tables["experts" if name.startswith("Expert") else "crowd"]
    left_out = {problem.line for problem in contents.problems if problem.file == name}
    assert len(table) + len(left_out) == len(lines)


def test_the_report_as_json_counts_and_shows_examples(folder: Path) -> None:
    for number in range(7):
        append("ExpertAnnotations.tsv", f"ant.jpg\teel.jpg#{number}\t9\t1\t1")(folder)
    report = check_folder(folder).as_dict()
    assert report["ok"] is False
    assert report["left_out"] == 7
    (problem,) = report["problems"]  # type: ignore[misc]  # a list inside a plain dict
    assert (problem["kind"], problem["count"], len(problem["examples"])) == ("score_range", 7, 5)
    assert problem["examples"][0]["line"] == 19
    assert "9" in problem["examples"][0]["reason"]


@pytest.mark.slow
def test_the_real_folder_raises_no_alarm(real_folder: Path) -> None:
    report = check_folder(real_folder)
    # Two of the captioned photos are one file; a dog at the shore and a car with a child were each taken twice.
    kinds = Counter((problem.kind, problem.level) for problem in report.problems)
    assert kinds == {("photo_twice", "note"): 1, ("photo_alike", "note"): 2}
    assert report.counts == {
        "training photos": (1000, 1000),
        "test photos": (39, 39),
        "captioned photos": (5887, 5887),
        "judged pairs (train_dataset.csv)": (5822, 5822),
        "expert rows": (5822, 5822),
        "crowd rows": (47830, 47830),
        "test queries": (195, 195),
        "captions with a text": (None, 34630),
    }


def test_examples_are_of_different_photos(folder: Path) -> None:
    for photo in ("ant.jpg", "bee.jpg"):
        (folder / "train_images" / photo).unlink()
    report = check_folder(folder)
    text = report.as_text()
    assert "2  photos that rows name and that are not there" in text
    assert "train_images/ant.jpg: named by 9 rows" in text
    (missing,) = [p for p in report.as_dict()["problems"] if p["kind"] == "row_photo_missing"]
    assert {example["item"].split(" + ")[0] for example in missing["examples"]} >= {"ant.jpg", "bee.jpg"}


def test_a_notebook_shows_a_report_as_tables_and_its_repr_is_a_line(folder: Path) -> None:
    assert repr(check_folder(folder)) == f"CheckReport({folder}: Nothing is damaged.)"
    (folder / "train_images/ant.jpg").write_text("<b>")
    report = check_folder(folder)
    assert "\n" not in repr(report)
    assert len(repr(report)) < 200 + len(str(folder))
    shown = report._repr_html_()
    assert "<td>18</td><td>15</td><td>expert rows</td>" in shown
    assert "<td>photo files that are not an image</td><td>error</td><td>train_images/ant.jpg" in shown
    assert shown.endswith(f"<p>Rows, photos or files that are left out: {report.left_out}.</p>")


def test_a_name_that_differs_in_case_gets_a_hint(folder: Path) -> None:
    (folder / "train_images/ant.jpg").rename(folder / "train_images/ANT.JPG")
    assert "there is ANT.JPG" in check_folder(folder).as_text()


def test_a_folder_of_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("to do")
    with pytest.raises(DataError, match="has no photos"):
        check_folder(tmp_path)


def test_what_a_foreign_file_holds_does_not_steer_the_terminal(folder: Path) -> None:
    append("ExpertAnnotations.tsv", "\x1b[31mred\x07 row")(folder)
    text = check_folder(folder).as_text()
    assert "\x1b" not in text
    assert "\\x1b[31mred\\x07 row" in text
