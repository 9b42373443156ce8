"""What each network takes, in the core's words: limits and ladders of every kind.

Servers and clients check by the same tables; a dialect adds what the wire says.
"""
