from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from withsense_tf.data.dataset import Dataset
from withsense_tf.demo import draw, sample_scene
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.encoders.make_encoder import photo_encoder
from withsense_tf.encoders.photos import photo_scene
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.photos.photo_scene import SCENE_WEIGHTS, SceneNet
from withsense_tf.encoders.photos.scene_network import scene_network
from withsense_tf.errors import SettingError
from withsense_tf.experiments.scene_net import scene_training, train_scene_net
from withsense_tf.experiments.scene_net.demo_difficulty import ranks_of_the_right_photo
from withsense_tf.experiments.scene_net.scene_training import save_scene_weights

# No figure is reported on this seed, and the training scenes are held apart from it.
UNUSED_SEED = 20


class FewAtOnce(SceneNet):
    """The same in batches of 4, so that six photos are more than one of them."""

    batch_size: ClassVar[int] = 4


@pytest.fixture(scope="module")
def network() -> SceneNet:
    return SceneNet()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return demo_dataset(UNUSED_SEED, 60, 20, folder=tmp_path_factory.mktemp("scene") / "demo", captioned=0)


def paths_of(data: Dataset) -> list[Path]:
    return [Path(path) for path in data.photos["path"]]


@pytest.mark.slow
def test_it_encodes_without_any_connection_and_builds_within_a_second(folder: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from withsense_tf.encoders.photos.photo_scene import SceneNet, _LAST_GRAPH\n"
        "from withsense_tf.common.terminal import start_tensorflow\n"
        "calls = ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname')\n"
        "sys.addaudithook(lambda event, _: print(event) if event in calls else None)\n"
        "start_tensorflow()\n"
        "import keras\n"
        "spent = []\n"
        # The processor's time, and the quickest of three: the machine may be busy.
        "for _ in range(3):\n"
        "    _LAST_GRAPH.clear()\n"  # or there would be nothing to build
        "    begin = time.process_time()\n"
        "    network = SceneNet().load()\n"
        "    spent.append(time.process_time() - begin)\n"
        "    if spent[-1] < 1.0: break\n"
        f"print(network.encode([Path({str(folder / 'train_images' / 'ant.jpg')!r})]).shape, min(spent) < 1.0)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "(1, 512) True\n"


@pytest.mark.slow
def test_two_encoders_give_the_same_numbers_whatever_stands_beside_a_photo(
    small: Dataset,
) -> None:
    network = FewAtOnce()
    paths = paths_of(small)[:6]
    vectors = network.encode(paths)
    assert vectors.shape == (6, network.width) == (6, 512)
    assert vectors.dtype == np.float32
    # One that builds a graph of its own, and not the one that is kept for all.
    photo_scene._LAST_GRAPH.clear()
    np.testing.assert_array_equal(FewAtOnce().encode(paths), vectors)
    np.testing.assert_allclose(network.encode(paths[::-1])[::-1], vectors, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_two_drawings_of_one_scene_are_nearer_than_other_scenes(network: SceneNet) -> None:
    scenes = [sample_scene(np.random.default_rng([UNUSED_SEED, 5, i])) for i in range(20)]
    first, second = (
        network.forward(
            np.stack(
                [
                    np.asarray(draw(s, np.random.default_rng([i, turn])).resize(network.size))
                    for i, s in enumerate(scenes)
                ]
            )
        )
        for turn in (0, 1)
    )
    centre = first.mean(axis=0)
    a, b = (
        (part - centre) / np.linalg.norm(part - centre, axis=1, keepdims=True) for part in (first, second)
    )
    assert ((a @ b.T).argmax(axis=1) == np.arange(20)).mean() >= 0.8  # by chance: 0.05


@pytest.mark.slow
def test_it_ranks_drawn_scenes_better_than_random_weights_do(small: Dataset, network: SceneNet) -> None:
    ours, random = (
        ranks_of_the_right_photo(small, encoder.encode(paths_of(small)))
        for encoder in (network, KerasPhoto("mobilenet_v2", "random", size=64))
    )
    assert (ours < 5).mean() > (random < 5).mean() + 0.2


def test_the_weights_are_small() -> None:
    assert SCENE_WEIGHTS.stat().st_size < 2_000_000


def test_its_names_say_what_it_was_trained_on_and_on_which_weights(network: SceneNet) -> None:
    match = re.fullmatch(r"trained on drawn scenes \(scene_net\.npz ([0-9a-f]{12})\)", network.weights)
    assert match is not None
    assert network.identity == f"scene_net({match[1]}, 128 px, v1)"
    assert SceneNet.__doc__ is not None
    assert "drawings only" in SceneNet.__doc__


def test_the_name_scene_net_gives_it_with_the_packages_weights_or_with_a_file(
    network: SceneNet, tmp_path: Path
) -> None:
    assert photo_encoder("scene_net").identity == network.identity
    own = tmp_path / "own.npz"
    save_scene_weights(scene_network(), own)
    assert photo_encoder(f"scene_net:{own}").identity != network.identity


def test_a_file_that_is_missing_or_broken_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is not there"):
        SceneNet(tmp_path / "none.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(SettingError, match="cannot be read"):
        SceneNet(tmp_path / "broken.npz").load()


@pytest.mark.slow
def test_training_runs_to_its_end_and_the_same_seed_gives_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, ...]] = []
    train = scene_training.train

    def train_noting(*arguments: Any) -> Any:
        calls.append(arguments)
        return train(*arguments)

    monkeypatch.setattr(scene_training, "train", train_noting)
    settings = ["--scenes", "10", "--epochs", "1", "--held-out", "20", "--compare", "0", "--seed", "1000"]
    app = typer.Typer()
    app.command()(train_scene_net.main)
    output = tmp_path / "a.npz"
    output_text = CliRunner().invoke(app, ["--output", str(output), *settings], catch_exceptions=False).stdout
    # What was expected is said before what was found.
    steps = ["10 scenes of seed 1000", "Prediction", "epoch 1:", "Prediction", "Found: R@1"]
    places = [output_text.index(steps[0])]
    for step in steps[1:]:
        places.append(output_text.index(step, places[-1] + 1))
    assert all(a < b for a, b in pairwise(places))
    # That the same seed draws the same scenes is tested in `test_scene_training`.
    (arguments,) = calls
    assert arguments[-1] == 1000
    save_scene_weights(train(*arguments), tmp_path / "b.npz")
    assert output.read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert SceneNet(output).load().width == 512
