"""What the figures say beyond themselves: why they moved, and where they are heading."""
