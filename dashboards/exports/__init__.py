"""What is shown, as files."""
