"""How the small network for drawn scenes was trained, and how hard the demo set is."""
