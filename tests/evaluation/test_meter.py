from __future__ import annotations

import mmap
import time

from withsense_tf.evaluation.meter import Meter


def test_the_meter_sees_time_and_memory() -> None:
    # Straight from the system: a large array may come out of memory that was freed, and is counted already.
    with Meter() as meter, mmap.mmap(-1, 320_000_000) as block:
        low, begin = meter.peak_mb, time.perf_counter()
        block.write(b"1" * 320_000_000)
        # It looks now and then, and on a busy machine later.
        while meter.peak_mb < low + 200 and time.perf_counter() < begin + 60:
            time.sleep(0.05)
        spent = time.perf_counter() - begin
    with Meter() as empty:
        time.sleep(0.06)
    assert meter.seconds >= spent
    assert meter.peak_mb > empty.peak_mb + 200
