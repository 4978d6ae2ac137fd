"""What a search needs of matchers that read captions word by word."""
