from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from run_command import run_main

from withsense_tf.demo import write_demo
from withsense_tf.errors import DataWarning
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore import explore

Sections = Callable[[Path], dict[str, Section]]

ALL = {
    "files", "expert_scores", "agreement", "crowd_shares", "experts_and_crowd", "foretelling", "targets",
    "caption_lengths", "words", "photo_sizes", "best_and_worst", "law",
}  # fmt: skip


def invoke(*arguments: str) -> str:
    return run_main(explore.main, *arguments)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    place = tmp_path_factory.mktemp("explore")
    write_demo(place / "demo", train=12, test=1, captioned=0)
    printed = invoke("--data", str(place / "demo"), "--output", str(place / "out"))
    return place / "out/explore", printed


class Links(HTMLParser):
    """Collect everything that a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]


@pytest.mark.slow
def test_every_section_has_its_files(report: tuple[Path, str]) -> None:
    folder, _ = report
    assert {path.stem for path in folder.glob("*.csv")} == ALL
    assert {path.stem for path in folder.glob("*.png")} == ALL - {"files", "law"}
    for path in folder.glob("*.png"):
        assert min(Image.open(path).size) > 200


def test_the_page_opens_offline(report: tuple[Path, str]) -> None:
    links = Links()
    links.feed((report[0] / "index.html").read_text(encoding="utf-8"))
    assert len(links.addresses) > 15
    assert [
        link[:60] for link in links.addresses if not link.startswith(("data:image/png;base64,", "#"))
    ] == []


def test_the_page_says_that_the_set_is_synthetic(report: tuple[Path, str]) -> None:
    assert "Synthetic" in (report[0] / "index.html").read_text(encoding="utf-8")


def test_conclusions_follow_the_numbers(report: tuple[Path, str]) -> None:
    folder, printed = report
    figures = pd.read_csv(folder / "agreement.csv").set_index("figure")["value"]
    assert f"alpha {figures['Krippendorff' + chr(39) + 's alpha (interval)']:.2f}" in printed
    targets = pd.read_csv(folder / "targets.csv")["rmse, common pairs"].dropna()
    assert re.search(rf"RMSE from {targets.min():.3f} \(.*\) to {targets.max():.3f} \(", printed)
    foretold = pd.read_csv(folder / "foretelling.csv").set_index("expert_weight")["rmse"]
    best = foretold.drop("learned").idxmin()
    assert f"with a weight of {float(best):g} for the experts (RMSE {foretold[best]:.3f})" in printed


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ("CrowdAnnotations.tsv", {"crowd_shares", "experts_and_crowd", "foretelling"}),
        ("ExpertAnnotations.tsv", {"expert_scores", "agreement", "experts_and_crowd", "foretelling"}),
    ],
)
@pytest.mark.slow
def test_a_set_with_one_kind_of_judge_has_the_sections_it_can_have(
    folder: Path, missing: str, gone: set[str], sections_of: Sections, check_drawn: Callable[..., None]
) -> None:
    (folder / missing).unlink()
    with pytest.warns(DataWarning):
        sections = sections_of(folder)
    assert set(sections) == ALL - gone
    if "expert_scores" in gone:
        # Without the crowd the second report below draws them.
        check_drawn(sections, "targets", "best_and_worst")


def test_a_set_without_judgements_or_test_photos_is_explored_too(
    folder: Path, sections_of: Sections, check_drawn: Callable[..., None]
) -> None:
    for name in ("CrowdAnnotations.tsv", "ExpertAnnotations.tsv", "test_queries.csv", "test_images.csv"):
        (folder / name).unlink()
    shutil.rmtree(folder / "test_images")
    with pytest.warns(DataWarning):
        sections = sections_of(folder)
    drawn = {"caption_lengths", "words", "photo_sizes"}
    assert set(sections) == {"files", "law"} | drawn
    check_drawn(sections, *drawn)


def test_where_nobody_judged_the_report_says_so_and_what_captions_can_say(
    folder: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(folder / "train_images", plain)
    (plain / "captions.csv").write_text("file,caption\nant.jpg,An ant on a leaf .\n", encoding="utf-8")
    printed = invoke("--data", str(plain), "--output", str(tmp_path / "out"))
    page = (tmp_path / "out/explore/index.html").read_text(encoding="utf-8")
    for text in (printed, page):
        assert "Nobody judged these photos" in text
        assert "withsense compare --data FOLDER" in text


def test_where_files_of_judgements_are_empty_the_report_does_not_promise_what_compare_refuses(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("CrowdAnnotations.tsv", "ExpertAnnotations.tsv"):
        (folder / name).write_text("", encoding="utf-8")
    with pytest.warns(DataWarning):
        printed = invoke("--data", str(folder), "--output", str(tmp_path / "out"))
    page = (tmp_path / "out/explore/index.html").read_text(encoding="utf-8")
    for text in (printed, page):
        assert "Fill or mend ExpertAnnotations.tsv and CrowdAnnotations.tsv, or take away" in text
        assert "withsense compare --data FOLDER" not in text


def test_photos_that_nobody_describes_are_explored_too(folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(folder / "train_images", plain)
    printed = invoke("--data", str(plain), "--output", str(tmp_path / "out"))
    assert "How large photos are" in printed
    assert "nan" not in printed


@pytest.mark.slow
def test_odd_captions_and_counts_do_not_stop_the_report_and_texts_are_escaped(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        odd = path.read_text().replace("A ant,", r"$\frac{ $5 ант,")
        path.write_text(odd.replace("A bee,", "A <script>alert(1)</script> bee,"))
    crowd = folder / "CrowdAnnotations.tsv"
    crowd.write_text(crowd.read_text().replace("1\t3\t0", "1\t900000\t0", 1))
    invoke("--data", str(folder), "--output", str(tmp_path / "out"))
    page = (tmp_path / "out/explore/index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.slow
def test_a_second_report_leaves_nothing_of_the_first(
    report: tuple[Path, str], folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(report[0], tmp_path / "out/explore")
    assert (tmp_path / "out/explore/crowd_shares.csv").is_file()
    (tmp_path / "out/explore/mine.csv").write_text("kept")
    (folder / "CrowdAnnotations.tsv").unlink()
    with pytest.warns(DataWarning):
        invoke("--data", str(folder), "--output", str(tmp_path / "out"))
    there = {path.name for path in (tmp_path / "out/explore").iterdir()}
    assert not there & {"crowd_shares.csv", "crowd_shares.png", "foretelling.csv", "foretelling.png"}
    assert {"mine.csv", "agreement.csv", "index.html"} <= there
