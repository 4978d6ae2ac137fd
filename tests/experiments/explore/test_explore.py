from __future__ import annotations

import math
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo import write_demo
from withsense_tf.errors import DataWarning
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore import explore
from withsense_tf.experiments.explore.judgement_sections import (
    agreement_section,
    crowd_section,
    say_who_is_kind,
    scores_section,
)
from withsense_tf.experiments.explore.target_section import say_foretold, say_spread
from withsense_tf.targets.agreement import agreement
from withsense_tf.targets.foretell_experts import WEIGHTS, Foretold

ALL = {
    "files", "expert_scores", "agreement", "crowd_shares", "experts_and_crowd", "foretelling", "targets",
    "caption_lengths", "words", "photo_sizes", "best_and_worst", "law",
}  # fmt: skip


def invoke(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(explore.main)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.output


def sections_of(folder: Path) -> dict[str, Section]:
    return {section.slug: section for section in explore.explore(load_dataset(folder))}


def check_drawn(sections: dict[str, Section], *slugs: str) -> None:
    """Draw the pictures that what is odd in a set changes; the others are drawn below."""
    assert all((sections[slug].picture or b"").startswith(b"\x89PNG") for slug in slugs)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    place = tmp_path_factory.mktemp("explore")
    write_demo(place / "demo", train=24, test=4)
    printed = invoke("--data", str(place / "demo"), "--output", str(place / "out"))
    return place / "out/explore", printed


class Links(HTMLParser):
    """Collect everything that a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in ("src", "href")]


def test_every_section_has_its_files(report: tuple[Path, str]) -> None:
    folder, _ = report
    assert {path.stem for path in folder.glob("*.csv")} == ALL
    assert {path.stem for path in folder.glob("*.png")} == ALL - {"files", "law"}
    for path in folder.glob("*.png"):
        assert min(Image.open(path).size) > 200


def test_the_page_opens_offline(report: tuple[Path, str]) -> None:
    links = Links()
    links.feed((report[0] / "index.html").read_text(encoding="utf-8"))
    assert len(links.found) > 15
    assert [link[:60] for link in links.found if not link.startswith(("data:image/png;base64,", "#"))] == []


def test_the_page_says_that_the_set_is_synthetic(report: tuple[Path, str]) -> None:
    assert "Synthetic" in (report[0] / "index.html").read_text(encoding="utf-8")


def test_no_photo_of_a_child_is_on_the_contact_sheet(folder: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(re.sub(r"A (bee|cat|dog|eel),", "A child,", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "best_and_worst")
    assert set(sections["best_and_worst"].table["photo"]) <= {"ant.jpg", "fox.jpg"}
    assert "restricts 50.0 % of the 8 photos" in sections["law"].conclusion


def test_conclusions_follow_the_numbers(report: tuple[Path, str]) -> None:
    folder, printed = report
    figures = pd.read_csv(folder / "agreement.csv").set_index("figure")["value"]
    assert f"alpha {figures['Krippendorff' + chr(39) + 's alpha (interval)']:.2f}" in printed
    targets = pd.read_csv(folder / "targets.csv")["rmse, common pairs"].dropna()
    assert re.search(rf"RMSE from {targets.min():.3f} \(.*\) to {targets.max():.3f} \(", printed)
    foretold = pd.read_csv(folder / "foretelling.csv").set_index("expert_weight")["rmse"]
    best = foretold.drop("learned").idxmin()
    assert f"with a weight of {float(best):g} for the experts (RMSE {foretold[best]:.3f})" in printed


def test_what_was_left_out_is_counted(folder: Path) -> None:
    assert explore.explore(load_dataset(folder))[0].conclusion == "Nothing was left out."
    (folder / "train_images/bee.jpg").write_bytes(b"")
    with pytest.warns(DataWarning):
        sections = explore.explore(load_dataset(folder))
    assert "10 rows, photos or files were left out" in sections[0].conclusion
    assert sections[0].table is not None
    assert "photo files of zero bytes" in set(sections[0].table["what"])


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ("CrowdAnnotations.tsv", {"crowd_shares", "experts_and_crowd", "foretelling"}),
        ("ExpertAnnotations.tsv", {"expert_scores", "agreement", "experts_and_crowd", "foretelling"}),
    ],
)
def test_a_set_with_one_kind_of_judge_has_the_sections_it_can_have(
    folder: Path, missing: str, gone: set[str]
) -> None:
    (folder / missing).unlink()
    with pytest.warns(DataWarning):
        sections = sections_of(folder)
    assert set(sections) == ALL - gone
    if "expert_scores" in gone:
        # Without the crowd the second report below draws them.
        check_drawn(sections, "targets", "best_and_worst")


def test_a_set_without_judgements_or_test_photos_is_explored_too(folder: Path) -> None:
    for name in ("CrowdAnnotations.tsv", "ExpertAnnotations.tsv", "test_queries.csv", "test_images.csv"):
        (folder / name).unlink()
    shutil.rmtree(folder / "test_images")
    with pytest.warns(DataWarning):
        sections = sections_of(folder)
    drawn = {"caption_lengths", "words", "photo_sizes"}
    assert set(sections) == {"files", "law"} | drawn
    check_drawn(sections, *drawn)


def test_the_figures_of_the_real_folder_are_the_known_ones(real_data: Dataset) -> None:
    found = agreement(real_data)
    table = agreement_section(found).table
    assert table is not None
    figures = {f"{value:.3f}" for value in table["value"]}
    assert {"0.788", "0.795", "0.684", "0.796", "65.703", "55.367"} <= figures
    assert "a column is not one person" in scores_section(real_data, found).conclusion
    assert "87.7 % of the shares are 0" in crowd_section(real_data).conclusion


def test_conclusions_say_nothing_that_the_numbers_do_not() -> None:
    means = pd.Series({"expert1": 1.4, "expert2": 1.9, "expert3": 1.6})
    assert say_who_is_kind(means, True).startswith("expert2 is the kindest and expert1 the strictest")
    assert say_who_is_kind(means, False).startswith("In every row the scores rise")
    assert "too few rows to tell" in say_who_is_kind(means, None)
    assert "No expert is kinder" in say_who_is_kind(means * 0 + 1, True)

    def ways(*errors: float) -> list[Foretold]:
        return [Foretold(f"{w:g}", error, 0.5, 9) for w, error in zip(WEIGHTS, errors, strict=False)]

    learned = Foretold("learned", 0.3, 0.5, 9)
    assert "no difference" in say_foretold(ways(*[0.2] * 11), learned)
    assert "with a weight of 0.3" in say_foretold(ways(*[0.2] * 3, 0.1, *[0.2] * 7), learned)

    def spread(**errors: float) -> str:
        rows = {"definition": list(errors), "rmse, common pairs": list(errors.values())}
        return say_spread(pd.DataFrame(rows))

    assert "from 0.100 (a) to 0.300 (b) on the same pairs" in spread(b=0.3, a=0.1, c=math.nan)
    assert "does not move" in spread(a=0.2, b=0.2)
    assert "too few pairs" in spread(a=0.2, b=math.nan)


def test_scores_that_are_all_the_same_are_explored_without_false_claims(folder: Path) -> None:
    path = folder / "ExpertAnnotations.tsv"
    path.write_text(re.sub(r"\t\d\t\d\t\d", "\t1\t1\t1", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "expert_scores", "agreement", "experts_and_crowd", "foretelling")
    said = {slug: section.conclusion for slug, section in sections.items()}
    assert said["agreement"] == "All scores are the same, so there is no agreement to measure."
    assert "nan" not in " ".join(said.values())


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


def test_captions_without_a_word_that_means_something_are_explored(folder: Path) -> None:
    (folder / "caption_corpus.csv").unlink()
    for name in ("captions.csv", "train_dataset.csv", "test_queries.csv"):
        path = folder / name
        path.write_text(re.sub(r"A [a-z]{3}(, seen| of kind)[^\"|\n]*", "of it", path.read_text()))
    sections = sections_of(folder)
    check_drawn(sections, "caption_lengths")
    assert sections["words"].picture is None
    assert sections["words"].conclusion == "No caption has a word that means something."


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
