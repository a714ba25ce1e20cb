"""Brings the data in and publishes a snapshot."""
