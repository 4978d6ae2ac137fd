"""What files, photos and texts there are: the sections of `explore` on the material itself."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from withsense_tf.data.caption_ids import owners_of
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.problems import KINDS
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
from withsense_tf.evaluation.page.plots import BLUE, GREEN, ORANGE, PURPLE, new_figure
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.photo_decisions import restricts
from withsense_tf.targets.blend import relevance

PARTS: Final = {"train": BLUE, "test": ORANGE, "corpus": GREEN}
COMMONEST: Final = 20
SHEET_PHOTOS: Final = 6  # in each of the two rows of the contact sheet


def files_section(data: Dataset) -> Section:
    """Count what is there, and what was left out or is odd."""
    quarantine = data.quarantine
    rows: list[tuple[str, int, str]] = [
        (what.replace("_", " "), count, "") for what, count in data.counts().items() if what != "left_out"
    ]
    by_kind = quarantine["kind"].value_counts()
    rows += [(KINDS[str(kind)].title, int(n), KINDS[str(kind)].level) for kind, n in by_kind.items()]
    left_out = int((quarantine["level"] == "error").sum())
    if left_out:
        errors = quarantine.loc[quarantine["level"] == "error", "kind"].value_counts()
        worst = KINDS[str(errors.index[0])].title
        conclusion = (
            f"{left_out:,} rows, photos or files were left out; most of all ({errors.iloc[0]:,}) {worst}."
        )
    else:
        odd = len(quarantine)
        conclusion = "Nothing was left out" + (
            f"; {odd:,} photos or rows are odd and were kept." if odd else "."
        )
    table = pd.DataFrame(rows, columns=["what", "count", "level"])
    return Section("files", "Files and rows", conclusion, table=table)


def law_section(gate: Gate) -> Section:
    """Show how many photos and captions the law restricts, under the rule in force."""
    policy, has_rule = gate.policy, gate.rule.rule != "none"
    rows = gate.caption_verdicts[gate.caption_verdicts["counts"]]
    # Owners whose photo is not here are decided on too; this counts photos.
    decisions = [gate.decision(photo) for photo in gate.data.photos["photo"]]
    captions = rows["verdict"].map(lambda verdict: has_rule and restricts(verdict, policy.restricts_review))
    photos = [decision for decision in decisions if decision is not None and decision.restricted]
    rules = rows.loc[captions, "verdict"].map(lambda verdict: verdict.rule).value_counts()
    sources = Counter(decision.source.split(" of ")[0].split(" by ")[0] for decision in photos)
    table = pd.DataFrame(
        [("photos restricted by", source, count) for source, count in sources.most_common()]
        + [("captions restricted by", str(rule), int(count)) for rule, count in rules.items()],
        columns=["what", "rule", "count"],
    )
    conclusion = (
        f"The law restricts {100 * len(photos) / max(1, len(decisions)):.1f} % of the {len(decisions):,} photos and "
        f"{100 * captions.sum() / max(1, len(captions)):.1f} % of the {len(captions):,} captions."
    )
    rule = "the strictest rule" if gate.country is None else f"the rule of {gate.country}"
    explanation = f"Under {rule}, by the photos' own captions; policy {policy.version}."
    return Section("law", "What the law restricts", conclusion, table=table, explanation=explanation)


def captions_section(data: Dataset) -> Section:
    """Show how long captions are, part by part."""
    captions = data.captions
    words = captions["text"].map(lambda text: len(re.findall(r"\w+", text)))

    def draw() -> Figure:
        figure, axis = new_figure()
        bins = np.arange(0.5, words.max() + 1.5)
        for part, colour in PARTS.items():
            of_part = words[captions["part"] == part]
            if len(of_part):
                label = f"{part} ({len(of_part):,})"
                axis.hist(
                    of_part, bins=bins, density=True, histtype="step", linewidth=2, color=colour, label=label
                )
        axis.set(xlabel="words of a caption", ylabel="share of the captions of that part")
        axis.legend(frameon=False)
        return figure

    low, middle, high = (int(words.quantile(q)) for q in (0.05, 0.5, 0.95))
    per_photo = captions[captions["part"] == "train"].groupby("photo").size()
    conclusion = (
        f"Half of the {len(captions):,} captions have at most {middle} words, nine in ten between {low} and {high}; a "
        f"training photo has {per_photo.median():g} captions (median)."
    )
    table = words.groupby(captions["part"]).describe().astype({"count": "int64"}).reset_index()
    return Section("caption_lengths", "How long captions are", conclusion, draw, table)


def words_section(data: Dataset) -> Section:
    """Show the commonest words that mean something."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    texts = data.captions["text"].tolist()
    # A word counts once a caption: what share of captions speaks of it?
    split = CountVectorizer().build_tokenizer()
    counts = Counter(word for text in texts for word in set(split(text.lower())) - ENGLISH_STOP_WORDS)
    # Of equally common words the first in the alphabet: a set has another order in every process.
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:COMMONEST]
    if not common:
        return Section("words", "The commonest words", "No caption has a word that means something.")

    def draw() -> Figure:
        figure, axis = new_figure(height=5)
        # Words are no formulas, whatever signs they hold.
        places = range(len(common))
        axis.barh(places, [100 * n / len(texts) for _, n in common], color=BLUE)
        axis.set_yticks(places, [word for word, _ in common], parse_math=False)
        axis.invert_yaxis()
        axis.grid(axis="x", color="#dddddd")
        axis.grid(visible=False, axis="y")
        axis.set(xlabel="% of the captions that have the word")
        return figure

    rare = sum(n == 1 for n in counts.values())
    conclusion = (
        f"The commonest word that means something is “{common[0][0]}”, in {100 * common[0][1] / len(texts):.1f} % of "
        f"the captions; of {len(counts):,} different words, {100 * rare / len(counts):.0f} % occur in one caption only."
    )
    table = pd.DataFrame(common, columns=["word", "captions"])
    return Section("words", "The commonest words", conclusion, draw, table)


def photos_section(data: Dataset) -> Section:
    """Show how large photos are."""
    photos = data.photos
    sizes = (
        photos.groupby(["width", "height"]).size().sort_values(ascending=False).rename("photos").reset_index()
    )

    def draw() -> Figure:
        figure, axis = new_figure(width=6, height=5)
        axis.scatter(
            sizes["width"],
            sizes["height"],
            s=12 + 500 * sizes["photos"] / len(photos),
            color=PURPLE,
            alpha=0.5,
        )
        axis.set(xlabel="width (pixels)", ylabel="height (pixels)", aspect="equal")
        axis.set(xlim=(0, None), ylim=(0, None))
        axis.grid(color="#dddddd")
        return figure

    top = sizes.iloc[0]
    landscape = (photos["width"] > photos["height"]).mean()
    shortest = int(photos[["width", "height"]].min(axis=1).min())
    conclusion = (
        f"{len(photos):,} photos in {len(sizes):,} sizes; the commonest is {top['width']} x {top['height']} "
        f"({100 * top['photos'] / len(photos):.0f} %). {100 * landscape:.0f} % are landscape, and the shortest side "
        f"of all has {shortest} pixels."
    )
    explanation = "The area of a dot is the number of photos of that size."
    return Section(
        "photo_sizes", "How large photos are", conclusion, draw, sizes.head(COMMONEST), explanation
    )


def sheet_section(data: Dataset) -> Section:
    """Show the pairs that people find to match best and worst."""
    pairs = relevance(data)

    def first(table: pd.DataFrame, worst_first: bool) -> pd.DataFrame:
        # Of equal targets the surest; then by name, so that the sheet is the same at every run.
        order = [worst_first, False, True, True]
        table = table.sort_values(["target", "weight", "photo", "caption"], ascending=order)
        return table.drop_duplicates("photo").drop_duplicates("caption").head(SHEET_PHOTOS)

    table = pairs.table
    best = first(table, False)
    worst = first(table[~table["photo"].isin(best["photo"])], True)
    digests = dict(zip(data.photos["photo"], data.photos["digest"], strict=True))

    def draw() -> Figure:
        figure, axes = new_figure(2, SHEET_PHOTOS, width=14, height=6.4, squeeze=False)
        for row, pairs_to_draw in zip(axes, (best, worst), strict=True):
            for axis in row:
                axis.set_axis_off()
            for axis, pair in zip(row, pairs_to_draw.itertuples(), strict=False):
                try:
                    axis.imshow(read_photo(Path(str(pair.path)), digest=digests[str(pair.photo)]))
                except PhotoError as error:
                    axis.text(
                        0.5,
                        0.5,
                        textwrap.fill(f"not shown: {error.reason}", 20),
                        ha="center",
                        transform=axis.transAxes,
                    )
                caption = textwrap.shorten(str(pair.text), 110, placeholder=" …")
                axis.set_title(
                    f"{pair.target:.2f}\n{textwrap.fill(caption, 28)}", fontsize=9, parse_math=False
                )
        return figure

    sheet_pairs = pd.concat([best, worst])[["target", "weight", "source", "photo", "caption", "text"]]
    own = (best["photo"] == owners_of(best["caption"])).mean()
    full = (pairs.target == 1).mean()
    conclusion = (
        f"{100 * full:.1f} % of the {len(pairs):,} pairs match fully and {100 * (pairs.target == 0).mean():.1f} % not "
        "at all."
    )
    if best["target"].min() >= 0.5:
        conclusion += f" {100 * own:.0f} % of the best ones shown are a photo with its own caption."
    explanation = f"Target: {pairs.definition}. Above the best, below the worst; of equal ones the surest."
    return Section("best_and_worst", "Best and worst matches", conclusion, draw, sheet_pairs, explanation)


def content_sections(gate: Gate) -> list[Section]:
    """Make every section on the material that this data set has the material for."""
    data = gate.data
    # Where nobody said anything of photos, there is nothing to say of captions.
    of_captions = [] if data.captions.empty else [captions_section(data), words_section(data)]
    sections = [law_section(gate), *of_captions, photos_section(data)]
    # The contact sheet is the one place of the report that shows photos, so it keeps the law.
    legal, _ = gate.training()
    if len(legal.experts) or len(legal.crowd):
        sections.append(sheet_section(legal))
    return sections
