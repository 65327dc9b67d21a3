"""Tables of rules that are wrong are refused, with the place of each fault."""

from datetime import date
from importlib.resources import files

import pytest
import yaml

from vn30_training.market.rule_tables import Settlement, read_tables


def hose_tables():
    path = files("vn30_training.market").joinpath("rules", "hose.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("board_lot", lambda rows: rows[0].update(value=-10), r"rules of it: board_lot.0.value"),
        ("tick", lambda rows: rows[0].update(value=[[10, 5]]), r"tick.0.value: .*ascend from 0"),
        ("sell_tax", lambda rows: rows[0].pop("source"), r"sell_tax.0.source: Field required"),
        ("odd_lots", lambda rows: rows[0].update(value=1), r"odd_lots.0.value: .*boolean"),
        ("hours", lambda rows: rows[0].update(confidence="X"), r"hours.0.confidence"),
        ("settlement", lambda rows: rows[0]["value"].update(moment="dawn"), r"value.moment"),
        ("max_order", lambda rows: rows.append(rows[0]), r"max_order: .*different days"),
        ("tick", lambda rows: rows.clear(), r"tick: .*different days"),
        ("tick", lambda rows: rows[0].update(until=2020), r"tick.0.until: Extra inputs"),
    ],
)
def test_tables_that_are_wrong_are_refused_with_the_place(table, change, message):
    tables = hose_tables()
    change(tables[table])
    with pytest.raises(ValueError, match=message):
        read_tables("it", tables)


def test_missing_and_unknown_tables_are_named():
    tables = hose_tables()
    tables["board_lots"] = tables.pop("board_lot")
    with pytest.raises(ValueError, match=r"board_lot: Field required.*board_lots: Extra inputs"):
        read_tables("it", tables)


def test_every_fault_is_told_at_once():
    tables = hose_tables()
    del tables["tick"], tables["hours"]
    with pytest.raises(ValueError, match=r"tick: Field required; hours: Field required"):
        read_tables("it", tables)


def test_rows_keep_their_dates_and_values():
    tables = read_tables("it", hose_tables())
    newest = tables.settlement[-1]
    assert newest.start == date(2022, 8, 29)
    assert newest.value == Settlement(sessions=2, moment="afternoon")
    assert tables.tick[-1].value == ((0, 10), (10_000, 50), (50_000, 100))


@pytest.mark.parametrize(("moment", "at_open", "at_close"), [("open", 2, 2), ("afternoon", 3, 2)])
def test_an_afternoons_settlement_misses_the_open(moment, at_open, at_close):
    settlement = Settlement(sessions=2, moment=moment)
    assert (settlement.holding("open"), settlement.holding("close")) == (at_open, at_close)
