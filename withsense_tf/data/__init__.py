"""Files -> frozen tables, what is wrong with them, photos as arrays, and splits."""
