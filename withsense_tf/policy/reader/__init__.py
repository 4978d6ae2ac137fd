"""A learned second reader of texts: it sends to a person what the rules found nothing in."""
