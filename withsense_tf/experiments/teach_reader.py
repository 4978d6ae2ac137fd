"""Train the second reader of texts: `python -m withsense_tf.experiments.teach_reader`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from zlib import crc32

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

# Of the restricted sentences whose patterns were not trained on, so many must reach the threshold.
RECALL: Final = 0.5
FOLDS: Final = 5
STRENGTH: Final = 10.0


def main(
    output: Annotated[
        Path | None, typer.Option(help="The file to write, by default that of the package.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="A With Sense folder: its captions are learnt too, labelled by the rules."),
    ] = None,
    recall: Annotated[float, typer.Option(min=0.05, max=1, help="What the threshold follows from.")] = RECALL,
) -> None:
    """Train on the written sentences, and say how well sentences of unseen patterns are told apart."""
    import numpy as np

    from withsense_tf.policy.reader.second_reader import MODEL, SecondReader
    from withsense_tf.policy.reader.sentences import all_sentences

    sentences = all_sentences()
    texts = [sentence.text for sentence in sentences]
    label = np.array([sentence.restricted for sentence in sentences])
    chance = out_of_fold(texts, label, [sentence.pattern for sentence in sentences])
    threshold = float(np.quantile(chance[label], 1 - recall))
    alarms = float((chance[~label] >= threshold).mean())
    typer.echo(
        f"{len(texts):,} sentences, {int(label.sum()):,} restricted; of unseen patterns {recall:.2f} of these reach "
        f"{threshold:.3f}, and {alarms:.4f} of the others"
    )
    if folder is not None:
        captions, speaks = captions_of(folder)
        texts, label = texts + captions, np.concatenate([label, speaks])
    model = fit(matrix(texts), label)
    weights = model.coef_[0].astype(np.float16)
    reader = SecondReader(weights.astype(np.float32), float(model.intercept_[0]), threshold, recall)
    file = MODEL if output is None else output
    np.savez_compressed(file, weights=weights, bias=reader.bias, threshold=threshold, recall=recall)
    typer.echo(f"{file}: {file.stat().st_size / 1024:.0f} KB, reader {reader.identity}")


def matrix(texts: Sequence[str]) -> csr_matrix:
    """Return the features of texts, (texts, weights), each row of length 1."""
    import numpy as np
    from scipy.sparse import csr_matrix

    from withsense_tf.policy.reader.second_reader import SIZE, features

    rows = [np.unique(features(text)) for text in texts]
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in rows])
    return csr_matrix((values, np.concatenate(rows), ends), shape=(len(rows), SIZE))


def fit(vectors: csr_matrix, label: np.ndarray) -> LogisticRegression:
    """Return a logistic regression that has learnt these."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300).fit(vectors, label)


def out_of_fold(texts: Sequence[str], label: np.ndarray, patterns: Sequence[str]) -> np.ndarray:
    """Return for each text its score by a model that has seen no sentence of its pattern."""
    import numpy as np

    vectors, chance = matrix(texts), np.zeros(len(texts))
    fold = np.array([crc32(pattern.encode()) % FOLDS for pattern in patterns])
    for number in range(FOLDS):
        held_out = fold == number
        model = fit(vectors[~held_out], label[~held_out])
        chance[held_out] = model.predict_proba(vectors[held_out])[:, 1]
    return chance


def captions_of(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the captions of a folder with what the rules alone say of them."""
    import numpy as np

    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.policy.texts.text_policy import TextPolicy

    captions = load_dataset(folder).captions["text"].tolist()
    return captions, np.array([verdict.restricted for verdict in TextPolicy().verdicts(captions)])


if __name__ == "__main__":
    terminal.run_main(main)
