"""What a photo file says in words: EXIF, IPTC and XMP, and the comments of each format."""
