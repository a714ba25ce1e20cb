"""Figure and words to a card: the building blocks of pages."""
