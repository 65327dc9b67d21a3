"""Backtest many plans at once on one exchange, to the dong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.trading.bars import Bars, Ints
from vn30_training.trading.engine.book import EVENTS, FILL, open_book, open_journal
from vn30_training.trading.engine.charges import MILLION
from vn30_training.trading.engine.dropout import Dropout
from vn30_training.trading.engine.kernel import Conduct, run_plan
from vn30_training.trading.engine.venue import CLOSE, OPEN, Venue, make_venue
from vn30_training.trading.plan import Floats, Plan, TopkDropout, Weights
from vn30_training.trading.profiles import Profile
from vn30_training.trading.reasons import KINDS, REASONS, SIDES

_SERIES = 9
_NO_DROPOUT = Dropout(0, 0, 0, False, False, 0.0)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What S plans came to over T sessions, VND.

    ``nav[:, t] - nav[:, t - 1]`` is exactly the change of prices on the shares plus ``dividends``
    less ``fees``, ``taxes`` and ``slippage`` of session t.

    Attributes
    ----------
    dates, symbols
        As in the `Bars`.
    nav
        Cash and shares at the last closes, int64, shape (S, T), as all that follow.
    cash
        All cash, that of sales on its way too.
    receivable
        Of it not yet usable at this close.
    unpriced
        Of the NAV in shares without a price that session, at older ones.
    fees, taxes
        Of the broker; on sales and on dividends.
    slippage
        Ticks and impact: what dealing away from the auction's price cost.
    dividends
        Before tax.
    turnover
        Value of purchases and sales.
    unfilled
        Orders not or not wholly filled, by side (`SIDES`) and reason (`REASONS`), shape (S, 2, R).
    stops
        Counts by `EVENTS`: stop losses, take profits, bars that hit both, and stops blocked or
        filled in part; shape (S, 4).
    shares
        What is held at each close, shape (S, T, N), if asked for.
    fills
        Every order, if asked for: plan, date, symbol, side, kind, shares wanted (in lots) and
        filled, orders (by the largest order), market_price (of the auction or the stop), price
        (dealt), fee, tax, slippage, reason.
    """

    dates: NDArray[np.datetime64]
    symbols: tuple[str, ...]
    nav: Ints
    cash: Ints
    receivable: Ints
    unpriced: Ints
    fees: Ints
    taxes: Ints
    slippage: Ints
    dividends: Ints
    turnover: Ints
    unfilled: Ints
    stops: Ints
    shares: Ints | None
    fills: pd.DataFrame | None

    @property
    def exposure(self) -> Floats:
        """Share of the NAV in stocks at each close, shape (S, T)."""
        exposure: Floats = 1 - self.cash / self.nav
        return exposure

    @property
    def reasons(self) -> pd.DataFrame:
        """Counts of orders not or not wholly filled: plan, side, reason, orders (above 0)."""
        plan, side, reason = self.unfilled.nonzero()
        return pd.DataFrame(
            {
                "plan": plan,
                "side": np.array(SIDES)[side],
                "reason": np.array(REASONS)[reason],
                "orders": self.unfilled[plan, side, reason],
            }
        )


def simulate(
    bars: Bars,
    plan: Plan,
    profile: Profile,
    capital: int,
    *,
    shares: bool = False,
    fills: bool = False,
) -> Simulation:
    """Carry out S plans, each with its own capital, side by side on threads.

    The result does not depend on how many threads there are: ``NUMBA_NUM_THREADS``.

    Parameters
    ----------
    bars
        The market.
    plan
        Weights or TopkDropout; row t is decided at the close of session t and traded in t + 1.
    profile
        The rules to obey.
    capital
        Cash of each plan at the start, whole VND above zero, at most 1e12.
    shares, fills
        Whether the history of holdings and the table of orders are kept.

    Returns
    -------
    Simulation
        All series and counts.

    Raises
    ------
    ValueError
        If the plan does not have the sessions and stocks of the bars, or the capital is not in
        range.
    """
    if not 0 < capital <= 10**12:
        raise ValueError(f"The capital is whole VND from 1 to 1e12, got {capital}.")
    signals, rules = _signals(plan, bars), list(rules_of(plan))
    plans, (sessions, stocks) = max(len(signals), len(rules)), bars.close.shape
    venue, conduct = make_venue(bars, profile), conduct_of(plan, profile)
    series = np.zeros((plans, _SERIES, sessions), dtype=np.int64)
    unfilled = np.zeros((plans, len(SIDES), len(REASONS)), dtype=np.int64)
    stops = np.zeros((plans, len(EVENTS)), dtype=np.int64)
    held = np.zeros((plans, sessions if shares else 0, stocks), dtype=np.int64)

    def run(s: int) -> Ints:
        journal = open_journal(_most_orders(venue) if fills else 0)
        signal = signals[s % len(signals)]
        rule = rules[s % len(rules)]
        book = open_book(venue, capital)
        run_plan(venue, conduct, rule, signal, book, journal, series[s], held[s])
        unfilled[s], stops[s] = journal.unfilled, journal.stops
        return journal.fills[: journal.written[0]].copy()

    orders = _side_by_side(run, plans)
    nav, cash, receivable, unpriced, *sums = np.moveaxis(series, 1, 0)
    fees, taxes, slippage, dividends, turnover = sums
    return Simulation(
        bars.dates,
        bars.symbols,
        *(nav, cash, receivable, unpriced),
        *(fees, taxes, slippage, dividends, turnover),
        unfilled,
        stops,
        held if shares else None,
        _table(orders, bars) if fills else None,
    )


def _signals(plan: Plan, bars: Bars) -> Floats:
    given = plan.weights if isinstance(plan, Weights) else plan.scores
    signals = given if given.ndim == 3 else given[np.newaxis]
    if signals.shape[1:] != bars.close.shape:
        raise ValueError(f"The plan is of {signals.shape[1:]}, the bars of {bars.close.shape}.")
    # Compiled code knows one type of array: own or the caller's, but contiguous and writable.
    return np.require(signals, np.float64, ["C", "W"])


def rules_of(plan: Plan) -> Iterator[Dropout]:
    """Yield the parameters of TopkDropout of each plan, one that never binds for weights."""
    if isinstance(plan, Weights):
        yield _NO_DROPOUT
        return
    whole = (np.atleast_1d(p) for p in (plan.topk, plan.n_drop, plan.hold_thresh))
    for topk, n_drop, hold_thresh in zip(*np.broadcast_arrays(*whole), strict=True):
        yield Dropout(
            int(topk),
            int(n_drop),
            int(hold_thresh),
            plan.only_tradable,
            plan.forbid_all_trade_at_limit,
            float(plan.risk_degree),
        )


def conduct_of(plan: Plan, profile: Profile) -> Conduct:
    """Return how plans are carried out under a profile."""
    return Conduct(
        clock=OPEN if profile.at == "open" else CLOSE,
        at_deal=isinstance(plan, TopkDropout) and profile.sizing == "deal",
        max_weight=float(plan.max_weight),
        patience=int(plan.patience),
        stop_loss=round(plan.stops.loss * MILLION),
        take_profit=round(plan.stops.profit * MILLION),
    )


def _most_orders(venue: Venue) -> int:
    return 3 * venue.volume.size


def _side_by_side(run: Any, plans: int) -> list[Ints]:
    # numba's own pool would stay behind, and a process that has it cannot fork safely.
    threads = min(int(vars(numba.config)["NUMBA_NUM_THREADS"]), plans)
    if threads == 1:
        return [run(s) for s in range(plans)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(plans)))


def _table(orders: list[Ints], bars: Bars) -> pd.DataFrame:
    rows = np.concatenate(orders)
    table = pd.DataFrame(rows, columns=list(FILL))
    table.insert(0, "plan", np.repeat(np.arange(len(orders)), [len(part) for part in orders]))
    table.insert(1, "date", bars.dates[rows[:, FILL.index("session")]])
    for column, words in (
        ("symbol", bars.symbols),
        ("side", SIDES),
        ("kind", KINDS),
        ("reason", REASONS),
    ):
        table[column] = pd.Categorical.from_codes(table[column].to_numpy(), pd.Index(words))
    return table.drop(columns="session")
