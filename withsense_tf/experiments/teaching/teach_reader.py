"""Train the second reader of texts: `python -m withsense_tf.experiments.teaching.teach_reader`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from zlib import crc32

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

# Of the restricted sentences that somebody wrote, so many must reach the threshold when they were not trained on.
RECALL: Final = 0.6
# What else is told of how recall and false alarms go together.
SHARES: Final = (0.5, 0.6, 0.7, 0.8)
FOLDS: Final = 5
STRENGTH: Final = 10.0
# What somebody wrote as it stands counts as much as so many fillings of a pattern.
WEIGHT_BY_HAND: Final = 4.0
# How much the vectors of words count beside the words themselves.
SHARE: Final = 0.5
FREQUENT: Final = 60_000
# Steps to either side of nothing: twice as many take 9 KB more, and change a verdict in a thousand.
BITS: Final = 31
# Words whose number is less tell next to nothing: they are a tenth of all, and of the file.
LEAST_STEPS: Final = 2
# Weights that are less than so many steps change hardly a verdict (6 of 38,283 texts), and take 9 KB.
LEAST_WEIGHT_STEPS: Final = 4
# What is longer takes room, and from 51 signs on a reason cuts it.
MOST_QUOTED: Final = 44
# The directions in which the words of the sentences differ most; more of them only take longer.
DIRECTIONS: Final = 128


def main(
    output: Annotated[
        Path | None, typer.Option(help="The file to write, by default that of the package.")
    ] = None,
    recall: Annotated[float, typer.Option(min=0.05, max=1, help="What the threshold follows from.")] = RECALL,
) -> None:
    r"""Train on the sentences, and say how well unseen patterns are told apart; needs `\[weights]`."""
    import numpy as np
    from scipy.sparse import csr_matrix, hstack

    from withsense_tf.policy.reader.second_reader import MODEL, SIZE, SecondReader
    from withsense_tf.policy.reader.sentences import all_sentences

    sentences = all_sentences()
    typer.echo(
        f"{len(sentences):,} sentences, {sum(sentence.restricted for sentence in sentences):,} restricted"
    )
    texts = [sentence.text for sentence in sentences]
    label = np.array([sentence.restricted for sentence in sentences])
    by_hand = np.array([sentence.by_hand for sentence in sentences])
    weight = np.where(by_hand, WEIGHT_BY_HAND, 1.0)
    table = WordMeanings(texts)
    vectors = hstack([parts_of(texts), csr_matrix(table.of_texts)]).tocsr()
    chance = out_of_fold(vectors, label, weight, [sentence.pattern for sentence in sentences])
    # Patterns flatter: the threshold comes from what somebody wrote.
    scores, others = chance[label & by_hand], chance[~label & by_hand & silent(texts)]
    for share in sorted({*SHARES, recall}):
        threshold = float(np.quantile(scores, 1 - share))
        alarms = float((others >= threshold).mean())
        typer.echo(
            f"{share:.2f} of the restricted written ones reach {threshold:.3f}, {alarms:.3f} of others"
        )
    threshold = float(np.quantile(scores, 1 - recall))
    model = fit(vectors, label, weight)
    meanings, unit = table.meanings(model.coef_[0][SIZE:])
    weights = without_small(model.coef_[0][:SIZE].astype(np.float16))
    bias = float(model.intercept_[0])
    reader = SecondReader(weights.astype(np.float32), bias, threshold, recall, meanings, unit)
    file = MODEL if output is None else output
    reader.save(file)
    restricted = [sentence.text for sentence in sentences if sentence.restricted]
    write_examples(restricted, file.with_suffix(".txt"))
    typer.echo(f"{file}: {file.stat().st_size / 1024:.0f} KB, reader {reader.identity}")


class WordMeanings:
    """The vectors of the words of some texts and of a dictionary, by the sentence encoder of `[weights]`."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        from withsense_tf.encoders.texts.text_use import UniversalSentences
        from withsense_tf.policy.reader.second_reader import basic, telling_words

        self._words_of_texts = [[basic(word) for word in telling_words(text)[1]] for text in texts]
        own = dict.fromkeys(word for words in self._words_of_texts for word in words)
        self.words = list(dict.fromkeys([*own, *dictionary()]))
        self._encoder = UniversalSentences()
        vectors = self._encoder.encode(self.words)
        vectors = vectors - vectors[: len(own)].mean(axis=0)
        _, directions = np.linalg.eigh(vectors[: len(own)].T @ vectors[: len(own)])
        self._vectors = vectors @ directions[:, -DIRECTIONS:]
        self._at = {word: at for at, word in enumerate(self.words)}
        self.of_texts = np.zeros((len(texts), DIRECTIONS), np.float32)
        for row, words in enumerate(self._words_of_texts):
            if words:
                places = [self._at[word] for word in words]
                self.of_texts[row] = SHARE * self._vectors[places].sum(axis=0) / np.sqrt(len(words))

    def meanings(self, weights: np.ndarray) -> tuple[np.ndarray, float]:
        """Return one number for each word in eight bits, and their unit; where words share a place the first holds."""
        import numpy as np

        from withsense_tf.policy.reader.second_reader import PLACES, place

        numbers = SHARE * self._vectors @ weights
        unit = float(np.abs(numbers).max()) / BITS
        table, places = np.zeros(PLACES, np.int8), [place(word) for word in self.words]
        for at in range(len(places) - 1, -1, -1):
            steps = round(float(numbers[at]) / unit)
            table[places[at]] = steps if abs(steps) >= LEAST_STEPS else 0
        return table, unit


def dictionary() -> Iterable[str]:
    """Return frequent English words and Russian ones in their basic form, the more frequent ones first."""
    import gzip
    import json
    from importlib.resources import files

    from withsense_tf.common.words import frequent_words
    from withsense_tf.policy.reader.second_reader import COMMON
    from withsense_tf.policy.texts.word_forms import fold

    counts = frequent_words()
    english = sorted(counts, key=lambda word: -counts[word])[:FREQUENT]
    content = files("spacy_lookups_data").joinpath("data", "ru_lemma_lookup.json.gz").read_bytes()
    russian = sorted({fold(lemma) for lemma in json.loads(gzip.decompress(content)).values()})
    return (word for word in (*english, *russian) if word.isalpha() and word not in COMMON)


def write_examples(restricted: Sequence[str], file: Path) -> None:
    """Write what reasons may quote: short sentences in which the rules find nothing, as in what the reader finds."""
    short = [text for text in restricted if len(text) <= MOST_QUOTED]
    quotable = sorted(text for text, is_quiet in zip(short, silent(short), strict=True) if is_quiet)
    file.write_text("\n".join(quotable) + "\n", encoding="utf-8")


def silent(texts: Sequence[str]) -> np.ndarray:
    """Return for each text whether the rules find nothing in it, (texts,)."""
    import numpy as np

    from withsense_tf.policy.texts.text_policy import TextPolicy

    rules = TextPolicy()
    return np.array([not rules.hits(text) for text in texts])


def parts_of(texts: Sequence[str]) -> csr_matrix:
    """Return the features of texts, each row of length 1, (texts, weights)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    from withsense_tf.policy.reader.second_reader import SIZE, features

    rows = [np.unique(features(text)) for text in texts]
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in rows])
    return csr_matrix((values, np.concatenate(rows), ends), shape=(len(rows), SIZE))


def fit(vectors: csr_matrix, label: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    """Return a logistic regression that has learnt these."""
    from sklearn.linear_model import LogisticRegression

    learner = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300)
    return learner.fit(vectors, label, sample_weight=weight)


def without_small(weights: np.ndarray) -> np.ndarray:
    """Return weights with nothing for those that are less than some steps: the file is the smaller for it."""
    import numpy as np

    from withsense_tf.policy.reader.second_reader import WEIGHT_STEPS

    steps = np.rint(weights / (np.abs(weights).max() / WEIGHT_STEPS))
    return np.where(np.abs(steps) < LEAST_WEIGHT_STEPS, 0, weights)


def out_of_fold(
    vectors: csr_matrix, label: np.ndarray, weight: np.ndarray, patterns: Sequence[str]
) -> np.ndarray:
    """Return for each text its score by a model that has seen no sentence of its pattern."""
    import numpy as np

    chance = np.zeros(len(label))
    fold = np.array([crc32(pattern.encode()) % FOLDS for pattern in patterns])
    for number in range(FOLDS):
        held_out = fold == number
        model = fit(vectors[~held_out], label[~held_out], weight[~held_out])
        chance[held_out] = model.predict_proba(vectors[held_out])[:, 1]
    return chance


if __name__ == "__main__":
    terminal.run_main(main)
