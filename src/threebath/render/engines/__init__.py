"""Decoders, and the planes of luma and colour that they all give."""
