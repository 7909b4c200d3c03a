"""A small generator with random weights."""

import pytest

from styleclip.untrained import SMALL, write_untrained


@pytest.fixture(scope="session")
def generator_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("generator") / "untrained.pt"
    write_untrained(file, SMALL)
    return file
