"""What must hold of a matcher before it is fitted: its settings, what it says of itself, and what it refuses."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from withsense_tf.testing.contract_error import ContractError, require

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Pairs
    from withsense_tf.matchers.base import Matcher


def check_settings(make: Callable[[], Matcher]) -> list[str]:
    """Return what holds of its settings, its name and what it says of itself; raise where something does not."""
    from sklearn.base import clone

    from withsense_tf.errors import shown
    from withsense_tf.evaluation.row_status import TRACKS

    matcher = make()
    kind = type(matcher)
    of_its_own = kind.__init__ is not object.__init__  # else it has no settings
    for setting in list(inspect.signature(kind.__init__).parameters)[1:] if of_its_own else ():
        require(
            hasattr(matcher, setting),
            f"`__init__` takes {setting!r}, and must store its argument {setting!r} under that name, so that the "
            f"matcher can be copied and saved: no attribute is called so. Write self.{setting} = {setting}.",
        )
    copy = clone(matcher, safe=False)
    require(
        type(copy) is kind,
        f"a copy by scikit-learn's `clone` must be of the same class, {kind.__name__}, got {type(copy).__name__}: "
        "leave `get_params` and `__sklearn_clone__` as they are.",
    )
    require(
        isinstance(matcher.name, str) and matcher.name,
        f"`name` must be a text, which its rows are called by, got {shown(matcher.name)}. Write it in the class.",
    )
    track = getattr(matcher, "track", None)
    description = matcher.describe() if track in TRACKS else {"track": track}
    require(
        description.get("track") in TRACKS,
        f"`track` says what it reads of photos, and must be one of {', '.join(TRACKS)}, got "
        f"{shown(description.get('track'))}. Write it in the class.",
    )
    for key in ("matcher", "track", "photo", "text", "weights"):
        require(
            isinstance(description.get(key), str),
            f"`describe()` must return a dict with a text for {key!r}, got {shown(description)}. Begin with "
            "super().describe(), which has all that are expected.",
        )
    return ["its settings are kept, cloned and described"]


def check_refusals(make: Callable[[], Matcher], pairs: Pairs) -> list[str]:
    """Return that it refuses what it cannot do; raise where it does not."""
    from withsense_tf.errors import DataError, KindError, NotFittedError, line_of

    texts: Any = ["a dog"]
    for what, method, call, error in (
        ("predict before fit", "predict", lambda: make().predict(pairs), NotFittedError),
        ("fit on no pairs at all", "fit", lambda: make().fit(pairs.take([])), DataError),
        (f"fit on {texts}, which is no pairs,", "fit", lambda: make().fit(texts), KindError),
    ):
        advice = f"Matcher.{method} does that: write `_{'score' if method == 'predict' else 'fit'}`, and no `{method}`."
        answer = "it raised nothing"
        try:
            call()
        except error:
            continue
        except Exception as other:
            answer = f"it raised {line_of(other)}"
        raise ContractError(
            f"{what} must raise {error.__name__} (withsense_tf.errors), and {answer}. {advice}"
        )
    return ["it refuses what it cannot do, with the errors of this package"]
