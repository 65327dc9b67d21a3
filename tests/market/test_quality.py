import json
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from price_files import TODAY, canonical, make_bars

from vn30_training.market.checks import CODES, REPAIRS, issue
from vn30_training.market.checks.codes import TABLE
from vn30_training.market.quality import QualityOptions, validate
from vn30_training.market.quality_report import QualityReport
from vn30_training.market.reading import ReadResult
from vn30_training.market.schema import REQUIRED

SYMBOLS = ("FPT", "HPG", "MBB", "VCB", "VNM")
PRICES = pd.concat(
    [canonical(make_bars(seed), symbol) for seed, symbol in enumerate(SYMBOLS)], ignore_index=True
)


def checked(prices=PRICES, options=None, today=TODAY, **facts):
    return validate(ReadResult(prices, source="here", **facts), options, today)


def score_of(report, symbol="VCB"):
    return next(entry for entry in report.symbols if entry.symbol == symbol)


def test_good_prices_pass_unchanged_with_full_marks():
    result = checked()
    pd.testing.assert_frame_equal(result.prices, PRICES)
    assert result.flags.empty
    assert result.report.issues == []
    assert result.report.repairs == []
    assert result.report.excluded == {}
    assert result.report.score == 1
    assert all(entry.usable and entry.rows == 300 for entry in result.report.symbols)


def test_the_report_survives_json():
    spoilt = PRICES.assign(close=PRICES["close"].where(PRICES.index != 400, 0))
    report = checked(spoilt).report
    assert report.issues
    assert QualityReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_an_error_cannot_be_averaged_away():
    spoilt = PRICES.assign(high=PRICES["high"].where(PRICES.index != 1000, np.inf))
    result = checked(spoilt)
    entry = score_of(result.report)
    assert entry.score == 0
    assert entry.excluded is not None
    assert entry.excluded.startswith("D021")
    assert result.report.score == 0.8
    assert "VCB" not in set(result.prices["symbol"])
    assert result.report.usable


def test_too_many_bad_symbols_fail_the_whole():
    infinite = PRICES["symbol"].isin(["FPT", "VCB"]) & (PRICES.index % 300 == 7)
    report = checked(PRICES.assign(high=PRICES["high"].where(~infinite, np.inf))).report
    assert report.usable
    assert not report.passed
    assert report.issues[-1].code == "D030"
    assert report.issues[-1].symbol is None
    assert checked().report.passed


def test_each_part_falls_with_its_own_defect():
    spoilt = PRICES.copy()
    own = spoilt.index[spoilt["symbol"] == "VCB"]
    spoilt.loc[own[50], "low"] = spoilt.loc[own[50], "high"] * 1.05
    spoilt.loc[own[100] : own[-1], ["open", "high", "low", "close"]] *= 1.3
    spoilt.loc[own[200:210], "volume"] = 0
    spoilt = spoilt.drop(own[20:26])
    entry = score_of(checked(spoilt, QualityOptions(min_rows=400)).report)
    rows = 294
    assert entry.parts["consistency"] == pytest.approx(1 - 10 / rows, abs=1e-4)
    assert entry.parts["plausibility"] == pytest.approx(1 - 3 / rows, abs=1e-4)
    assert entry.parts["activity"] == pytest.approx(1 - 10 / rows, abs=1e-4)
    assert entry.parts["completeness"] == pytest.approx(1 - 6 / 300, abs=1e-4)
    assert entry.parts["length"] == pytest.approx(rows / 400, abs=1e-4)
    assert entry.excluded is not None
    assert "mostly for its length" in entry.excluded


def test_freshness_is_told_but_not_counted():
    report = checked(today=date(2025, 12, 1)).report
    assert score_of(report).parts["freshness"] == 0
    assert score_of(report).score == 1
    assert {(one.code, one.level) for one in report.issues} == {("D013", "warning")}


def test_stale_prices_are_refused_where_asked():
    report = checked(options=QualityOptions(stale_is_error=True), today=date(2025, 12, 1)).report
    assert not report.usable


@pytest.mark.parametrize(
    ("moment", "rows"),
    [(datetime(2025, 8, 25, 14, 0), 1495), (datetime(2025, 8, 25, 15, 15), 1500)],
)
def test_the_bar_of_a_session_still_on_is_dropped(moment, rows):
    assert len(checked(today=moment).prices) == rows


def test_simulated_bars_are_never_unfinished():
    result = checked(today=datetime(2025, 8, 25), simulated=True)
    assert len(result.prices) == 1500
    assert result.report.simulated


def test_a_day_without_any_bar_is_told_once():
    gone = PRICES["date"] != pd.Timestamp("2025-07-15")
    (found,) = checked(PRICES[gone].reset_index(drop=True)).report.issues
    assert (found.code, found.symbol) == ("D011", None)
    assert "2025-07-15" in found.message


def test_later_findings_exclude_their_symbols():
    report = checked().report.with_issues([issue("D014", "Changed.", symbol="VCB")])
    assert report.excluded == {"VCB": "D014: Changed."}
    assert report.score == 0.8
    assert report.with_issues([issue("D032", "Scaled.", symbol="FPT")]).excluded.keys() == {"VCB"}


def test_messages_name_the_first_rows_and_the_number_of_all():
    own = PRICES.index[PRICES["symbol"] == "VCB"]
    spoilt = PRICES.assign(volume=PRICES["volume"].where(~PRICES.index.isin(own[10:30]), 0))
    (found,) = checked(spoilt).report.issues
    assert found.message.startswith("20 days: ")
    assert found.message.count("no volume") == 5
    assert found.message.endswith(", ...")
    assert found.date == f"{PRICES.loc[own[10], 'date']:%Y-%m-%d}"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.integers(0, len(PRICES) - 1), min_size=1, max_size=40),
    column=st.sampled_from(["open", "high", "low", "close", "volume"]),
    value=st.sampled_from([0.0, -1.0, 1.0, 1e9, np.nan, np.inf]),
    seed=st.integers(0, 1000),
)
def test_whatever_comes_in_only_sound_prices_go_on(rows, column, value, seed):
    spoilt = PRICES.copy()
    spoilt.loc[rows, column] = value
    spoilt = spoilt.sample(frac=1, random_state=seed)
    result = checked(spoilt)
    prices, report = result.prices, result.report
    assert (prices["close"] > 0).all()
    assert not np.isinf(prices[["open", "high", "low", "close", "volume"]]).any(axis=None)
    assert not (prices[["open", "high", "low", "volume"]] < 0).any(axis=None)
    assert not prices.duplicated(["symbol", "date"]).any()
    assert list(prices.columns) == list(REQUIRED)
    pd.testing.assert_frame_equal(prices, prices.sort_values(["symbol", "date"], ignore_index=True))
    assert all(0 <= entry.score <= 1 for entry in report.symbols)
    assert {entry.symbol for entry in report.symbols if entry.usable} == set(prices["symbol"])
    blanked = sum(entry["rows"] for entry in report.repairs)
    assert blanked or len(prices) + sum(
        len(PRICES) // 5 for entry in report.symbols if not entry.usable
    ) == len(PRICES)


def test_validation_leaves_its_input_alone():
    before = PRICES.copy(deep=True)
    checked(PRICES)
    pd.testing.assert_frame_equal(PRICES, before)


def test_codes_are_complete_and_consecutive():
    assert list(CODES) == [f"D{number:03d}" for number in range(1, len(CODES) + 1)]
    for entry in TABLE.values():
        assert entry.meaning.endswith(".")
        assert entry.fix.endswith(".")
    assert all(meaning.endswith(".") for meaning in REPAIRS.values())
