import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LARGEST_PICTURE = 400_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_on_the_map():
    linked = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"]({page})" not in linked} == set()


def test_pictures_are_small_and_shown():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for picture in (ROOT / "docs/images").iterdir():
        assert picture.stat().st_size < LARGEST_PICTURE
        assert f"](docs/images/{picture.name})" in readme


def test_the_readme_names_parameters_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    read = [path.read_text(encoding="utf-8") for path in (ROOT / "conf/base").rglob("*.yml")]
    named = {name for part in re.findall(r"--params=(\S+)", text) for name in _names(part)}
    assert named
    for name in named:
        assert any(re.search(rf"\b{name}\b", one) for one in read), name


def _names(part):
    assigned = (item.partition("=")[0] for item in part.strip("`").split(",") if "=" in item)
    return {name for path in assigned for name in path.split(".") if re.fullmatch(r"\w+", name)}
