"""The command line: `threebath`; `threebath.cli.main` is where it starts."""
