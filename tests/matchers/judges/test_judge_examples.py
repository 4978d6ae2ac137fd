"""Photos that teach a judge: what their own captions say, and what people decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import save_photo

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError
from withsense_tf.matchers.judges.judge_examples import judge_examples
from withsense_tf.policy.countries import Countries
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import Override
from withsense_tf.policy.photo_decisions import Ownership

LAW = Policy(Countries(()))


def captioned(folder: Path, children: int, others: int) -> Dataset:
    """Return a plain folder of photos, each with three captions; those of photo 1 disagree."""
    folder.mkdir()
    rows = ["photo,caption"]
    for at in range(children + others):
        save_photo(folder / f"p{at}.jpg", at)
        says = 1 if at == 1 else 3 if at < children else 0
        rows += [f"p{at}.jpg,{'A toddler' if n < says else 'A dog'} by wall {n}." for n in range(3)]
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    return load_dataset(folder)


def test_a_photo_teaches_the_share_of_its_captions_and_what_is_unclear_is_not_measured_on(
    tmp_path: Path,
) -> None:
    data = captioned(tmp_path / "photos", 12, 12)
    examples = judge_examples(data, LAW)
    share = dict(zip((path.name for path in examples.paths), examples.share, strict=True))
    assert (share["p0.jpg"], share["p1.jpg"], share["p12.jpg"]) == (1, pytest.approx(1 / 3), 0)
    names = [path.name for path in examples.paths]
    assert not examples.clear[names.index("p1.jpg")]
    assert examples.clear.sum() == 23
    assert examples.child.sum() == 11


def test_what_a_person_decided_counts_as_all_captions(tmp_path: Path) -> None:
    data = captioned(tmp_path / "photos", 12, 12)
    allowed = Override("p0.jpg", "allow", "Ann", "a statue", data.content["p0.jpg"])
    ownership = Ownership(overrides={"p0.jpg": allowed})
    examples = judge_examples(data, Policy(Countries(()), ownership))
    share = dict(zip((path.name for path in examples.paths), examples.share, strict=True))
    assert (share["p0.jpg"], share["p2.jpg"]) == (0, 1)


def test_too_few_photos_of_a_kind_are_an_error_that_says_how_many_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="4 photos of which most captions speak of a child, 12 "):
        judge_examples(captioned(tmp_path / "photos", 5, 12), LAW)
