"""Where weights come from: files, presets, packages and downloads."""
