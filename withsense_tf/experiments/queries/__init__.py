"""Queries that people typed for photos without knowing how the search works, to measure it by.

`queries_ru.csv.bz2` has image (a photo of Flickr8k's test split), russian, english: what its writer would type to find
it, and the same in English. Written from the photos alone.
"""
