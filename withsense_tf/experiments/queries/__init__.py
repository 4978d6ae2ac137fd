"""Queries that people wrote for photos without knowing how the search works, to measure it by.

- `queries_ru.csv.bz2`: image (a photo of Flickr8k's test split), russian, english: what its writer would type to find
  it, and the same in English. Written from the photos alone.
- `foreign_queries.csv.bz2`: language, kind (foreign, or a near miss: plausible but for one thing), text: what no photo
  of such a collection shows. Written after a look at sixty of its photos.
- `everyday_queries.csv`: language, text: what photographers would try on it.
"""
