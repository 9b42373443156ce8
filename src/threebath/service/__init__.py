"""The use cases; core and ports only."""
