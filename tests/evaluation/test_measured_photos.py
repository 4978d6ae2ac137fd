"""Of which photos figures are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.measured_photos import MOST, measured_photos
from withsense_tf.evaluation.outcome import Answers, Outcome


def test_a_run_keeps_the_lowest_digests_of_the_photos_that_were_asked_about() -> None:
    names = [f"{number}.jpg" for number in range(3 * MOST)]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    data = Dataset("d", Path(), False, "f", {"photos": pd.DataFrame({"photo": names, "digest": digests})})
    asked, none = np.array(names[: 2 * MOST] * 2), np.zeros(4 * MOST)
    answers = Answers(asked, asked, none, none, none, none, none)
    outcomes = [Outcome("a", "folds", {}, answers=answers), Outcome("b", "folds", {}, status="not run")]
    assert measured_photos(outcomes, data) == tuple(sorted(digests[: 2 * MOST])[:MOST])
    assert measured_photos(outcomes[1:], data) == ()
