"""The exchange again, slowly: a ledger of purchases and receipts in Python integers.

Written apart from the compiled one and in another way: every purchase and every receipt is kept on
its own with the session from which it can be used, and money is found by looking through them.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

import numpy as np

from vn30_training.trading.reasons import REASONS


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@dataclass
class Parcel:
    """Shares or money, usable at an open and at a close from these sessions on."""

    amount: int
    at_open: int
    at_close: int

    def is_free(self, session: int, at: str) -> bool:
        return session >= (self.at_open if at == "open" else self.at_close)


@dataclass
class Position:
    parcels: list = field(default_factory=list)
    paid: int = 0
    taxable: int = 0
    opened: int = 0

    @property
    def shares(self):
        return sum(parcel.amount for parcel in self.parcels)

    def free(self, session, at):
        return sum(p.amount for p in self.parcels if p.is_free(session, at))

    def take(self, shares):
        for parcel in self.parcels:
            part = min(parcel.amount, shares)
            parcel.amount -= part
            shares -= part
        self.parcels = [p for p in self.parcels if p.amount]


class Ledger:
    """One account that follows weights, one session and one order after the other."""

    def __init__(self, bars, profile, capital, plan):
        self.bars, self.profile, self.plan = bars, profile, plan
        self.money = [Parcel(capital, 0, 0)]
        self.positions = [Position() for _ in bars.symbols]
        self.worth = [0] * len(bars.symbols)
        self.wishes: dict[int, int] = {}
        self.weights = None
        self.tries = 0
        self.orders: list[dict] = []
        self.stops = [0, 0, 0, 0]
        self.nav: list[int] = []
        self.sums: list[dict] = []
        self.shares: list[list[int]] = []

    def run(self, weights):
        for u in range(len(self.bars.dates)):
            self.session = u
            self.day = dict.fromkeys(("fees", "taxes", "slippage", "dividends", "turnover"), 0)
            self.traded = [0] * len(self.bars.symbols)
            if u:
                self.decide([float(w) for w in weights[u - 1]])
                self.pay_out(u)
                if self.profile.at == "close":
                    self.watch(u)
                self.work(u)
                if self.profile.at == "open":
                    self.watch(u)
            for n, close in enumerate(self.bars.close[u].tolist()):
                self.worth[n] = close or self.worth[n]
            self.nav.append(self.value())
            self.sums.append(self.day)
            self.shares.append([p.shares for p in self.positions])
        return self

    def value(self):
        holdings = sum(p.shares * w for p, w in zip(self.positions, self.worth, strict=True))
        return sum(m.amount for m in self.money) + holdings

    def decide(self, row):
        if all(np.isnan(row)):
            return
        nav, self.wishes, self.weights = self.value(), {}, row
        self.tries = self.plan.patience + 1
        for n, weight in enumerate(row):
            if self.worth[n] == 0:
                continue
            value = round(min(weight, self.plan.max_weight) * nav)
            self.wishes[n] = self.aim(n, value)

    def aim(self, n, value):
        down, up = value // self.worth[n], ceil(Fraction(value, self.worth[n]))
        held = self.positions[n].shares
        return down if held < down else up if held > up else held

    def pay_out(self, u):
        for n, position in enumerate(self.positions):
            dividend = int(self.bars.cash_dividend[u, n])
            bonus = Fraction(int(self.bars.bonus[u, n]), 10**6)
            if not dividend and not bonus:
                continue
            gross = position.shares * dividend
            rate = int(self.bars.dividend_tax[u]) if self.profile.dividend_tax else 0
            tax = half_up(gross * Fraction(rate, 10**6))
            if gross:
                self.money.append(Parcel(gross - tax, 0, 0))
            self.day["dividends"] += gross
            self.day["taxes"] += tax
            position.paid = max(position.paid - gross, 0)
            gift = Fraction(int(self.bars.taxed_bonus[u, n]), 10**6)
            position.taxable += floor(position.shares * gift)
            new = floor(position.shares * bonus)
            if new:
                position.parcels.insert(0, Parcel(new, 0, 0))
            self.worth[n] = floor(Fraction(max(self.worth[n] - dividend, 0)) / (1 + bonus))
            if n in self.wishes:
                self.wishes[n] += floor(self.wishes[n] * bonus)

    def watch(self, u):
        loss, profit = self.plan.stops.loss, self.plan.stops.profit
        for n, position in enumerate(self.positions):
            opened, volume = int(self.bars.open[u, n]), int(self.bars.volume[u, n])
            if not (position.shares and opened and volume):
                continue
            tick = max(int(self.bars.tick[u, n]), 1)
            mean = Fraction(position.paid, position.shares)
            stop = floor(mean * (1 - Fraction(str(loss)))) // tick * tick
            goal = -(-ceil(mean * (1 + Fraction(str(profit)))) // tick) * tick
            stopped = loss and min(int(self.bars.low[u, n]), opened) <= stop
            reached = profit and max(int(self.bars.high[u, n]), opened) >= goal
            if not (stopped or reached):
                continue
            price = min(opened, stop) if stopped else goal
            done = self.sell(u, n, position.shares, price, "open") == "filled"
            self.stops[(0 if stopped else 1) if done else 3] += 1
            self.stops[2] += bool(stopped and reached)
            if self.wishes.get(n, 0) > position.shares or not position.shares:
                self.wishes.pop(n, None)

    def work(self, u):
        if self.tries == 0:
            return
        prices = (self.bars.open if self.profile.at == "open" else self.bars.close)[u].tolist()
        for n in sorted(self.wishes):
            spare = self.positions[n].shares - self.wishes[n]
            if spare == 0:
                del self.wishes[n]
            elif spare > 0 and self.may_deal(u, n, "sell", spare, prices[n]):
                reason = self.sell(u, n, spare, prices[n], self.profile.at)
                if reason in ("filled", "lot"):
                    del self.wishes[n]
        for n in sorted(self.wishes, key=lambda n: (-self.weights[n], n)):
            lack = self.wishes[n] - self.positions[n].shares
            if lack <= 0 or not self.may_deal(u, n, "buy", lack, prices[n]):
                continue
            if self.buy(u, n, lack, prices[n]) in ("filled", "lot"):
                del self.wishes[n]
        self.tries -= 1
        if self.tries == 0:
            self.wishes = {}

    def may_deal(self, u, n, side, shares, price):
        return True

    def is_too_little(self, done, wanted):
        return False

    def hindrance(self, u, n, price, side, at):
        if price and self.is_broken(u, at):
            return "no auction"
        if price == 0:
            return "no bar"
        if self.bars.volume[u, n] == 0:
            return "no volume"
        ceiling, bottom = int(self.bars.ceiling[u, n]), int(self.bars.floor[u, n])
        if self.profile.limits and ceiling and side == "buy" and price >= ceiling:
            return "at ceiling"
        if self.profile.limits and bottom and side == "sell" and price <= bottom:
            return "at floor"
        return None

    def is_broken(self, u, at):
        return self.profile.limits and at == "close" and not self.bars.closing_auction[u]

    def room(self, u, n):
        if self.profile.participation is None:
            return 10**18
        share = Fraction(round(self.profile.participation * 10**6), 10**6)
        return max(floor(int(self.bars.volume[u, n]) * share) - self.traded[n], 0)

    def lot(self, u):
        return int(self.bars.lot[u]) if self.profile.lots else 1

    def worse(self, u, n, price, shares):
        per_cent = Fraction(100 * shares, int(self.bars.volume[u, n]))
        impact = price * self.profile.impact * per_cent / 10_000
        return self.profile.slippage_ticks * int(self.bars.tick[u, n]) + ceil(impact)

    def fee(self, u, value):
        ppm = int(self.bars.fee[u]) if self.profile.fee_ppm is None else self.profile.fee_ppm
        return min(max(half_up(value * Fraction(ppm, 10**6)), self.profile.min_fee), value)

    def in_lots(self, u, n, shares):
        """The most that may be sold: whole lots, with or without the odd rest."""
        held, lot = self.positions[n].shares, self.lot(u)
        odd = held % lot if bool(self.bars.odd_lots[u]) or shares == held else 0
        choices = [k for k in (shares // lot * lot, (shares - odd) // lot * lot + odd) if k >= 0]
        return max(k for k in choices if k <= shares)

    def sell(self, u, n, shares, price, at):
        position = self.positions[n]
        wanted, done, got = self.in_lots(u, n, shares), 0, price
        reason = "lot" if wanted == 0 else self.hindrance(u, n, price, "sell", at)
        if reason is None:
            free, room = position.free(u, at), self.room(u, n)
            done = self.in_lots(u, n, min(wanted, free, room))
            reason = "filled"
            if done < wanted:
                reason = "unsettled" if free < wanted and free <= room else "participation"
        if done:
            bottom = int(self.bars.floor[u, n]) if self.profile.limits else 0
            got = max(price - self.worse(u, n, price, done), bottom, 1)
            value, ppm = done * got, int(self.bars.sell_tax[u]) if self.profile.sell_tax else 0
            fee, tax = self.fee(u, value), half_up(value * Fraction(ppm, 10**6))
            gifts = min(position.taxable, done)
            tax = min(tax + self.gift_tax(u, gifts, got), value - fee)
            position.taxable -= gifts
            position.paid -= position.paid * done // position.shares
            position.take(done)
            self.money.append(Parcel(value - fee - tax, *self.spendable(u)))
            self.book(u, n, "sell", wanted, done, price, got, fee, tax, reason)
        else:
            price = 0 if self.is_broken(u, at) else price
            self.book(u, n, "sell", wanted or shares, 0, price, price, 0, 0, reason)
        return reason

    def buy(self, u, n, shares, price):
        lot = self.lot(u)
        wanted, done, paid = shares // lot * lot, 0, price
        reason = "lot" if wanted == 0 else self.hindrance(u, n, price, "buy", self.profile.at)
        if reason is None:
            done = min(wanted, self.room(u, n) // lot * lot)
            reason = "participation" if done < wanted else "filled"
            paid = price + self.worse(u, n, price, done)
            if self.profile.limits and self.bars.ceiling[u, n]:
                paid = min(paid, int(self.bars.ceiling[u, n]))
            purse = sum(m.amount for m in self.money if m.is_free(u, self.profile.at))
            if done * paid + self.fee(u, done * paid) > purse:
                reason = "cash"
                low, high = 0, done // lot
                while low < high:
                    middle = (low + high + 1) // 2 * lot
                    fits = middle * paid + self.fee(u, middle * paid) <= purse
                    low, high = (middle // lot, high) if fits else (low, middle // lot - 1)
                done = 0 if self.is_too_little(low * lot, wanted) else low * lot
        if done:
            if self.positions[n].shares == 0:
                self.positions[n].opened = u
            fee = self.fee(u, done * paid)
            self.spend(u, done * paid + fee)
            self.positions[n].parcels.append(Parcel(done, *self.usable(u)))
            self.positions[n].paid += done * paid
            self.book(u, n, "buy", wanted, done, price, paid, fee, 0, reason)
        else:
            price = 0 if self.is_broken(u, self.profile.at) else price
            self.book(u, n, "buy", wanted or shares, 0, price, price, 0, 0, reason)
        return reason

    def usable(self, u):
        if self.profile.settlement == "none":
            return u, u
        return u + int(self.bars.sellable_at_open[u]), u + int(self.bars.sellable_at_close[u])

    def spendable(self, u):
        if self.profile.settlement == "none":
            return u, u
        return u + int(self.bars.cash_at_open[u]), u + int(self.bars.cash_at_close[u])

    def gift_tax(self, u, shares, price):
        ppm = int(self.bars.bonus_tax[u]) if self.profile.dividend_tax else 0
        return half_up(shares * min(price, int(self.bars.par[u])) * Fraction(ppm, 10**6))

    def spend(self, u, amount):
        for parcel in self.money:
            if parcel.is_free(u, self.profile.at):
                part = min(parcel.amount, amount)
                parcel.amount -= part
                amount -= part
        assert amount == 0
        self.money = [m for m in self.money if m.amount]

    def book(self, u, n, side, wanted, filled, market, price, fee, tax, reason):
        self.traded[n] += filled
        slippage = filled * abs(market - price)
        self.day["fees"] += fee
        self.day["taxes"] += tax
        self.day["slippage"] += slippage
        self.day["turnover"] += filled * price
        biggest = int(self.bars.max_order[u])
        assert reason in REASONS
        self.orders.append(
            {
                "date": self.bars.dates[u],
                "symbol": self.bars.symbols[n],
                "side": side,
                "wanted": wanted,
                "filled": filled,
                "orders": ceil(Fraction(filled, biggest)),
                "market_price": market,
                "price": price,
                "fee": fee,
                "tax": tax,
                "slippage": slippage,
                "reason": reason,
            }
        )


class BestLedger(Ledger):
    """One account that follows TopkDropout, sized at the decision."""

    def decide(self, row):
        if all(np.isnan(row)):
            return
        plan, u, stocks = self.plan, self.session, range(len(row))
        held = [n for n in stocks if self.positions[n].shares]
        live = [n for n in stocks if self.bars.close[u - 1, n] and self.bars.volume[u - 1, n]]
        worst_last = sorted(stocks, key=lambda n: (np.isnan(row[n]), -row[n], n))
        room = max(plan.n_drop + plan.topk - len(held), 0)
        new = [n for n in worst_last if n in live and n not in held and row[n] == row[n]][:room]
        pool = [n for n in worst_last if n in live and (n in held or n in new)]
        weakest = pool[-plan.n_drop :] if plan.n_drop else []
        leaving = [
            n
            for n in weakest
            if n in held
            and u - self.positions[n].opened >= plan.hold_thresh
            and self.positions[n].free(u, self.profile.at)
        ]
        self.wishes = dict.fromkeys(leaving, 0)
        self.weights = [-np.inf if np.isnan(score) else score for score in row]
        self.tries = plan.patience + 1
        cash = sum(m.amount for m in self.money)
        cash += sum(self.positions[n].shares * self.worth[n] for n in leaving)
        places = min(max(len(leaving) + plan.topk - len(held), 0), len(new))
        cap = int(plan.max_weight * self.value())
        for n in new[:places]:
            self.wishes[n] = self.aim(n, min(int(cash * plan.risk_degree / places), cap))

    def may_deal(self, u, n, side, shares, price):
        for way, limit in (("buy", "at ceiling"), ("sell", "at floor")):
            if self.hindrance(u, n, price, way, self.profile.at) == limit:
                self.book(u, n, side, shares, 0, price, price, 0, 0, limit)
                return False
        return True

    def is_too_little(self, done, wanted):
        return 2 * done < wanted
