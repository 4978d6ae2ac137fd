"""What people said of a photo and a text -> how well they fit, from 0 to 1."""
