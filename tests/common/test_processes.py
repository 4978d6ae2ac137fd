from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from pieces import begin

from withsense_tf.common import processes
from withsense_tf.common.processes import share_out, usual_processes
from withsense_tf.errors import DataWarning, SettingError, WithSenseWarning

TESTS = Path(__file__).parents[1]


def run(pieces: list[Any], count: int = 2, given: Any = 1) -> list[tuple[Any, Any]]:
    return list(share_out(count, begin, given, pieces, lambda piece: piece[1]))


def test_every_piece_is_done_once_with_what_was_handed_over() -> None:
    pieces = [("double", number) for number in range(9)]
    assert sorted(run(pieces, given=10)) == [((name, n), 20 * n) for name, n in pieces]


def test_each_piece_is_named_when_a_process_begins_it() -> None:
    begun: list[Any] = []
    pieces = [("double", number) for number in range(3)]
    results = share_out(2, begin, 1, pieces, lambda piece: piece, lambda piece, _: begun.append(piece))
    next(results)
    assert begun == pieces
    assert len(list(results)) == 2


def test_where_a_long_piece_stands_is_heard_by_who_waits_for_it() -> None:
    heard: list[tuple[Any, str]] = []
    piece = ("train", 2)
    list(share_out(1, begin, 1, [piece], lambda piece: piece, lambda *one: heard.append(one)))
    assert heard == [(piece, ""), (piece, "epoch 1 of at most 2"), (piece, "epoch 2 of at most 2")]


def test_pieces_of_one_home_stay_in_one_process_and_all_processes_work() -> None:
    done = run([("process", place) for _ in range(4) for place in range(4)])
    assert len({process for _, process in done}) == 2
    assert os.getpid() not in {process for _, process in done}
    # The last home of all may be helped with by whoever has none left, however late its process started.
    moved = sum(len({process for (_, at), process in done if at == place}) - 1 for place in range(4))
    assert moved <= 1


def test_nobody_is_idle_while_another_has_pieces_left() -> None:
    done = run([("process", 0) for _ in range(12)])
    assert len({process for _, process in done}) == 2


def test_no_more_processes_start_than_there_are_pieces() -> None:
    results = share_out(5, begin, 1, [("double", 3), ("double", 4)], lambda piece: piece)
    assert next(results)[1] in (6, 8)
    assert len(multiprocessing.active_children()) == 2
    results.close()


def test_each_process_computes_in_its_share_of_the_threads_and_no_more_than_the_user_gave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "usable_cores", lambda: 6)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    done = run([("setting", "OPENBLAS_NUM_THREADS"), ("setting", "OMP_NUM_THREADS")])
    assert sorted(threads for _, threads in done) == ["1", "3"]


def test_an_error_in_a_piece_is_raised_here_and_tells_where_it_came_from() -> None:
    with pytest.raises(ValueError, match="seven is wrong") as caught:
        run([("fail", "seven"), ("sleep", 60)])
    assert "pieces.py" in caught.value.__notes__[0]
    assert not multiprocessing.active_children()


def test_an_error_that_cannot_be_sent_is_told_in_words() -> None:
    with pytest.raises(RuntimeError, match="OddError: a fault in it") as caught:
        run([("fail", "odd")])
    assert "pieces.py" in caught.value.__notes__[0]


def test_the_end_of_a_file_in_a_piece_is_not_taken_for_the_end_of_the_process() -> None:
    with pytest.raises(EOFError, match="the file ended"):
        run([("end", 0)])


def test_what_a_piece_warns_of_is_heard_here_before_it_fails() -> None:
    with pytest.warns(DataWarning, match="odd rows"), pytest.raises(ValueError, match="seven"):
        run([("warn", "odd rows"), ("fail", "seven")], count=1)


def test_the_work_of_a_process_that_dies_is_done_by_the_others(tmp_path: Path) -> None:
    pieces = [("die once", str(tmp_path / "mark")), *(("double", n) for n in range(4))]
    with pytest.warns(WithSenseWarning, match="ended by signal 9 .* 1 of them go on"):
        done = run(pieces)
    assert sorted(piece for piece, _ in done) == sorted(pieces)


def test_a_piece_that_kills_twice_is_an_error_that_says_what_to_do() -> None:
    with (
        pytest.warns(WithSenseWarning),
        pytest.raises(SettingError, match=r"by signal 9 .* memory .* fewer --processes"),
    ):
        run([("die", 0), ("double", 1), ("double", 2)], count=3)
    assert not multiprocessing.active_children()


def test_who_stops_listening_ends_all_processes() -> None:
    results = share_out(2, begin, 1, [("double", 1), ("sleep", 60)], lambda piece: piece)
    next(results)
    results.close()
    assert not multiprocessing.active_children()


def test_when_the_command_is_killed_its_processes_end_too() -> None:
    code = (
        "from pieces import begin\n"
        "from withsense_tf.common.processes import share_out\n"
        "if __name__ == '__main__':\n"
        "    pieces = [('double', 1), ('double', 2), ('sleep', 60), ('sleep', 60)]\n"
        "    for piece, result in share_out(2, begin, 1, pieces, lambda piece: piece):\n"
        "        print(result, flush=True)\n"
    )
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        children = psutil.Process(command.pid).children(recursive=True)
        assert len(children) >= 2
        command.send_signal(signal.SIGKILL)
        command.wait()
        _, alive = psutil.wait_procs(children, timeout=45)
        for left in alive:
            left.kill()
    assert alive == []


@pytest.mark.parametrize(
    ("cores", "gigabytes", "gpu", "expected"),
    [(2, 64, False, 2), (64, 640, False, 8), (64, 7, False, 2), (4, 0.5, False, 1), (8, 64, True, 1)],
)
def test_there_are_as_many_processes_as_cores_memory_and_gpu_allow(
    monkeypatch: pytest.MonkeyPatch, cores: int, gigabytes: float, gpu: bool, expected: int
) -> None:
    monkeypatch.setattr(processes, "usable_cores", lambda: cores)
    monkeypatch.setattr(processes, "free_memory", lambda: int(gigabytes * 2**30))
    monkeypatch.setattr(processes, "has_gpu", lambda: gpu)
    assert usual_processes() == expected
