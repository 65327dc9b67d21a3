import pytest

from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.names import symbol_of


@pytest.mark.parametrize(
    ("names", "symbol"),
    [
        (["FPT"], "FPT"),
        (["fpt"], "FPT"),
        (["FPT_history"], "FPT"),
        (["excel_vnm"], "VNM"),
        (["VCB Historical Data"], "VCB"),
        (["Dữ liệu Lịch sử HPG"], "HPG"),
        (["FPT.VN"], "FPT"),
        (["VN30_source_c"], "VN30"),
        (["PriceHistory", "MWG"], "MWG"),
        (["Sheet1", "FPT"], "FPT"),
        (["FPT_2015_2020"], "FPT"),
        (["NT2"], "NT2"),
        (["M&M"], "MANDM"),
    ],
)
def test_symbols_in_names(names, symbol):
    assert symbol_of(names) == symbol


def test_a_symbol_asked_for_comes_first():
    assert symbol_of(["ABC_XYZ"], {"XYZ"}) == "XYZ"


@pytest.mark.parametrize("name", ["prices", "2025", "VCB;rm", "..", "a" * 300, "🙂🙂🙂", "ＦＰＴ"])
def test_names_without_a_symbol(name):
    with pytest.raises(FormatError) as caught:
        symbol_of([name])
    assert caught.value.code == "D019"
