"""The two ways to decode, scale and encode, behind one interface."""
