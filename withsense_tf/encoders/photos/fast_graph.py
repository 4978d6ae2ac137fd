"""A graph of TensorFlow by OpenVINO, where that is installed: about twice as quick on ordinary processors.

In float32 it computes what TensorFlow computes, so the numbers are the same but for rounding, as they would be on
another processor, and vectors of both are one encoder's. In bfloat16 they are rounded more, and an encoder
says so in its identity, which stands for the exact numbers of its first looks and of other machines, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np

from withsense_tf.common.machine import usable_cores

Parts = Callable[[Sequence[np.ndarray]], list[np.ndarray]]


def fast_graph(build: Callable[[], Any], half: bool = False) -> Parts | None:
    """Return the concrete function that `build` makes as one of several batches at a time; None where OpenVINO cannot.

    In `half` precision it takes half the time on processors that have such instructions; others compute in float32.
    """
    if find_spec("openvino") is None:
        return None
    import openvino

    cores = usable_cores()
    # A core for each batch: cores that share one wait for each other. Unasked, some processors take half precision.
    precision = "bf16" if half else "f32"
    settings = {"INFERENCE_PRECISION_HINT": precision, "NUM_STREAMS": cores, "INFERENCE_NUM_THREADS": cores}
    graph, core = build(), openvino.Core()
    try:
        # Not openvino.convert_model, which reports its use over the network.
        with TemporaryDirectory(prefix="withsense-graph-") as folder:
            file = Path(folder) / "graph.pb"
            file.write_bytes(graph.graph.as_graph_def().SerializeToString())
            queue = openvino.AsyncInferQueue(core.compile_model(core.read_model(file), "CPU", settings))
    except RuntimeError:
        # It does not know every operation, and TensorFlow does.
        return None
    return _all_at_once(queue)


def _all_at_once(queue: Any) -> Parts:
    lock = Lock()
    results: dict[int, np.ndarray] = {}

    def keep(request: Any, at: int) -> None:
        results[at] = request.get_output_tensor(0).data.copy()

    queue.set_callback(keep)

    def compute(parts: Sequence[np.ndarray]) -> list[np.ndarray]:
        # One caller at a time: the queue does not know whose the results are.
        with lock:
            results.clear()
            for at, part in enumerate(parts):
                queue.start_async([part], at)
            queue.wait_all()
            return [results.pop(at) for at in range(len(parts))]

    return compute
