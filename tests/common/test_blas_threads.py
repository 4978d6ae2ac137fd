"""Small products are made by one thread each, for as long as anybody asks for it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from withsense_tf.common.blas_threads import one_blas_thread


def threads() -> set[int]:
    """Return how many threads the libraries of NumPy and SciPy use; others may come with what other tests load."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        pool["num_threads"]
        for pool in blas
        if {"numpy.libs", "scipy.libs"} & set(pool["filepath"].split("/"))
    }


def test_it_is_as_before_when_the_last_of_several_is_done() -> None:
    np.eye(2) @ np.eye(2)
    with threadpool_limits(2):
        both_in, first_out = threading.Barrier(2), threading.Event()

        def first() -> None:
            with one_blas_thread():
                both_in.wait()
            first_out.set()

        other = threading.Thread(target=first)
        other.start()
        with one_blas_thread():
            both_in.wait()
            first_out.wait()
            assert threads() == {1}
        other.join()
        assert threads() == {2}


def test_an_error_gives_the_threads_back() -> None:
    with threadpool_limits(2):
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            _ = 1 // 0
        assert threads() == {2}
