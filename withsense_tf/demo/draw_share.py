"""Draw one share of a demo set's photos, as `drawing_shares` says: a program of its own."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from withsense_tf.data.demo_marker import DemoSizes
from withsense_tf.demo.writer import draw_share


def main(about: str) -> None:
    """Draw the share, and end at once if whoever asked for it is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = json.loads(about)
    folder, sizes = Path(settings["folder"]), DemoSizes(**settings["sizes"])
    draw_share(folder, settings["seed"], sizes, settings["share"], settings["shares"])


def _end_with_parent() -> None:
    # Nothing is ever written there: reading ends when the other end is closed.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
