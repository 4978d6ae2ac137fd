"""The tables of an index: a module a table has its schema and all that is asked of it in SQL."""
