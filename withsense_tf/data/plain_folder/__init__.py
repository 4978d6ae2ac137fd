"""Any folder of photos, with captions wherever people keep them -> checked tables."""
