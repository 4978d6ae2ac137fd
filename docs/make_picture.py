"""Make the picture of the demo set: `python docs/make_picture.py` draws it from seed 0."""

from __future__ import annotations

import sys
import tempfile
import textwrap
from pathlib import Path

import matplotlib

import withsense_tf as ws

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image, ImageOps

ROWS, COLUMNS = 3, 4


def main(target: Path) -> None:
    """Draw the first landscape photos of the demo set, each above its first caption."""
    with tempfile.TemporaryDirectory() as folder:
        data = ws.demo_dataset(train=40, test=10, folder=Path(folder) / "demo", captioned=0)
        photos = data.photos[data.photos["width"] > data.photos["height"]].head(ROWS * COLUMNS)
        texts = data.captions[data.captions["number"] == 0].set_index("photo")["text"]
        figure, axes = plt.subplots(ROWS, COLUMNS, figsize=(12, 8.4), layout="constrained")
        for axis, photo in zip(axes.flat, photos.itertuples(), strict=True):
            axis.imshow(ImageOps.fit(Image.open(photo.path), (320, 232)))  # one shape for all
            axis.set_xlabel(textwrap.fill(texts[photo.photo], 40), fontsize=10)
            axis.set(xticks=[], yticks=[])
        figure.savefig(target, dpi=80, pil_kwargs={"quality": 88})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures/demo.jpg")
