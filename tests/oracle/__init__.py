"""A slow, plain computation of every figure, straight from raw files and the written rules.

It shares no code with the product: it reads JSON, CSV and HTML with the standard library and counts with loops, so
that a mistake in the product's SQL and one here would have to be the same mistake to go unnoticed. Each module reads
one kind of file and says how many of how many, for every unit and period.
"""
