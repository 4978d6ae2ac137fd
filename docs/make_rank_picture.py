"""Make the picture of why concatenated vectors cannot search: `python docs/make_rank_picture.py`."""

from __future__ import annotations

import sys
import tempfile
import textwrap
from pathlib import Path

import matplotlib

import withsense_tf as ws

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SHOWN = 12


def main(target: Path) -> None:
    """Draw in which order two matchers put photos that they have not seen, for a caption of each."""
    with tempfile.TemporaryDirectory() as folder:
        data, _ = ws.Policy.default().split(ws.demo_dataset(folder=Path(folder) / "demo"))
        train, test = ws.split_by_photo(ws.relevance(data, crowd=None), test_share=0.3, seed=0)
        names = tuple(test.photos["photo"].head(SHOWN))
        texts = data.captions.drop_duplicates("photo").set_index("photo")["text"]
        gallery, queries = ws.Gallery(data, names), ws.Queries.of([texts[name] for name in names])
        matchers = {
            "ridge on concatenated vectors": ws.ConcatLinear("ridge", photo="scene_net"),
            "two towers, closed form": ws.ClosedFormTowers(photo="scene_net"),
        }
        figure, axes = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained", sharey=True)
        for axis, (title, matcher) in zip(axes, matchers.items(), strict=True):
            ranks = (-matcher.fit(train).grid(gallery, queries)).argsort(axis=1).argsort(axis=1) + 1
            axis.imshow(ranks, cmap="cividis", vmin=1, vmax=SHOWN)
            for (row, column), rank in [
                ((row, column), int(ranks[row, column])) for row in range(SHOWN) for column in range(SHOWN)
            ]:
                colour = "white" if rank < SHOWN / 2 else "black"
                weight = "bold" if row == column else "normal"
                axis.text(column, row, str(rank), ha="center", va="center", color=colour, weight=weight)
            axis.set_title(title)
            axis.set_xticks(range(SHOWN), range(1, SHOWN + 1))
            axis.set_xlabel("photo")
        lines = [f"{textwrap.shorten(texts[name], 46)}  {n}" for n, name in enumerate(names, 1)]
        axes[0].set_yticks(range(SHOWN), lines, fontsize=8)
        figure.savefig(target, dpi=90, pil_kwargs={"quality": 85})


if __name__ == "__main__":
    folder = Path(__file__).parent / "pictures"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "concatenated.webp")
