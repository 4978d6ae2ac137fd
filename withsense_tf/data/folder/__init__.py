"""A With Sense folder on disk -> checked tables of photos, captions and judgements."""
