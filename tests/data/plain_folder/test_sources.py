from __future__ import annotations

from pathlib import Path

from words_in_files import listed, packet, save

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.sources import source_table, told_sources


def test_the_sentence_has_the_largest_source_first_and_what_was_not_read() -> None:
    findings = Findings(
        how={"t.csv": "photos by file, captions by text", "facts.csv": "photos by file, no captions"}
    )
    for photo in ("a.jpg", "b.jpg"):
        findings.add_caption(photo, "A lake", "XMP")
    findings.add_caption("a.jpg", "A hill", "t.csv")
    problems = [Problem("file_not_read", f"{n}.xlsx", None, "", "") for n in range(7)]
    assert told_sources(1_204, 2, source_table(findings, {"a.jpg", "b.jpg"}), problems).splitlines() == [
        "1,204 photos, 2 with captions: 2 from XMP, 1 from t.csv; 1,202 without: where the law protects children these "
        "are not shown.",
        "  t.csv: photos by file, captions by text",
        "  facts.csv: photos by file, no captions",
        "  cannot be read, and count against the photos that they may speak of: 0.xlsx, 1.xlsx, 2.xlsx, 3.xlsx, 4.xlsx "
        "and 2 more",
    ]


def test_a_source_counts_no_photo_that_cannot_be_used() -> None:
    findings = Findings()
    for photo in ("a.jpg", "broken.jpg"):
        findings.add_caption(photo, "A lake", "captions.csv")
    line = told_sources(1, 1, source_table(findings, {"a.jpg"}), [])
    assert line == "1 photos, 1 with captions: 1 from captions.csv."


def test_of_the_photos_without_captions_it_is_said_how_many_have_keywords_alone(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", seed=1, xmp=packet(listed("dc:subject", "goose")))
    save(tmp_path / "b.jpg", seed=2)
    lines: list[str] = []
    load_dataset(tmp_path, tell=lines.append)
    # What these keywords say the law has not read yet.
    assert lines[0].endswith("1 of those without have keywords alone.")
