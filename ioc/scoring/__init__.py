"""Points of an index, in exact decimals."""
