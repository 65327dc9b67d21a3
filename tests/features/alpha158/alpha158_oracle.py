"""The slow, obvious Alpha158: one window after the other, straight from the formulas."""

import numpy as np
import pandas as pd

from vn30_training.features.alpha158 import NAMES

WINDOWS = (5, 10, 20, 30, 60)


def alpha158(panel: pd.DataFrame, mode: str) -> pd.DataFrame:
    """All 158 features of a panel, float64."""
    clean = mode == "clean"
    parts = [_symbol(one, clean) for _, one in panel.groupby("symbol", sort=False)]
    return pd.concat(parts, ignore_index=True)


@np.errstate(all="ignore")
def _symbol(bars: pd.DataFrame, clean: bool) -> pd.DataFrame:
    o, h, low, c = (bars[x].to_numpy(float).copy() for x in ("open", "high", "low", "close"))
    v = bars["volume"].to_numpy(float)
    w = bars["vwap"].to_numpy(float) if "vwap" in bars else np.full(len(bars), np.nan)
    if clean:
        for price in (o, h, low, c):
            price[~(price > 0)] = np.nan
    e = 0.0 if clean else 1e-12
    out = _candles(o, h, low, c, w, e)
    out |= {name: np.full(len(bars), np.nan) for name in NAMES if name not in out}
    series = _series(o, h, low, c, v, clean)
    for day in range(len(bars)):
        for window in WINDOWS:
            rows = slice(max(0, day + 1 - window), day + 1)
            view = {name: x[rows] for name, x in series.items()}
            for name, value in _window(view, window, clean, e).items():
                out[f"{name}{window}"][day] = value
    for window in WINDOWS:
        past = np.concatenate([np.full(window, np.nan), c])[: len(c)]
        out[f"ROC{window}"] = past / c
    table = pd.DataFrame(out)
    if clean:
        table = _cleaned(table, c)
    return table


def _candles(o, h, low, c, w, e):
    up, down, span = h - np.maximum(o, c), np.minimum(o, c) - low, h - low + e
    return {
        "KMID": (c - o) / o,
        "KLEN": (h - low) / o,
        "KMID2": (c - o) / span,
        "KUP": up / o,
        "KUP2": up / span,
        "KLOW": down / o,
        "KLOW2": down / span,
        "KSFT": (2 * c - h - low) / o,
        "KSFT2": (2 * c - h - low) / span,
        "OPEN0": o / c,
        "HIGH0": h / c,
        "LOW0": low / c,
        "VWAP0": w / c,
    }


def _series(o, h, low, c, v, clean):
    before, v_before = (np.concatenate([[np.nan], x])[:-1] for x in (c, v))
    traded, t_before = v.copy(), v_before.copy()
    if clean:
        traded[traded <= 0], t_before[t_before <= 0] = np.nan, np.nan
    series = {
        "h": h,
        "l": low,
        "c": c,
        "v": v,
        "log_v": np.log(traded + 1),
        "ratio": c / before,
        "log_ratio": np.log(traded / t_before + 1),
        "dc": c - before,
        "dv": v - v_before,
        "weighted": np.abs(c / before - 1) * v,
    }
    return {name: np.where(np.isinf(x), np.nan, x) for name, x in series.items()}


def _window(s, window, clean, e):
    need = int(np.ceil(window / 2)) if clean else 1
    n_rows, c, today = len(s["c"]), s["c"], s["c"][-1]
    enough = {name: np.sum(~np.isnan(x)) >= need for name, x in s.items()}
    out = {}
    closes = c[~np.isnan(c)]
    if enough["c"]:
        out["MA"] = closes.mean() / today
        out["STD"] = _std(closes) / today
        out["QTLU"] = np.quantile(closes, 0.8) / today
        out["QTLD"] = np.quantile(closes, 0.2) / today
        ties = np.sum(closes == today)
        out["RANK"] = (np.sum(closes < today) + (ties + 1) / 2) / len(closes)
        if np.isnan(today):
            out["RANK"] = np.nan
        out |= _line(c, today, clean)
    high = np.nanmax(s["h"]) if enough["h"] else np.nan
    deep = np.nanmin(s["l"]) if enough["l"] else np.nan
    out["MAX"], out["MIN"] = high / today, deep / today
    out["RSV"] = (today - deep) / (high - deep + e)
    if not clean:
        out |= _peaks(np.argmax(s["h"]), np.argmin(s["l"]), window)
    elif enough["h"] and enough["l"]:
        out |= _peaks(np.nanargmax(s["h"]), np.nanargmin(s["l"]), window)
    out["CORR"] = _corr(c, s["log_v"], need, clean)
    out["CORD"] = _corr(s["ratio"], s["log_ratio"], need, clean)
    moves = s["dc"][~np.isnan(s["dc"])] if clean else s["dc"]
    if len(moves) >= need:
        out["CNTP"], out["CNTN"] = np.mean(moves > 0), np.mean(moves < 0)
        out["CNTD"] = out["CNTP"] - out["CNTN"]
    for prefix, name in (("", "dc"), ("V", "dv")):
        if enough[name]:
            d = s[name][~np.isnan(s[name])]
            total = np.abs(d).sum() + e
            up, down = np.maximum(d, 0).sum(), np.maximum(-d, 0).sum()
            out[f"{prefix}SUMP"], out[f"{prefix}SUMN"] = up / total, down / total
            out[f"{prefix}SUMD"] = (up - down) / total
    if enough["v"]:
        v = s["v"][~np.isnan(s["v"])]
        out["VMA"] = v.mean() / (s["v"][-1] + e)
        out["VSTD"] = _std(v) / (s["v"][-1] + e)
    if enough["weighted"]:
        weighted = s["weighted"][~np.isnan(s["weighted"])]
        out["WVMA"] = _std(weighted) / (weighted.mean() + e)
    assert n_rows <= window
    return out


def _peaks(high, deep, window):
    return {
        "IMAX": (high + 1) / window,
        "IMIN": (deep + 1) / window,
        "IMXD": (high - deep) / window,
    }


def _std(x):
    if len(x) < 2:
        return np.nan
    return 0.0 if np.all(x == x[0]) else np.std(x, ddof=1)


def _is_flat(x, clean):
    x = x[~np.isnan(x)]
    if len(x) < 2:
        return False
    return _std(x) <= (1e-6 * abs(x.mean()) if clean else 2e-5)


def _line(c, today, clean):
    known = ~np.isnan(c)
    if known.sum() < 2:
        return {}
    x, y = np.arange(len(c))[known].astype(float), c[known]
    dx, dy = x - x.mean(), y - y.mean()
    if np.all(y == y[0]):
        dy = np.zeros(len(y))
    slope = (dx @ dy) / (dx @ dx)
    fitted = y.mean() + slope * (len(c) - 1 - x.mean())
    out = {"BETA": slope / today, "RESI": (today - fitted) / today}
    if not _is_flat(c, clean):
        out["RSQR"] = (dx @ dy) ** 2 / ((dx @ dx) * (dy @ dy))
    return out


def _corr(x, y, need, clean):
    both = ~np.isnan(x) & ~np.isnan(y)
    if both.sum() < max(need, 2) or _is_flat(x, clean) or _is_flat(y, clean):
        return np.nan
    dx, dy = x[both] - x[both].mean(), y[both] - y[both].mean()
    if np.all(x[both] == x[both][0]) or np.all(y[both] == y[both][0]):
        return np.nan
    return (dx @ dy) / np.sqrt((dx @ dx) * (dy @ dy))


def _cleaned(table, c):
    one_more = ("ROC", "CORD", "CNT", "SUM", "VSUM", "WVMA")
    for name in table:
        window = next((n for n in reversed(WINDOWS) if name.endswith(str(n))), None)
        family = name.removesuffix(str(window))
        if window is None or family in ("KMID2", "KUP2"):
            continue
        warm_up = window - 1 + family.startswith(one_more)
        table.loc[: warm_up - 1, name] = np.nan
    table[np.isnan(c)] = np.nan
    return table.where(np.isfinite(table))
