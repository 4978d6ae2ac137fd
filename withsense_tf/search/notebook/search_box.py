"""A box to type queries into, below which the answer appears: for notebooks where ipywidgets is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from withsense_tf.errors import SettingError, WithSenseError
from withsense_tf.printed_commands import install_words
from withsense_tf.search.hits import ANY_MINIMUM, Hits
from withsense_tf.search.search_request import check_numbers

NEAREST_TOO: Final = "also the nearest"


def search_box(ask: Callable[..., Hits], k: int = 5) -> Any:
    """Return the box; `ask` answers a text with k photos. Each query passes the same door as any other search."""
    check_numbers(k, None, 0.5)
    try:
        import ipywidgets
    except ImportError as error:
        raise SettingError(
            f"A search box needs ipywidgets, which is not installed: {install_words('notebook')}. Without it, "
            'call the search: search("a dog on a beach").'
        ) from error
    words = ipywidgets.Text(placeholder="a dog on a beach", continuous_update=False, description="Search")
    nearest = ipywidgets.Checkbox(description=NEAREST_TOO)
    message, sheet = ipywidgets.Label(), ipywidgets.Image(format="png")
    sheet.layout.display = "none"

    def answer(_: Any) -> None:
        text = words.value.strip()
        sheet.layout.display = "none"
        message.value = ""
        if not text:
            return
        try:
            hits = ask(text, k, minimum=0 if nearest.value else None)
        except WithSenseError as error:
            message.value = str(error)
            return
        if hits.notice:
            # Nothing else is said or drawn where the law forbids the query.
            message.value = hits.notice
            return
        advice = (hits.message or "").replace(ANY_MINIMUM, f"“{NEAREST_TOO}”")
        sheet.value = replace(hits, message=advice or None)._repr_png_()
        sheet.layout.display = None

    for part in (words, nearest):
        part.observe(answer, names="value")
    return ipywidgets.VBox([words, nearest, message, sheet])
