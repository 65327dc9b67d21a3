"""A backtest in plain sentences: what is left after costs and luck, against doing nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vn30_training.reporting.backtest_verdicts import (
    CONFIDENT,
    NOT_JUDGED,
    called,
    rebalance_place,
    verdict,
)
from vn30_training.reporting.formatting import (
    count,
    known,
    number,
    percent,
    plural,
)
from vn30_training.reporting.statements import listed
from vn30_training.reporting.verdicts import Sentence
from vn30_training.trading.backtest_tables import (
    BENCHMARK,
    BUY_AND_HOLD,
    PRICE_INDEX,
    BacktestTables,
)
from vn30_training.trading.reasons import OF_THE_MARKET

LEVEL = 0.05
DIVIDENDS = 0.02
"""What the stocks of VN30 paid a year, of their prices, in 2019 and 2020."""
CRUMB = 0.005
"""Share of NAV below which nothing is said of stocks without a price."""
ALIKE = 0.15
"""How far the turnover of random signals may be from a strategy's own and be called the same."""


def takeaways(tables: BacktestTables, caveats: Sequence[str] = ()) -> list[Sentence]:
    """Return what a reader should take away, most important first, the ``caveats`` before all."""
    table = tables.strategies
    read_first = Sentence("Read first", " ".join(caveats)) if caveats else None
    if table.empty:
        found = [read_first, Sentence("Buy and hold", "No strategy was traded.")]
    else:
        found = [
            read_first,
            _against_holding(table, tables.benchmarks),
            _index(tables),
            _search(table),
            _chance(tables),
            _costs(table, tables.benchmarks),
            _fees(tables),
            _falls(table, tables.benchmarks),
            _positions(table),
            _orders(tables),
            _optimisers(tables),
        ]
    return [sentence for sentence in found if sentence]


def _against_holding(table: pd.DataFrame, benchmarks: pd.DataFrame) -> Sentence:
    words = [verdict(record) for record in table.to_dict("records")]
    judged = len(words) - words.count(NOT_JUDGED)
    if not judged:
        return Sentence("Buy and hold", "No strategy could be held against buy and hold.")
    better = [name for name, word in zip(_names(table), words, strict=True) if word == "better"]
    told = (
        f"{listed(better)} {'is' if len(better) == 1 else 'are'} better than buy and hold after "
        f"costs, {len(better)} of {judged}"
        if better
        else f"None of {_strategies(judged)} is shown to be better than buy and hold after costs"
    )
    told += f"; {words.count('worse')} of them {_are(words.count('worse'))} worse by interval."
    alone = int((table["excess_low"] > 0).sum())
    told += (
        f" By the interval of the excess alone {alone} of {judged} {_are(alone)} ahead, and luck "
        f"alone lifts one in forty, here about {number(judged / 40, 0 if judged >= 40 else 1)}."
    )
    held = benchmarks[benchmarks["strategy"] == BUY_AND_HOLD]
    if len(held) and known(held["cagr"].iloc[0]):
        told += f" Buy and hold itself made {percent(held['cagr'].iloc[0])} % a year."
    return Sentence("Buy and hold", told)


def _index(tables: BacktestTables) -> Sentence | None:
    """Tell who leads the index, with and without what its dividends may have been."""
    own = tables.benchmarks[tables.benchmarks["strategy"] == PRICE_INDEX]
    beside = tables.excess[
        (tables.excess["benchmark"] == PRICE_INDEX)
        & (tables.excess["kind"] == "excess_return_with_cost")
    ].dropna(subset=["low"])
    if own.empty or beside.empty:
        return None
    ahead, surely = (int((beside["low"] > least).sum()) for least in (0, DIVIDENDS))
    return Sentence(
        "Price index",
        f"The index made {percent(own['cagr'].iloc[0])} % a year without dividends, which the "
        "returns of stocks here have: about 2 % a year in the VN30 of 2019 and 2020, 3 to 5 % "
        f"before. {ahead} of {_strategies(len(beside))} {_are(ahead)} ahead of it by the interval "
        f"of the excess, {surely} by more than {percent(DIVIDENDS, 0)} % a year.",
    )


def _search(table: pd.DataFrame) -> Sentence:
    """Tell how sure the best excess is beside the number of trials it is the best of."""
    ranked = table.dropna(subset=["excess_dsr", "information_ratio"])
    if ranked.empty:
        return Sentence("The best of many", "No excess over buy and hold could be judged.")
    best = ranked.sort_values("information_ratio").to_dict("records")[-1]
    told = (
        f"The highest information ratio against buy and hold of {_strategies(len(ranked))}, "
        f"{number(best['information_ratio'], 2)} ({called(best)}), is flattered by being picked. "
        f"Allowing for {plural(best['trials'], 'trial')} on these data, the probability that its "
        f"excess is above zero is {number(best['excess_dsr'], 2)}"
    )
    doubt = "" if best["excess_dsr"] >= CONFIDENT else ", which cannot be told from luck"
    return Sentence("The best of many", f"{told}{doubt}.")


def _chance(tables: BacktestTables) -> Sentence | None:
    columns = ["random_p", "drawn", "turnover", "random_turnover"]
    table = tables.chance.reindex(columns=columns).dropna(subset=["random_p"])
    if table.empty:
        return None
    low = int((table["random_p"] < LEVEL).sum())
    drawn = count(table["drawn"].max())
    told = (
        f"{low} of {_strategies(len(table))} {_have(low)} a Sharpe ratio that fewer than one in "
        f"twenty random signals of the same turnover reach ({drawn} for each); luck alone gives "
        f"about {number(len(table) * LEVEL, 0 if len(table) >= 20 else 1)}, and no p-value is "
        "corrected for how many were looked at."
    )
    ratio = (table["random_turnover"] / table["turnover"]).dropna()
    if len(ratio):
        apart = int(((ratio - 1).abs() > ALIKE).sum())
        told += (
            f" Their turnover is {number(ratio.median(), 2)} times its own in the median strategy, "
            f"and more than {percent(ALIKE, 0)} % off in {apart}."
        )
    return Sentence("Random signals", told)


def _costs(table: pd.DataFrame, benchmarks: pd.DataFrame) -> Sentence | None:
    paid = table.dropna(subset=["costs_a_year"])
    if paid.empty:
        return None
    medians = paid.groupby("rebalance")["costs_a_year"].median()
    names = sorted(medians.index.astype(str), key=rebalance_place)
    parts = [f"{percent(medians[name])} % {name}" for name in names]
    told = f"In the median strategy, fees, taxes and slippage take of NAV a year: {listed(parts)}."
    held = benchmarks.loc[benchmarks["strategy"] == BUY_AND_HOLD, "cagr"]
    if len(held) and known(held.iloc[0]):
        before, after = (int((paid[name] > held.iloc[0]).sum()) for name in ("gross_cagr", "cagr"))
        told += (
            f" Had the same trades cost nothing, {before} of {_strategies(len(paid))} would have "
            f"grown faster than buy and hold; {after} {_are(after)} left after costs, luck not yet "
            "allowed for."
        )
    return Sentence("Costs", told)


def _fees(tables: BacktestTables) -> Sentence | None:
    table = tables.sensitivity.reindex(columns=["family", "fee", "cagr"]).dropna()
    table = table[table["family"] != BENCHMARK]
    medians = table.groupby("fee")["cagr"].median()
    if medians.empty:
        return None
    parts = [f"{percent(value)} % at {percent(fee, 2)} %" for fee, value in medians.items()]
    return Sentence("Fees", f"Median growth a year by the broker's fee: {listed(parts)}.")


def _falls(table: pd.DataFrame, benchmarks: pd.DataFrame) -> Sentence | None:
    falls = table["max_drawdown"].dropna()
    if falls.empty:
        return None
    told = (
        f"The deepest fall below a peak is {percent(-falls.max(), 0)} to {percent(-falls.min(), 0)}"
        f" % of NAV, {percent(-falls.median(), 0)} % in the median strategy"
    )
    held = benchmarks.loc[benchmarks["strategy"] == BUY_AND_HOLD, "max_drawdown"]
    if len(held) and known(held.iloc[0]):
        told += f"; buy and hold fell by {percent(-held.iloc[0], 0)} %"
    return Sentence("Falls", f"{told}.")


def _positions(table: pd.DataFrame) -> Sentence | None:
    """Tell how far prices carried what was decided within the caps."""
    columns = ["beyond_cap", "largest_position", "largest_sector", "unpriced_at_end"]
    held = table.assign(**{name: table.get(name) for name in columns}).dropna(subset=columns)
    if held.empty:
        return None
    largest = held.sort_values("largest_position").to_dict("records")[-1]
    beyond = held["beyond_cap"]
    return Sentence(
        "Positions",
        "Caps hold at a decision, and prices move on: a stock or a sector was beyond its own on "
        f"{percent(beyond.median(), 0)} % of the sessions in the median strategy, at most on "
        f"{percent(beyond.max(), 0)} %. The largest position of all was "
        f"{percent(largest['largest_position'], 0)} % of NAV ({called(largest)}), the largest "
        f"sector {percent(held['largest_sector'].max(), 0)} %.{_without_price(held)}",
    )


def _without_price(held: pd.DataFrame) -> str:
    """Tell how much stands at old prices at the end, where that is more than a crumb."""
    most = held.sort_values("unpriced_at_end").to_dict("records")[-1]
    if not most["unpriced_at_end"] > CRUMB:
        return ""
    return (
        f" At the end up to {percent(most['unpriced_at_end'], 0)} % of NAV ({called(most)}) was in "
        "stocks without a price, at their last one: what it is really worth is not known."
    )


def _orders(tables: BacktestTables) -> Sentence | None:
    """Tell what the market refused apart from what waited for the account itself."""
    table = tables.unfilled.reindex(columns=["reason", "orders"])
    reasons = table.groupby("reason")["orders"].sum().sort_values(ascending=False, kind="stable")
    if reasons.empty or "filled" not in tables.performance:
        return None
    filled = int(tables.performance["filled"].sum())
    market = reasons.index.isin(OF_THE_MARKET)
    refused, waited = (_reasons(reasons[mask]) for mask in (market, ~market))
    return Sentence(
        "Orders",
        f"Of all strategies and benchmarks {plural(filled, 'order')} dealt, wholly or in part. The "
        f"market refused or cut {refused}; {waited} lacked the account's own cash, a board lot or "
        "settled shares. An order that waits counts in every session in which it is tried.",
    )


def _reasons(counts: pd.Series[int]) -> str:
    """Return how many attempts there were, and how many for each reason."""
    parts = [f"{reason} {count(orders)}" for reason, orders in counts[counts > 0].items()]
    told = plural(int(counts.sum()), "attempt")
    return f"{told} ({', '.join(parts)})" if parts else told


def _optimisers(tables: BacktestTables) -> Sentence | None:
    if tables.notes.empty:
        return None
    return Sentence(
        "Fallbacks",
        f"On {plural(len(tables.notes), 'decision')} a strategy could not do as it should and did "
        "something simpler; the report lists the reasons.",
    )


def _names(table: pd.DataFrame) -> list[str]:
    return [called(record) for record in table.to_dict("records")]


def _strategies(number_of_them: int) -> str:
    return f"{count(number_of_them)} {'strategy' if number_of_them == 1 else 'strategies'}"


def _are(number_of_them: int) -> str:
    return "is" if number_of_them == 1 else "are"


def _have(number_of_them: int) -> str:
    return "has" if number_of_them == 1 else "have"
