import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.regimes import (
    REGIME_COLUMNS,
    months,
    regime_of,
    regime_table,
    regimes,
)
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.scores import point_scores, ranking_scores


@pytest.fixture(scope="module")
def rows(board_inputs) -> pd.DataFrame:
    """250 days from 2023-01-02, moved so that they reach into four regimes."""
    rows = with_references(seed_mean(known_rows(board_inputs[0])))
    dates = ["date", "trade_date", "label_end"]
    return rows.assign(**{name: rows[name] + pd.Timedelta(days=728) for name in dates})


@pytest.fixture(scope="module")
def panel(rows) -> pd.DataFrame:
    sessions = pd.bdate_range("2024-12-02", "2026-03-31", unit="us")
    symbols = rows["symbol"].unique().astype(str)
    rng = np.random.default_rng(5)
    moves = rng.normal(0.0005, 0.01, (len(symbols), len(sessions)))
    return pd.DataFrame(
        {
            "symbol": np.repeat(symbols, len(sessions)),
            "date": np.tile(sessions, len(symbols)),
            "close": 1e4 * np.exp(np.cumsum(moves, axis=1)).ravel(),
            "member": rng.random(moves.size) < 0.9,
        }
    )


@pytest.mark.parametrize(
    ("date", "regime"),
    [
        ("2012-02-06", "earlier"),
        ("2016-01-21", "earlier"),
        ("2016-01-22", "rise of 2016-17"),
        ("2018-04-09", "peak of 2018"),
        ("2018-04-10", "fall of 2018"),
        ("2020-03-31", "crash of 2020"),
        ("2020-04-01", "boom of 2020-21"),
        ("2022-11-15", "fall of 2022"),
        ("2025-04-08", "tariff shock of 2025"),
        ("2031-01-01", "later"),
    ],
)
def test_regime_of_a_date(date, regime):
    assert regime_of([date]).tolist() == [regime]
    assert regime_of(pd.Series([pd.Timestamp(date)])).tolist() == [regime]


def test_regimes_follow_one_another():
    firsts = list(regimes().values())
    assert firsts == sorted(set(firsts))
    days = pd.date_range("2015-01-01", "2026-01-01")
    changes = np.flatnonzero(regime_of(days)[1:] != regime_of(days)[:-1]) + 1
    np.testing.assert_array_equal(days[changes].to_numpy().astype("datetime64[us]"), firsts[1:])


def test_each_regime_has_its_months():
    told = months()
    assert list(told) == list(regimes())
    assert len(set(told.values())) == len(told)
    assert told["earlier"] == "until 2016-01"
    assert told["crash of 2020"] == "2020-01 to 2020-03"
    assert told["fall of 2022"] == "2022-01 to 2022-11"
    assert told["later"] == "since 2025-08"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("regime", "index", "low", "high"),
    [
        ("peak of 2018", "VN30", 0.20, 0.22),
        ("fall of 2018", "VN30", -0.30, -0.28),
        ("crash of 2020", "VN30", -0.34, -0.32),
        ("boom of 2020-21", "VNINDEX", 1.2, 1.4),
        ("fall of 2022", "VNINDEX", -0.41, -0.39),
        ("recovery of 2023", "VNINDEX", 0.3, 0.4),
        ("sideways 2023-25", "VNINDEX", 0.05, 0.07),
        ("rally of 2025", "VN30", 0.25, 0.32),
    ],
)
def test_spans_begin_and_end_where_the_index_turned(real_data, regime, index, low, high):
    table = pd.read_csv(real_data / "index" / f"{index}.csv", parse_dates=["date"])
    close, names = table["close"].to_numpy(), regime_of(table["date"])
    inside = np.flatnonzero(names == regime)
    before, last = inside[0] - 1, inside[-1]
    assert low < close[last] / close[before] - 1 < high
    if regime != "sideways 2023-25" and regime != "rally of 2025":
        span = close[before : last + 1]
        extreme = span.max() if low > 0 else span.min()
        assert close[last] == extreme


def test_each_regime_is_scored_as_if_it_were_alone(rows, panel):
    table = regime_table(rows, panel, holding=2)
    assert list(table.columns) == REGIME_COLUMNS
    names = regime_of(rows["date"])
    assert table["regime"].tolist() == list(dict.fromkeys(names)) * rows["family"].nunique()
    for row in table.itertuples():
        part = rows[(names == row.regime) & (rows["family"] == row.family)]
        beside = rows[(names == row.regime)]
        alone = ranking_scores(beside, 2).loc[(row.family, row.scope)]
        points = point_scores(part)
        expected = [
            *alone[["rank_ic", "rank_ic_low", "rank_ic_high", "rank_ic_t"]],
            *alone[["increment_over_reversal", "increment_low", "increment_high"]],
            *(points[name] for name in ("mae_skill", "pinball_skill", "coverage_80")),
            part["date"].nunique(),
        ]
        np.testing.assert_array_equal(row[6:-1], expected)
        assert (row.first, row.last) == (
            f"{part['date'].min():%Y-%m-%d}",
            f"{part['date'].max():%Y-%m-%d}",
        )


def test_regimes_of_a_few_days_are_left_out(rows, panel):
    edge = rows[rows["date"].between("2025-03-03", "2025-04-09")]
    table = regime_table(edge, panel, holding=2)
    assert table["regime"].unique().tolist() == ["sideways 2023-25"]
    shock = rows[rows["date"].between("2025-04-03", "2025-04-09")]
    assert regime_table(shock, panel, holding=2).empty


def test_few_days_of_a_family_have_a_mean_but_no_interval(rows, panel):
    shock = rows[rows["date"].between("2025-04-03", "2025-05-12")]
    late = (shock["family"] == "clever") & (shock["date"] < "2025-05-06")
    table = regime_table(shock[~late], panel, holding=2).set_index("family")
    assert table["regime"].unique().tolist() == ["tariff shock of 2025"]
    clever = table.loc["clever"]
    assert clever["n_days"] == 5
    assert clever["rank_ic"] > 0
    assert clever[["rank_ic_low", "rank_ic_high", "rank_ic_t", "increment_low"]].isna().all()


def test_reversal_has_no_increment_over_itself(rows, panel):
    table = regime_table(rows, panel, holding=2)
    assert table.loc[table["family"] == "reversal_1", "increment"].eq(0).all()


def slow_market(panel: pd.DataFrame, first: str, last: str) -> float:
    """Wealth of a share in each member, day by day."""
    known = panel.dropna(subset="close").set_index(["symbol", "date"])["close"].unstack(0)  # noqa: PD010
    member = panel.pivot_table(index="date", columns="symbol", values="member").astype(bool)
    closes = known.reindex(member.index)
    wealth = 1.0
    for date in closes.loc[first:last].index:
        moves = []
        for name in closes:
            before = closes.loc[closes.index < date, name].dropna()
            if member.loc[date, name] and len(before) and closes.loc[date, name] > 0:
                moves.append(closes.loc[date, name] / before.iloc[-1] - 1)
        wealth *= 1 + np.mean(moves)
    return wealth - 1


def test_market_is_what_the_members_earned(rows, panel):
    gappy = panel.copy()
    gappy.loc[np.random.default_rng(0).random(len(gappy)) < 0.1, "close"] = np.nan
    table = regime_table(rows, gappy, holding=2)
    assert table["market"].eq(table.groupby("regime")["market"].transform("first")).all()
    for row in table.drop_duplicates("regime").itertuples():
        assert row.market == pytest.approx(slow_market(gappy, row.first, row.last), rel=1e-9)


def test_family_tested_later_is_compared_with_its_own_span(rows, panel):
    late = rows[(rows["family"] != "lost") | (rows["date"] >= "2025-02-03")]
    table = regime_table(late, panel, holding=2).drop_duplicates("family").set_index("family")
    assert table.loc["lost", "first"] == "2025-02-03"
    assert table.loc["lost", "market"] != table.loc["clever", "market"]


def test_no_rows_give_an_empty_table(rows, panel):
    assert list(regime_table(rows.iloc[:0], panel, holding=2).columns) == REGIME_COLUMNS


def test_single_symbol_has_errors_but_no_ranking(rows, panel):
    table = regime_table(rows[rows["symbol"] == "S00"], panel, holding=2)
    assert table["rank_ic"].isna().all()
    assert table.loc[table["family"] == "clever", "coverage_80"].notna().all()
