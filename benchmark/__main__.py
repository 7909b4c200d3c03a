"""``python -m benchmark`` is the command ``benchmark``."""

from benchmark.cli.main import main

main()
