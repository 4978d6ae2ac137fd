"""Outcomes made of arrays, and a reader of pages that notes what a browser would make of them."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest
from oracle import Oracle, answer_split

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.evaluation.figures.ranking import per_query
from withsense_tf.evaluation.outcome import Answers, Outcome, Rankings
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance

Scores = Callable[[np.ndarray], np.ndarray]


def answers_of(data: Dataset, prediction: float | np.ndarray) -> Answers:
    """Answer every pair that experts judged."""
    experts = data.experts
    scores = experts[["expert1", "expert2", "expert3"]].to_numpy(np.float64)
    owner = experts["caption"].str.rsplit("#", n=1).str[0]
    return Answers(
        photo=experts["photo"].to_numpy(str),
        caption=experts["caption"].to_numpy(str),
        target=(scores.mean(axis=1) - 1) / 3,
        weight=np.ones(len(experts)),
        prediction=np.broadcast_to(prediction, len(experts)).astype(np.float64),
        own=(owner == experts["photo"]).to_numpy(bool),
        experts=scores,
    )


def rankings_of(data: Dataset, scores: Scores) -> Rankings:
    """Rank the training photos for their captions; `scores` gets (queries, photos), true for the right photo."""
    names = data.photos.loc[data.photos["part"] == "train", "photo"].to_numpy(str)
    queries = data.captions[data.captions["photo"].isin(names)]
    is_right = queries["photo"].to_numpy(str)[:, None] == names
    values = scores(is_right)
    first = np.argsort(-values, axis=1, kind="stable")[:, :5]
    return Rankings(
        text=queries["text"].to_numpy(str),
        caption=queries["caption"].to_numpy(str),
        first=names[first],
        scores=np.take_along_axis(values, first, axis=1),
        per_query=per_query(values, is_right.argmax(axis=1), names),
    )


def outcome_of(
    data: Dataset,
    label: str,
    track: str = "image-only",
    split: str = "folds",
    prediction: float | np.ndarray | None = 0.4,
    scores: Scores | None = None,
    **more: object,
) -> Outcome:
    """Make an outcome of a matcher that finds every right photo at once, if not told otherwise."""
    about = {"matcher": label, "track": track, "photo": "", "text": "", "weights": ""}
    return Outcome(
        label,
        split,
        about,
        answers=None if prediction is None else answers_of(data, prediction),
        rankings=rankings_of(data, scores or (lambda right: right * 0.5 + 0.25)),
        constant=0.3,
        folds=2,
        **more,  # type: ignore[arg-type]  # each of its own type
    )


def failing(right: np.ndarray) -> np.ndarray:
    """Score the right photo below all others."""
    return 0.75 - right * 0.5


class Page(HTMLParser):
    """What there is on a page: tags with their attributes, and the text of every table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[str] = []
        self.inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "table"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1] += f"{data}|"

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of that name."""
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="session")
def tiny(unchanged: Dataset) -> Dataset:
    """Return a small data set that no test here changes."""
    return unchanged


@pytest.fixture(scope="session")
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


@pytest.fixture(scope="session")
def oracle_outcome(pairs: Pairs) -> Outcome:
    return answer_split(Oracle(), pairs)


@pytest.fixture(scope="session")
def constant_outcome(pairs: Pairs) -> Outcome:
    return answer_split(Constant(), pairs)


@pytest.fixture
def new_outcome() -> Callable[..., Outcome]:
    return outcome_of


@pytest.fixture
def read_page() -> Callable[[str], Page]:
    return Page


@pytest.fixture(scope="session")
def run(tiny: Dataset) -> list[Outcome]:
    return [
        outcome_of(tiny, "constant", "baseline", scores=lambda right: right * 0.0),
        outcome_of(tiny, "towers", history={"loss": [0.5, 0.25], "val_loss": [0.6, 0.4]}),
        outcome_of(tiny, "captions", "caption-assisted"),
        Outcome("clip", "folds", {"track": "image-only"}, status="not run: no weights here"),
        outcome_of(tiny, "towers", split="test", prediction=None),
    ]


@pytest.fixture
def fails() -> Scores:
    return failing
