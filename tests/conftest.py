"""Fixtures that every kind of test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from postgres_server import postgres_url  # noqa: F401 - a fixture for every test

# A shared or slow machine is no defect: only what a test asserts may fail it.
settings.register_profile("transire", deadline=None)
settings.load_profile("transire")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public law, tariff and vector files that lie beside the checkout; they are not part of the project."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED: the data folder {folder.name} is not beside this checkout")
    return folder
