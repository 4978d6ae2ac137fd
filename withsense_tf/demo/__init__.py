"""A set of drawn photos with captions and simulated votes, for trying everything offline."""

from withsense_tf.demo.caption_words import captions
from withsense_tf.demo.drawing.draw import draw
from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import Scene
from withsense_tf.demo.writer import write_demo

__all__ = ["Scene", "captions", "draw", "sample_scene", "write_demo"]
