"""How hard is the demo set? `python -m withsense_tf.experiments.scene_net.demo_difficulty`.

What a linear map from photo features to TF-IDF space can find tells how far backgrounds and colours alone lead. If
a thumbnail answered most queries, the set would not measure whether a query is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.data.dataset import Dataset

PENALTY = 0.3  # fixed beforehand: nothing is chosen on the test photos


def main(
    weights: Annotated[
        list[str] | None,
        typer.Option(help="Weights of MobileNetV2 to try, again and again; random by default."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the demo set goes.")] = Path("artifacts"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set.")] = 0,
) -> None:
    """Rank the demo set's test photos for its test queries by a linear map from photo features to words."""
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto
    from withsense_tf.encoders.photos.photo_scene import SceneNet
    from withsense_tf.experiments.data_option import load

    encoders = [KerasPhoto(weights=name, seed=seed) for name in weights or ["random"]]
    data = load(None, terminal.output_folder(output), seed)
    paths = [Path(path) for path in data.photos["path"]]
    features = {f"{size} x {size} pixels": thumbnails(paths, size) for size in (4, 16)}
    features |= {f"MobileNetV2, {encoder.weights}": encoder.encode(paths) for encoder in encoders}
    # For comparison: what a network sees that knows such drawings, and nothing else.
    scene_net = SceneNet()
    features[f"scene_net, {scene_net.weights}"] = scene_net.encode(paths)
    typer.echo(f"{data!r}\n\n| features | R@1 | R@5 | R@10 |\n|---|---|---|---|")
    for name, vectors in features.items():
        ranks = ranks_of_the_right_photo(data, vectors)
        typer.echo(f"| {name} | {' | '.join(f'{100 * (ranks < k).mean():.0f}' for k in (1, 5, 10))} |")


def thumbnails(paths: list[Path], size: int) -> np.ndarray:
    """Return the pixels of very small photos as features, (photos, size * size * 3)."""
    import numpy as np

    from withsense_tf.data.pictures.photo_batches import PhotoBatches

    pixels = np.concatenate([batch.pixels for batch in PhotoBatches(paths, (size, size))])
    return pixels.reshape(len(paths), -1) / 255.0


def ranks_of_the_right_photo(data: Dataset, vectors: np.ndarray) -> np.ndarray:
    """Return how many test photos come before the right one, for each test query, (queries,)."""
    import numpy as np
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    from withsense_tf.encoders.texts.text_tfidf import Tfidf

    photos, captions, queries = data.photos, data.captions, data.queries
    train, test = (np.flatnonzero(photos["part"] == part) for part in ("train", "test"))
    tfidf = Tfidf().fit(captions.loc[captions["part"] == "train", "text"].tolist())
    texts = captions.groupby("photo")["text"].apply(list)
    words = np.stack([tfidf.encode(texts[photo]).mean(axis=0) for photo in photos["photo"].iloc[train]])
    scaler = StandardScaler().fit(vectors[train])
    inputs = scaler.transform(vectors) / np.sqrt(vectors.shape[1])
    outputs = Ridge(PENALTY).fit(inputs[train], words - words.mean(axis=0)).predict(inputs[test])
    outputs /= np.linalg.norm(outputs, axis=1, keepdims=True)
    scores = tfidf.encode(queries["text"].tolist()) @ outputs.T
    place = {photo: at for at, photo in enumerate(photos["photo"].iloc[test])}
    right = queries["photo"].map(place).to_numpy()
    own: np.ndarray = scores[np.arange(len(scores)), right][:, None]
    # A tie counts against the model.
    return np.asarray((scores >= own).sum(axis=1) - 1)


if __name__ == "__main__":
    terminal.run_main(main)
