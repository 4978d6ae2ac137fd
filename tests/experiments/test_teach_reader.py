"""How the second reader is trained."""

from __future__ import annotations

from withsense_tf.experiments.teach_reader import fit, matrix, out_of_fold


def test_words_that_tell_are_learnt_and_others_are_not() -> None:
    texts = [
        f"{what} by the {where}" for what in ("pram", "anchor") for where in ("sea", "wall", "gate", "lake")
    ]
    label = [text.startswith("pram") for text in texts]
    model = fit(matrix(texts), label)
    assert model.predict(matrix(["a pram on a hill", "an anchor on a hill"])).tolist() == [True, False]


def test_a_pattern_is_scored_by_a_model_that_has_not_seen_it() -> None:
    import numpy as np

    texts = [f"{what} {place}" for what in ("pram", "anchor") for place in "abcdefghijklmnop"]
    label = np.array([text.startswith("pram") for text in texts])
    patterns = [text.split()[1] for text in texts]
    chance = out_of_fold(texts, label, patterns)
    assert chance[label].min() > chance[~label].max()
