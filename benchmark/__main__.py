"""``python -m benchmark`` is the command ``benchmark``."""

from benchmark.cli.start import start

if __name__ == "__main__":
    start()
