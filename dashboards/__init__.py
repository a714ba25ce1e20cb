"""Shows the snapshot."""
