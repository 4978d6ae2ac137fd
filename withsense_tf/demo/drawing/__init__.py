"""Scenes -> drawn photos."""
