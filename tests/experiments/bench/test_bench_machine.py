from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.machine import processor
from withsense_tf.experiments.bench.bench_machine import machine
from withsense_tf.experiments.bench.bench_search import main


@pytest.mark.closed
def test_the_processor_and_the_kernels_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("withsense_tf.experiments.bench.bench_search.REST_SECONDS", 0.0)
    main("40", width=8, queries=3, batches=1, seed=0, engines="numpy", output=tmp_path)
    printed = capsys.readouterr().out
    assert f"Measured on {machine()}" in printed
    assert machine().startswith(processor())
    assert f"numpy {np.__version__} with " in printed
    assert " kernels, " in machine()
