"""Where faces are in a photo, so that people can be looked at more closely; nobody is recognised."""
