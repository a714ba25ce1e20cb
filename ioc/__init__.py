"""What the numbers mean; imports nothing of ours."""
