"""The forecast of the next session, and everything that must stop it."""

import shutil

import pandas as pd
import pytest
from tests.end_to_end.test_whole_graph import INSTANCES, SYMBOLS

from vn30_training.market.hose import load_rules

LEVELS = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
AFTER_CLOSE = "2025-08-29T16:00"


def forecast(root, folder, now=AFTER_CLOSE, *more):
    return root.run(
        "--pipeline=forecast", f"--params={','.join([f'source={folder},now={now}', *more])}"
    )


@pytest.fixture(scope="module")
def root(baseline, price_folder, tmp_path_factory):
    """The finished run, now fed from files that hold the prices it was trained on."""
    root = baseline.root.copy(tmp_path_factory.mktemp("next") / "data")
    given = f"--params=source={price_folder},now={AFTER_CLOSE}"
    for selection in ("--pipeline=data", "--nodes=describe_run"):
        finished = root.run(selection, given)
        assert finished.code == 0, finished.text
    return root


def refused(finished, *words):
    """Check that a run told once why it made no forecast, and told of no forecast."""
    assert finished.code == 1, finished.text
    for word in words:
        assert finished.error.count(word) == 1, finished.text
    assert "Traceback" not in finished.text
    assert "Known up to" not in finished.text


def test_every_symbol_family_and_scope_has_a_row_of_reachable_prices(root, price_folder):
    finished = forecast(root, price_folder)
    assert finished.code == 0, finished.text
    assert "Known up to 2025-08-29, tradable on 2025-09-03, judged on 2025-09-05" in finished.flat
    table = pd.read_csv(
        root.path / "07_model_output/next_session.csv",
        parse_dates=["date", "trade_date", "label_end"],
    )
    rows = sum(len(SYMBOLS) if folder.startswith("pooled") else 1 for folder in INSTANCES.values())
    assert len(table) == rows
    assert not table.duplicated(["family", "scope", "symbol"]).any()
    assert (table["date"] == "2025-08-29").all()
    assert (table["trade_date"] == "2025-09-03").all()
    assert (table["label_end"] == "2025-09-05").all()
    assert (table[list(LEVELS)].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert table["p_up"].between(0, 1).all()
    assert_ranked(table)
    assert_reachable(table)


def assert_ranked(table):
    for _, rows in table.groupby(["family", "scope"]):
        best = rows["score"].rank(ascending=False, method="min")
        assert (rows["rank"] == best).all()


def assert_reachable(table):
    rules = load_rules()
    for row in table.itertuples():
        day = row.trade_date.date()
        assert row.ceiling == rules.ceiling(round(row.last_close), day)
        assert row.floor == rules.floor(round(row.last_close), day)
        # The label ends with the third session ahead.
        widest = 1.0 + float(rules.price_limit(day))
        for value in (row.price, *(getattr(row, f"price_{level}") for level in LEVELS)):
            assert row.last_close * (2 - widest) ** 3 * 0.99 <= value
            assert value <= row.last_close * widest**3 * 1.01


def test_stale_prices_are_refused(root, price_folder):
    finished = forecast(root, price_folder, "2025-09-15T16:00")
    refused(finished, "D013", "9 sessions before the last one that has closed")


@pytest.mark.slow
def test_an_unfinished_bar_is_refused(root, price_folder):
    finished = forecast(root, price_folder, "2025-08-29T10:00")
    refused(finished, "D010", "The newest bar of ACB, FPT, VNM is not finished")


@pytest.mark.slow
def test_a_changed_past_is_refused_also_the_second_time(root, price_folder, tmp_path):
    folder = tmp_path / "other_download"
    shutil.copytree(price_folder, folder)
    bars = pd.read_csv(folder / "ACB.csv")
    bars.loc[500, ["open", "high", "low", "close"]] *= 1.05
    bars.to_csv(folder / "ACB.csv", index=False)
    for now in (AFTER_CLOSE, "2025-08-30T09:00"):
        refused(forecast(root, folder, now), "D014 error ACB 2023-01-04", "accept_vintage")


@pytest.mark.slow
def test_a_model_too_old_is_refused(root, price_folder, tmp_path):
    folder = tmp_path / "later"
    shutil.copytree(price_folder, folder)
    for path in folder.glob("*.csv"):
        bars = pd.read_csv(path)
        newer = bars.iloc[[-1]].assign(date="2025-09-03")
        pd.concat([bars, newer]).to_csv(path, index=False)
    finished = forecast(root, folder, "2025-09-03T16:00", "forecast.max_model_age=0")
    refused(
        finished,
        "trained on data up to 2025-08-29, 1 sessions ago (0 allowed)",
        "Train again: kedro run --pipeline=baseline",
    )
    assert "tft.VNM, tft.VNM_finetuned, zero.VN30: StaleModelError" in finished.error
