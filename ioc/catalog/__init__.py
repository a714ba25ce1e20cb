"""The catalogue: what can be counted, what it means, and how it is scored."""
