"""Does a matcher keep the contract of matchers? `python -m withsense_tf.testing.check my_module:MyMatcher`.

It is trained on a small drawn set with the settings that it has by default. Every line is one thing that the rest of
the package counts on.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.common import terminal
from withsense_tf.testing.contract_error import ContractError, problems, require
from withsense_tf.testing.unfitted_checks import check_refusals, check_settings

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
CHANCE = (
    "Often random numbers are drawn that no setting `seed` fixes: take it in `__init__`, and draw by "
    "np.random.default_rng(self.seed)."
)


def main(
    matcher: Annotated[str, typer.Argument(help="A name, or module:Class.")],
    seed: Annotated[int, typer.Option(help="Of the drawn photos.")] = 0,
) -> None:
    """Check that a matcher fits, predicts, ranks, is cloned, saved and loaded as matchers are."""
    problems_told: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for check in _checks(matcher, Path(folder), seed):
            try:
                for line in _lines(check):
                    typer.echo(f"ok  {line}")
            except ContractError as broken:
                # What fails in `fit` fails in each check that fits it.
                if str(broken) not in problems_told:
                    typer.echo(f"no  {broken}")
                problems_told.append(str(broken))
                if check.__name__ == check_settings.__name__:
                    break  # all else would say the same in other words
    if problems_told:
        typer.echo(
            f'{matcher} breaks the contract of matchers: mend what stands behind each "no", and check again. '
            "docs/how_to/extend.md shows matchers that keep it."
        )
        raise typer.Exit(1)
    typer.echo(f"{matcher} keeps the contract of matchers.")


def check_matcher(name: str, folder: Path, seed: int = 0) -> list[str]:
    """Check a matcher in an empty folder and return what holds; raise a ContractError where something does not."""
    return [line for check in _checks(name, folder, seed) for line in _lines(check)]


def _checks(name: str, folder: Path, seed: int) -> list[Check]:
    from withsense_tf.errors import SettingError
    from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher, photo_encoders_of

    try:
        kind = MATCHERS.load(name)  # a name that is not known is a mistake of who asks
    except SettingError as error:
        if error.__cause__ is not None:
            raise  # it cannot be imported, whatever it is
        raise SettingError(f"{error} This checks matchers, and no encoders, engines or judges.") from error
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
        (check_settings, (make,)),
        (check_refusals, (make, split.test)),
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


def _require_same(
    numbers: np.ndarray, expected: np.ndarray, places: Sequence[str], what: str, cause: str
) -> None:
    from withsense_tf.testing.differences import difference

    if apart := difference(numbers, expected, places):
        raise ContractError(f"{what}: {apart} {cause}")


def _numbers(make: Callable[[], Matcher], train: Pairs, test: Pairs) -> list[str]:
    from withsense_tf.evaluation.answer_key import asked_numbers, check_scale
    from withsense_tf.testing.differences import learned_difference

    matcher = make()
    answer = matcher.fit(train)
    require(
        answer is matcher,
        f"`fit` must return the matcher itself, got {type(answer).__name__}: write `_fit`, and no `fit`.",
    )
    numbers = asked_numbers(matcher, test)
    outside = check_scale(matcher, test)
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
    require(not apart, f"{anew} learn the same: {apart} {CHANCE}")
    cut = f" ({outside:.0%} of its scores lie outside, and are cut off)" if outside else ""
    return [
        f"it gives a number from 0 to 1 for each pair{cut}, whatever stands beside it",
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
            require(
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
    require(
        not what,
        f"{matcher.name} {what}. It was asked once more with that taken out or changed, and its numbers must be the "
        "same then, but were others: use nothing in `_score` that who asks does not have (docs/how_to/extend.md).",
    )
    return ["it does not look its answers up"]


def _ranking(new_fitted: Callable[[], Matcher], pairs: Pairs) -> list[str]:
    from withsense_tf.data.gallery import Gallery, Queries
    from withsense_tf.evaluation.answer_key import asked_grid

    gallery = Gallery(pairs.data, tuple(dict.fromkeys(pairs.table["photo"])))
    matcher, texts = new_fitted(), list(dict.fromkeys(pairs.table["text"]))[:5]
    scores = asked_grid(matcher, gallery, Queries.of(texts))
    alone = asked_grid(matcher, gallery, Queries.of(texts[:1]))
    places = [f"{photo} for {texts[0]!r}" for photo in gallery.names]
    what = "a query's scores must not depend on the other queries"
    _require_same(alone.ravel(), scores[0], places, what, BESIDE)
    return ["it ranks photos for queries"]


def _saving(new_fitted: Callable[[], Matcher], pairs: Pairs, folder: Path, store: object) -> list[str]:
    from withsense_tf.errors import line_of
    from withsense_tf.matchers.saved import load_matcher, save_matcher
    from withsense_tf.testing.differences import is_same

    matcher = new_fitted()
    kind = type(matcher)
    own = {kind.__name__: kind.__module__}
    save_matcher(matcher, folder / "saved", own)
    copy = load_matcher(folder / "saved", store, own)  # type: ignore[arg-type]  # a VectorStore
    require(
        type(copy) is kind,
        f"what was saved must be loaded as the same class, {kind.__name__}, got {type(copy).__name__}.",
    )
    answer = "its numbers were others"
    try:
        same = is_same(copy.predict(pairs), matcher.predict(pairs))
    except AttributeError as error:
        same, answer = False, f"it raised {line_of(error)}"
    require(
        same,
        f"saved and loaded it must say the same, and {answer}. Name all learned attributes in LEARNED, as "
        f'LEARNED = ("mean_", "map_"); it has {kind.LEARNED}.',
    )
    return ["saved and loaded it says the same"]


if __name__ == "__main__":
    terminal.run_main(main)
