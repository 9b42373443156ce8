"""What ``threebath upload`` shows, and which files it takes."""
