"""A box to type queries into, below which the answer appears: for notebooks where ipywidgets is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from withsense_tf.errors import SettingError, WithSenseError
from withsense_tf.printed_commands import install_words

if TYPE_CHECKING:
    from withsense_tf.search.hits import Hits


def search_box(ask: Callable[[str, int], Hits], k: int = 5) -> Any:
    """Return the box; `ask` answers a text with so many photos. Each query passes the same door as any other search."""
    try:
        import ipywidgets
    except ImportError as error:
        raise SettingError(
            f"A search box needs ipywidgets, which is not installed: {install_words('notebook')}. Without it, "
            'call the search: search("a dog on a beach").'
        ) from error
    words = ipywidgets.Text(placeholder="a dog on a beach", continuous_update=False, description="Search")
    message, sheet = ipywidgets.Label(), ipywidgets.Image(format="png")
    sheet.layout.display = "none"

    def answer(change: Any) -> None:
        text = change["new"].strip()
        sheet.layout.display = "none"
        message.value = ""
        if not text:
            return
        try:
            hits = ask(text, k)
        except WithSenseError as error:
            message.value = str(error)
            return
        if hits.notice:
            # Nothing else is said or drawn where the law forbids the query.
            message.value = hits.notice
            return
        sheet.value = hits._repr_png_()
        sheet.layout.display = None

    words.observe(answer, names="value")
    return ipywidgets.VBox([words, message, sheet])
