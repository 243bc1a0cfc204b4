"""`python -m transire` is the `transire` command."""

from transire.cli import main

main()
