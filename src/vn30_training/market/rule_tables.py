"""The shape of an exchange's tables of rules: dated, sourced rows, checked as they are read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
    StrictBool,
    ValidationError,
    field_validator,
)

V = TypeVar("V")

Moment = Literal["open", "afternoon"]
Hours = dict[str, list[list[str]]]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Row(_Frozen, Generic[V]):
    """A value in force from a date on, where it was found and how sure it is (H, M or L)."""

    start: date = Field(alias="from")
    value: V
    source: str = Field(min_length=1)
    confidence: Literal["H", "M", "L"]


class Settlement(_Frozen):
    """When what was dealt on session T can be used: on T+``sessions``, from ``moment`` on."""

    sessions: NonNegativeInt
    moment: Moment

    def holding(self, at: Literal["open", "close"]) -> int:
        """Return the fewest sessions from the deal to its use at an open or at a close."""
        return self.sessions + (at == "open" and self.moment == "afternoon")


class BonusTax(_Frozen):
    """Tax on a bonus share when it is sold: per cent of its price, at most of its par value."""

    percent: NonNegativeFloat
    par: PositiveInt


class PriceUnit(_Frozen):
    """The unit in which prices and cash are whole: so many make one of what files quote."""

    name: str
    per_quoted: PositiveInt


def _ladder(bands: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    levels = [level for level, _ in bands]
    if levels[:1] != [0] or levels != sorted(set(levels)):
        raise ValueError("the price levels of the ticks must ascend from 0")
    return bands


Ladder = Annotated[
    tuple[tuple[NonNegativeInt, PositiveInt], ...], Field(min_length=1), AfterValidator(_ladder)
]


class RuleTables(_Frozen):
    """Every table an exchange must have; what each says stands at the head of it in the file."""

    price_unit: tuple[Row[PriceUnit], ...]
    price_limit: tuple[Row[PositiveInt], ...]
    special_limit: tuple[Row[PositiveInt], ...]
    suspension: tuple[Row[PositiveInt], ...]
    tick: tuple[Row[Ladder], ...]
    board_lot: tuple[Row[PositiveInt], ...]
    odd_lots: tuple[Row[StrictBool], ...]
    max_order: tuple[Row[PositiveInt], ...]
    settlement: tuple[Row[Settlement], ...]
    cash_settlement: tuple[Row[Settlement], ...]
    sell_tax: tuple[Row[NonNegativeFloat], ...]
    broker_fee: tuple[Row[NonNegativeFloat], ...]
    dividend_tax: tuple[Row[NonNegativeFloat], ...]
    bonus_tax: tuple[Row[BonusTax], ...]
    closing_auction: tuple[Row[StrictBool], ...]
    hours: tuple[Row[Hours], ...]

    @field_validator("*")
    @classmethod
    def _dated(cls, rows: tuple[Row[Any], ...]) -> tuple[Row[Any], ...]:
        starts = [row.start for row in rows]
        if not starts or starts != sorted(set(starts)):
            raise ValueError("the rows of a table start on different days, in ascending order")
        return rows


def read_tables(market: str, given: object) -> RuleTables:
    """Check the tables of a market.

    Parameters
    ----------
    market
        The market's name, for the error.
    given
        Rows by the name of the rule, as the YAML file holds them.

    Raises
    ------
    ValueError
        If a table is missing, unknown or empty, or a row is not what it should be; the error names
        every such place.
    """
    try:
        return RuleTables.model_validate(given)
    except ValidationError as error:
        places = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise ValueError(f"The rules of {market}: {'; '.join(places)}.") from None
