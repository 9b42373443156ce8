"""`python -m threebath` is the command."""

from threebath.cli.main import main

main()
