"""The library for other programs that only read: OPDS catalogues, a calendar of loans, a feed of new books. Pure: rows in, text
out."""
