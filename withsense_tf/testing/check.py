"""Does a matcher keep the contract of matchers? `python -m withsense_tf.testing.check my_module:MyMatcher`.

It is trained on a small drawn set with the settings that it has by default. Every line is one thing that the rest of
the package counts on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.data.dataset import Pairs
    from withsense_tf.matchers.base import Matcher

# Numbers that are computed in another order differ by less.
CLOSE = 1e-4


class ContractError(Exception):
    """Say which part of the contract does not hold, and what was expected."""


def main(
    matcher: Annotated[str, typer.Argument(help="A name, or module:Class.")],
    seed: Annotated[int, typer.Option(help="Of the drawn photos.")] = 0,
) -> None:
    """Check that a matcher fits, predicts, ranks, is cloned, saved and loaded as matchers are."""
    from withsense_tf.errors import SettingError

    with tempfile.TemporaryDirectory() as folder:
        try:
            for line in check_matcher(matcher, Path(folder), seed):
                typer.echo(f"ok  {line}")
        except ContractError as broken:
            raise SettingError(f"{matcher} breaks the contract of matchers: {broken}") from broken
    typer.echo(f"{matcher} keeps the contract of matchers.")


def check_matcher(name: str, folder: Path, seed: int = 0) -> list[str]:
    """Check a matcher in an empty folder and return what holds; raise a ContractError where something does not."""
    from withsense_tf.data.split import split_by_photo
    from withsense_tf.demo.demo_dataset import demo_dataset
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.registry import Surroundings, make_matcher, photo_encoders_of
    from withsense_tf.targets.blend import relevance

    data = demo_dataset(seed, 40, 8, folder=folder / "demo", captioned=0)
    split = split_by_photo(relevance(data), test_share=0.3, seed=seed)
    around = Surroundings(
        photo_encoders_of((), "auto", data.synthetic, seed, quick=True),
        None,
        VectorStore(folder / "vectors"),
        seed,
    )

    def make() -> Matcher:
        return make_matcher({"matcher": name}, around)

    return [
        _settings(make),
        _refusals(make, split.test),
        *_numbers(make, split.train, split.test),
        _ranking(make().fit(split.train), split.test),
        _saving(make().fit(split.train), split.test, folder, around.store),
    ]


def _require(holds: object, what: str) -> None:
    if not holds:
        raise ContractError(what)


def _settings(make: Callable[[], Matcher]) -> str:
    from sklearn.base import clone

    from withsense_tf.matchers.base import Matcher

    matcher = make()
    _require(isinstance(matcher, Matcher), "it is no subclass of withsense_tf.matchers.base.Matcher.")
    settings = matcher.get_params(deep=False)
    for setting in settings:
        _require(hasattr(matcher, setting), f"__init__ must store its argument {setting!r} under that name.")
    copy = clone(matcher, safe=False)
    _require(type(copy) is type(matcher), "a clone must be of the same class.")
    _require(isinstance(matcher.name, str) and matcher.name, "`name` must say what its rows are called.")
    description = matcher.describe()
    for key in ("matcher", "track", "photo", "text", "weights"):
        _require(
            isinstance(description.get(key), str),
            f"`describe()` must have a text {key!r}, got {description}.",
        )
    return "its settings are kept, cloned and described"


def _refusals(make: Callable[[], Matcher], pairs: Pairs) -> str:
    from withsense_tf.errors import DataError, KindError, NotFittedError

    for what, call, error in (
        ("predict before fit must raise NotFittedError", lambda: make().predict(pairs), NotFittedError),
        ("fit on no pairs at all must raise DataError", lambda: make().fit(pairs.take([])), DataError),
        ("fit on what is no pairs must raise KindError", lambda: make().fit(["a dog"]), KindError),  # type: ignore[arg-type]  # that is tried
    ):
        try:
            call()
        except error:
            continue
        except Exception as other:
            raise ContractError(f"{what}, got {type(other).__name__}: {other}.") from other
        raise ContractError(f"{what}, and nothing was raised.")
    return "it refuses what it cannot do, with the errors of this package"


def _numbers(make: Callable[[], Matcher], train: Pairs, test: Pairs) -> list[str]:
    import numpy as np

    matcher = make()
    _require(matcher.fit(train) is matcher, "`fit` must return self.")
    numbers = matcher.predict(test)
    _require(
        isinstance(numbers, np.ndarray) and numbers.shape == (len(test),) and numbers.dtype == np.float64,
        f"`predict` must return float64 of shape ({len(test)},), got {getattr(numbers, 'dtype', type(numbers))} of "
        f"{getattr(numbers, 'shape', None)}.",
    )
    _require(((numbers >= 0) & (numbers <= 1)).all(), "numbers must lie from 0 to 1, and be numbers.")
    _require(_same(matcher.predict(test), numbers), "asked twice, it must say the same.")
    backwards = matcher.predict(test.take(range(len(test) - 1, -1, -1)))[::-1]
    _require(_same(backwards, numbers), "a pair's number must not depend on the other pairs.")
    _require(
        _same(make().fit(train).predict(test), numbers),
        "trained anew with the same seed, it must say the same.",
    )
    return [
        "it gives a number from 0 to 1 for each pair, whatever stands beside it",
        "trained anew it says the same",
    ]


def _ranking(matcher: Matcher, pairs: Pairs) -> str:
    from withsense_tf.data.gallery import Gallery, Queries

    gallery = Gallery(pairs.data, tuple(dict.fromkeys(pairs.table["photo"])))
    texts = list(dict.fromkeys(pairs.table["text"]))[:5]
    scores = matcher.grid(gallery, Queries.of(texts))
    _require(
        scores.shape == (len(texts), len(gallery)),
        f"`grid` must have a row a query and a column a photo, got {scores.shape}.",
    )
    alone = matcher.grid(gallery, Queries.of(texts[:1]))
    _require(_same(alone, scores[:1]), "a query's scores must not depend on the other queries.")
    return "it ranks photos for queries"


def _saving(matcher: Matcher, pairs: Pairs, folder: Path, store: object) -> str:
    from withsense_tf.matchers.saved import load_matcher, save_matcher

    kind = type(matcher)
    own = {kind.__name__: kind.__module__}
    save_matcher(matcher, folder / "saved", own)
    copy = load_matcher(folder / "saved", store, own)  # type: ignore[arg-type]  # a VectorStore
    _require(type(copy) is kind, "what was saved must be loaded as the same class.")
    try:
        same = _same(copy.predict(pairs), matcher.predict(pairs))
    except AttributeError:
        same = False
    _require(same, "saved and loaded it must say the same: are all learned attributes named in LEARNED?")
    return "saved and loaded it says the same"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    import numpy as np

    return one.shape == other.shape and bool(np.allclose(one, other, rtol=0, atol=CLOSE))


if __name__ == "__main__":
    terminal.run_main(main)
