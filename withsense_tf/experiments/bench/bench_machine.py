"""The name of the machine that a figure of speed comes from: without it the figure says little."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from withsense_tf.common.machine import processor, usable_cores


def machine() -> str:
    """Name what ratios hang on: the processor, and numpy with the kernels that its library chose for it."""
    libraries = [
        f"{library['internal_api']} {library['version']} ({library.get('architecture', 'unknown')} kernels, "
        f"{library['num_threads']} threads)"
        for library in threadpool_info()
        if library["user_api"] == "blas"
    ]
    by = " and ".join(libraries) or "an unknown library"
    return f"{processor()}, {usable_cores()} cores, numpy {np.__version__} with {by}"
