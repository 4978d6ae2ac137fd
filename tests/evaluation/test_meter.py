from __future__ import annotations

import mmap
import time

from withsense_tf.evaluation.meter import Meter


def test_the_meter_sees_time_and_memory() -> None:
    # Straight from the system: a large array may come out of memory that was freed, and is counted already.
    with Meter() as meter, mmap.mmap(-1, 320_000_000) as block:
        block.write(b"1" * 320_000_000)
        time.sleep(0.15)
    with Meter() as empty:
        time.sleep(0.06)
    assert meter.seconds >= 0.15
    assert meter.peak_mb > empty.peak_mb + 200
