import importlib.util
from pathlib import Path

import pytest

from vn30_training.market.checks.codes import CODES, REPAIRS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["codes.md", "families.md", "features.md", "leaderboard.md"])
def test_the_page_is_current(generate, page):
    written = (DOCS / page).read_text(encoding="utf-8")
    assert written == generate.pages()[page], "run: python docs/generate.py"


def test_no_generated_page_is_left_out(generate):
    generated = {
        path.name for path in DOCS.glob("*.md") if "do not edit" in path.read_text("utf-8")
    }
    assert generated == set(generate.pages())


def test_every_code_and_every_repair_has_one_row(generate):
    lines = [line for line in generate.codes_page().splitlines() if line.startswith("|")]
    cells = [line.split("|")[1].strip() for line in lines]
    for name in (*CODES, *REPAIRS):
        assert cells.count(name) == 1


def test_meanings_of_inherited_and_shared_attributes_are_found(generate):
    class Base:
        """Base.

        Attributes
        ----------
        first, second
            They share
            a ``meaning``.
        """

    class Derived(Base):
        """Derived.

        Attributes
        ----------
        third
            Its own.
        """

    shared = "They share a `meaning`."
    assert generate.meanings(Derived) == {"first": shared, "second": shared, "third": "Its own."}


def test_every_option_of_a_network_is_explained(generate):
    from vn30_training.models.tft import TFTOptions

    assert set(TFTOptions.model_fields) <= set(generate.meanings(TFTOptions))
