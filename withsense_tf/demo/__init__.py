"""A set of drawn photos with captions and simulated votes, for trying everything offline."""

from withsense_tf.demo.caption_words import captions
from withsense_tf.demo.drawing.draw import draw
from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import Scene, Subject
from withsense_tf.demo.scene_agreement import agreement
from withsense_tf.demo.simulated_judges import Votes, simulate_votes
from withsense_tf.demo.writer import MARKER_VERSION, write_demo

__all__ = [
    "MARKER_VERSION",
    "Scene",
    "Subject",
    "Votes",
    "agreement",
    "captions",
    "draw",
    "sample_scene",
    "simulate_votes",
    "write_demo",
]
