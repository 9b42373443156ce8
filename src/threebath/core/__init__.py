"""Values and rules of an upload: the standard library only, no I/O."""
