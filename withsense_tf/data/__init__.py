"""Files -> frozen tables, what is wrong with them, photos as arrays, splits, and the demo set."""
