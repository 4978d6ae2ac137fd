"""Does a matcher keep the contract of matchers? `python -m withsense_tf.testing.check my_module:MyMatcher`.

It is trained on a small drawn set with the settings that it has by default. Every line is one thing that the rest of
the package counts on.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.common import terminal
from withsense_tf.testing.contract_error import ContractError, problems

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.data.dataset import Pairs
    from withsense_tf.matchers.base import Matcher

Check = Callable[[], list[str]]
# What often makes numbers differ.
BESIDE = (
    "Often a mean, a largest value or a rank is taken over the pairs that are asked, or the i-th pair is taken for the "
    "i-th one of before: learn such a value in `_fit`, as Calibration does (docs/how_to/extend.md)."
)
CHANCE = "Often random numbers are drawn that no setting `seed` fixes."


def main(
    matcher: Annotated[str, typer.Argument(help="A name, or module:Class.")],
    seed: Annotated[int, typer.Option(help="Of the drawn photos.")] = 0,
) -> None:
    """Check that a matcher fits, predicts, ranks, is cloned, saved and loaded as matchers are."""
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        for check in _checks(matcher, Path(folder), seed):
            try:
                for line in _lines(check):
                    typer.echo(f"ok  {line}")
            except ContractError as broken:
                typer.echo(f"no  {broken}")
                holds = False
                if check.__name__ == _settings.__name__:
                    break  # all else would say the same in other words
    typer.echo(f"{matcher} {'keeps' if holds else 'breaks'} the contract of matchers.")
    if not holds:
        raise typer.Exit(1)


def check_matcher(name: str, folder: Path, seed: int = 0) -> list[str]:
    """Check a matcher in an empty folder and return what holds; raise a ContractError where something does not."""
    return [line for check in _checks(name, folder, seed) for line in _lines(check)]


def _checks(name: str, folder: Path, seed: int) -> list[Check]:
    from withsense_tf.errors import SettingError
    from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher, photo_encoders_of

    try:
        kind = MATCHERS.load(name)  # a name that is not known is a mistake of who asks
    except SettingError as error:
        raise SettingError(f"This checks matchers, and no encoders, engines or judges. {error}") from error
    from withsense_tf.data.split import split_by_photo
    from withsense_tf.demo.demo_dataset import demo_dataset
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.evaluation.answer_key import lesson_for
    from withsense_tf.targets.blend import relevance

    data = demo_dataset(seed, 40, 8, folder=folder / "demo", captioned=0)
    split = split_by_photo(relevance(data), test_share=0.3, seed=seed)
    store = VectorStore(folder / "vectors")
    photo = photo_encoders_of((), "auto", data.synthetic, seed, quick=True)

    def make(vectors: VectorStore = store) -> Matcher:
        return make_matcher({"matcher": name}, Surroundings(photo, None, vectors, seed))

    train = lesson_for(kind, split.train, split.test.content)

    def new_fitted() -> Matcher:
        return make().fit(train)

    checks: list[tuple[Callable[..., list[str]], tuple[object, ...]]] = [
        (_settings, (make,)),
        (_refusals, (make, split.test)),
        (_numbers, (make, train, split.test)),
        (_rows, (partial(make, VectorStore()), train)),
        (_answers, (new_fitted, split.test)),
        (_ranking, (new_fitted, split.test)),
        (_saving, (new_fitted, split.test, folder, store)),
    ]
    return [update_wrapper(partial(check, *values), check) for check, values in checks]


def _lines(check: Check) -> list[str]:
    with problems():
        return check()


def _require(holds: object, what: str) -> None:
    if not holds:
        raise ContractError(what)


def _require_same(
    numbers: np.ndarray, expected: np.ndarray, places: Sequence[str], what: str, cause: str
) -> None:
    from withsense_tf.testing.differences import difference

    if apart := difference(numbers, expected, places):
        raise ContractError(f"{what}: {apart} {cause}")


def _settings(make: Callable[[], Matcher]) -> list[str]:
    from sklearn.base import clone

    from withsense_tf.errors import check_choice
    from withsense_tf.evaluation.row_status import TRACKS
    from withsense_tf.matchers.base import Matcher

    matcher = make()
    _require(isinstance(matcher, Matcher), "it is no subclass of withsense_tf.matchers.base.Matcher.")
    of_its_own = type(matcher).__init__ is not object.__init__  # else it has no settings
    for setting in list(inspect.signature(type(matcher).__init__).parameters)[1:] if of_its_own else ():
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
    check_choice("track", description["track"], TRACKS)
    return ["its settings are kept, cloned and described"]


def _refusals(make: Callable[[], Matcher], pairs: Pairs) -> list[str]:
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
    return ["it refuses what it cannot do, with the errors of this package"]


def _numbers(make: Callable[[], Matcher], train: Pairs, test: Pairs) -> list[str]:
    import numpy as np

    from withsense_tf.evaluation.answer_key import check_scale
    from withsense_tf.testing.differences import learned_difference

    matcher = make()
    _require(matcher.fit(train) is matcher, "`fit` must return self.")
    numbers = matcher.predict(test)
    _require(
        isinstance(numbers, np.ndarray) and numbers.shape == (len(test),) and numbers.dtype == np.float64,
        f"`predict` must return float64 of shape ({len(test)},), got {getattr(numbers, 'dtype', type(numbers))} of "
        f"{getattr(numbers, 'shape', None)}.",
    )
    _require(((numbers >= 0) & (numbers <= 1)).all(), "numbers must lie from 0 to 1, and be numbers.")
    check_scale(matcher, test)
    pairs = [f"{photo} beside {text!r}" for photo, text in zip(test.table["photo"], test.texts, strict=True)]
    _require_same(matcher.predict(test), numbers, pairs, "asked twice, it must say the same", CHANCE)
    # In another order, and fewer of them: a mean over all pairs is the same in any order.
    for some in (range(len(test) - 1, -1, -1), range(0, len(test), 2), range(1)):
        _require_same(
            matcher.predict(test.take(some)),
            numbers[list(some)],
            [pairs[at] for at in some],
            f"a pair's number must not depend on the other pairs or on their order (asked now beside {len(some) - 1} "
            f"others, before beside {len(test) - 1})",
            BESIDE,
        )
    again = make().fit(train)
    anew = "trained anew with the same seed, it must"
    _require_same(again.predict(test), numbers, pairs, f"{anew} say the same", CHANCE)
    # A few pairs may hide it: steps of a calibration swallow what would move numbers of other pairs.
    apart = learned_difference(again, matcher, type(matcher).LEARNED)
    _require(not apart, f"{anew} learn the same: {apart} {CHANCE}")
    return [
        "it gives a number from 0 to 1 for each pair, whatever stands beside it",
        "trained anew it says the same",
    ]


def _rows(make: Callable[[], Matcher], train: Pairs) -> list[str]:
    photos, opened = {str(path) for path in train.paths}, set()

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if photos and event == "open":
            opened.update(photos & {str(arguments[0])})

    matcher = make()
    sys.addaudithook(note)  # it cannot be taken away again, but has nothing to look for afterwards
    try:
        matcher.fit(train)
    finally:
        photos.clear()
    if opened:
        description = matcher.describe()
        for key in ("photo", "weights"):
            _require(
                description[key],
                f"it reads photos, and the column {key!r} of its rows would be empty: `describe()` must say what looks "
                "at photos and whose weights that has, as super().describe() | describe_encoders([photo], text) does "
                '(withsense_tf.matchers.photo_features); where it has no weights, say "none".',
            )
    return ["its rows say what sees the photos, if anything does"]


def _answers(new_fitted: Callable[[], Matcher], pairs: Pairs) -> list[str]:
    from withsense_tf.data.gallery import Gallery
    from withsense_tf.evaluation.answer_key import looked_up

    matcher = new_fitted()
    what = looked_up(matcher, Gallery(pairs.data, tuple(dict.fromkeys(pairs.table["photo"]))))
    _require(
        not what, f"{matcher.name} {what}: its numbers must be the same with these taken out or changed."
    )
    return ["it does not look its answers up"]


def _ranking(new_fitted: Callable[[], Matcher], pairs: Pairs) -> list[str]:
    from withsense_tf.data.gallery import Gallery, Queries

    gallery = Gallery(pairs.data, tuple(dict.fromkeys(pairs.table["photo"])))
    matcher, texts = new_fitted(), list(dict.fromkeys(pairs.table["text"]))[:5]
    scores = matcher.grid(gallery, Queries.of(texts))
    _require(
        scores.shape == (len(texts), len(gallery)),
        f"`grid` must have a row a query and a column a photo, got {scores.shape}.",
    )
    alone = matcher.grid(gallery, Queries.of(texts[:1]))
    places = [f"{photo} for {texts[0]!r}" for photo in gallery.names]
    what = "a query's scores must not depend on the other queries"
    _require_same(alone.ravel(), scores[0], places, what, BESIDE)
    return ["it ranks photos for queries"]


def _saving(new_fitted: Callable[[], Matcher], pairs: Pairs, folder: Path, store: object) -> list[str]:
    from withsense_tf.matchers.saved import load_matcher, save_matcher
    from withsense_tf.testing.differences import is_same

    matcher = new_fitted()
    kind = type(matcher)
    own = {kind.__name__: kind.__module__}
    save_matcher(matcher, folder / "saved", own)
    copy = load_matcher(folder / "saved", store, own)  # type: ignore[arg-type]  # a VectorStore
    _require(type(copy) is kind, "what was saved must be loaded as the same class.")
    try:
        same = is_same(copy.predict(pairs), matcher.predict(pairs))
    except AttributeError:
        same = False
    _require(same, "saved and loaded it must say the same: are all learned attributes named in LEARNED?")
    return ["saved and loaded it says the same"]


if __name__ == "__main__":
    terminal.run_main(main)
