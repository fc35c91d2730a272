"""The 17 behavioural features of a card customer: their names, units, bounds and plain words.

Bounds and usual ranges (0.1st to 99.9th percentile) were measured on the public portfolio of
8,950 customers; the upper bounds of amounts and counts are a choice, not data.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

CUSTOMER_ID: Final = "CUST_ID"
LONGEST_ID: Final = 100  # characters of a customer id
_CUSTOMER_ID_ALIASES: Final = ("customer_id", "customer", "cust", "custid", "id", "account_id")


class Unit(StrEnum):
    """What a feature's number counts."""

    AMOUNT = "amount"
    SHARE = "share of months"
    COUNT = "count"
    MONTHS = "months"


_WINDOW: Final = 12  # months that are observed at most
_NOTHING: Final = 1e-9  # what float arithmetic leaves of a zero
_SCALES: Final = {
    Unit.AMOUNT: "amount",
    Unit.SHARE: "share, 0 to 1",
    Unit.COUNT: "number",
    Unit.MONTHS: "months",
}


class Group(StrEnum):
    """The heading a feature stands under in a form or a report."""

    PURCHASES = "Purchases"
    CASH = "Cash advances"
    ACCOUNT = "Account"
    PAYMENTS = "Payments"


@dataclass(frozen=True, slots=True)
class Feature:
    """One of the 17 columns: how it is called, what it may hold, and how it reads aloud.

    `says` and `says_none` are the plain words for a value and for zero; the value is already
    formatted by `shown`. `usual` is the range that 99.8 % of the public portfolio falls into.
    """

    column: str
    label: str
    unit: Unit
    group: Group
    minimum: float
    maximum: float
    usual: tuple[float, float]
    meaning: str
    says: str
    says_none: str
    aliases: tuple[str, ...] = ()
    minimum_excluded: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.unit in (Unit.COUNT, Unit.MONTHS)

    def faulty(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of `values` (any shape; NaN is a blank, not a fault) no customer can have."""
        low = values <= self.minimum if self.minimum_excluded else values < self.minimum
        fault = low | (values > self.maximum)
        if self.whole:
            fault |= np.isfinite(values) & (values != np.floor(values))
        return np.asarray(fault)

    def unusual(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of `values` lie outside the usual range; they are scored all the same."""
        return np.asarray((values < self.usual[0]) | (values > self.usual[1]))

    def fault(self, value: float) -> str | None:
        """What is wrong with `value` and what to do about it, or None when it can be used."""
        if not self.faulty(np.asarray(value, dtype=np.float64)).item():
            return None
        if self.whole and np.isfinite(value) and self.minimum <= value <= self.maximum:
            return f"must be a whole number, not {_plain(value)}."
        return f"must be {self.allowed}, not {_plain(value)}.{self._hint(value)}"

    @property
    def allowed(self) -> str:
        """The hard bounds in words, such as “from 0 to 1”."""
        low, high = _plain(self.minimum), _plain(self.maximum)
        if self.minimum_excluded:
            return f"more than {low} and at most {high}"
        return f"from {low} to {high}"

    def _hint(self, value: float) -> str:
        if self.unit is Unit.SHARE and self.maximum < value <= _WINDOW and value == int(value):
            return (
                f" Enter a share, not months: {value:.0f} of {_WINDOW} are {value / _WINDOW:.2f}."
            )
        if self.unit is Unit.SHARE and self.maximum < value <= 100:
            return f" Enter a share, not a percentage. Did you mean {_plain(value / 100)}?"
        if self.unit is Unit.MONTHS and value > self.maximum:
            return (
                " The months of the observed window are meant (12 at most), not the account's age."
            )
        return ""

    def shown(self, value: float) -> str:
        """The value as people read it: “6,443”, “25 %”, “4”, “12 months”, “under 1”."""
        number = value * 100 if self.unit is Unit.SHARE else value
        places = 1 if self.whole and abs(number - round(number)) >= 0.05 else 0
        text = f"{round(number, places) + 0.0:,.{places}f}"  # + 0.0: never “-0”
        if text == "0" and number > _NOTHING:
            text = "under 1"
        if self.unit is Unit.SHARE:
            return f"{text}\N{NO-BREAK SPACE}%"
        if self.unit is Unit.MONTHS:
            return f"{text} month" if text == "1" else f"{text} months"
        return text

    @property
    def usually(self) -> str:
        """The usual range in words, empty where it is all that is allowed."""
        low, high = self.usual
        if (low, high) == (self.minimum, self.maximum):
            return ""
        return f"Usually {_plain(low)} to {_plain(high)}."

    @property
    def scale(self) -> str:
        """How the number is counted, in a few words for whoever types it."""
        return _SCALES[self.unit]

    def told(self, value: float) -> str:
        """The value in a sentence, such as “took 6,443 in cash advances”."""
        return self.says_none if value == 0 else self.says.format(self.shown(value))


def _plain(number: float) -> str:
    """A number without exponent, trailing zeros or float noise: “1,000,000”, “0.25”."""
    return f"{number:,.6f}".rstrip("0").rstrip(".")


FEATURES: Final[tuple[Feature, ...]] = (
    Feature(
        "BALANCE", "Balance", Unit.AMOUNT, Group.ACCOUNT, 0, 1e6, (0, 14_611),
        "Balance on the account; it behaves as the amount owed",
        "has a balance of {}", "has no balance",
        ("account_balance",),
    ),
    Feature(
        "BALANCE_FREQUENCY", "Months with balance changes", Unit.SHARE, Group.ACCOUNT, 0, 1, (0, 1),
        "Share of months in which the balance changed",
        "balance moved in {} of months", "balance never moved",
        ("balance_freq",),
    ),
    Feature(
        "PURCHASES", "Purchases total", Unit.AMOUNT, Group.PURCHASES, 0, 1e6, (0, 26_836),
        "All purchases in the window, one-off and in instalments",
        "bought for {} in all", "bought nothing",
        ("purchase", "total_purchases", "purchases_total", "purchases_amount"),
    ),
    Feature(
        "ONEOFF_PURCHASES", "One-off purchases", Unit.AMOUNT, Group.PURCHASES, 0, 1e6, (0, 22_297),
        "Purchases paid at once, in total",
        "spent {} on one-off purchases", "made no one-off purchases",
        ("one_off_purchases", "oneoff_purchase", "one_off_purchase"),
    ),
    Feature(
        "INSTALLMENTS_PURCHASES", "Instalment purchases", Unit.AMOUNT, Group.PURCHASES,
        0, 1e6, (0, 12_134),
        "Purchases paid in instalments, in total",
        "bought for {} in instalments", "bought nothing in instalments",
        (
            "installment_purchases", "instalment_purchases", "instalments_purchases",
            "installments_purchase", "installment_purchase", "purchases_installments",
        ),
    ),
    Feature(
        "CASH_ADVANCE", "Cash advances", Unit.AMOUNT, Group.CASH, 0, 1e6, (0, 20_300),
        "Cash taken on the card, in total",
        "took {} in cash advances", "took no cash advances",
        ("cash_advances", "cash_advance_amount"),
    ),
    Feature(
        "PURCHASES_FREQUENCY", "Months with a purchase", Unit.SHARE, Group.PURCHASES, 0, 1, (0, 1),
        "Share of months with a purchase",
        "bought in {} of months", "bought in no month",
        ("purchase_frequency", "purchases_freq", "purchase_freq"),
    ),
    Feature(
        "ONEOFF_PURCHASES_FREQUENCY", "Months with a one-off", Unit.SHARE, Group.PURCHASES,
        0, 1, (0, 1),
        "Share of months with a one-off purchase",
        "made one-off purchases in {} of months", "made one-off purchases in no month",
        ("one_off_purchases_frequency", "oneoff_purchase_frequency", "oneoff_frequency"),
    ),
    Feature(
        "PURCHASES_INSTALLMENTS_FREQUENCY", "Months with an instalment", Unit.SHARE,
        Group.PURCHASES, 0, 1, (0, 1),
        "Share of months with an instalment purchase",
        "used instalments in {} of months", "used instalments in no month",
        (
            "purchases_instalments_frequency", "purchase_installments_frequency",
            "installments_purchases_frequency", "installment_purchases_frequency",
            "installments_frequency", "instalments_frequency",
        ),
    ),
    Feature(
        "CASH_ADVANCE_FREQUENCY", "Months with a cash advance", Unit.SHARE, Group.CASH,
        0, 2, (0, 1),
        "Share of months with a cash advance",
        "took cash in {} of months", "took cash in no month",
        ("cash_advances_frequency", "cash_advance_freq"),
    ),
    Feature(
        "CASH_ADVANCE_TRX", "Cash-advance count", Unit.COUNT, Group.CASH, 0, 1_000, (0, 63),
        "Number of cash-advance transactions",
        "cash advances taken: {}", "cash advances taken: none",
        ("cash_advance_count", "cash_advance_transactions", "cash_advances_trx"),
    ),
    Feature(
        "PURCHASES_TRX", "Purchase count", Unit.COUNT, Group.PURCHASES, 0, 5_000, (0, 248),
        "Number of purchase transactions",
        "purchases made: {}", "purchases made: none",
        ("purchase_trx", "purchases_count", "purchase_count", "purchases_transactions"),
    ),
    Feature(
        "CREDIT_LIMIT", "Credit limit", Unit.AMOUNT, Group.ACCOUNT, 0, 1e6, (295, 21_500),
        "Limit of the card",
        "has a credit limit of {}", "has no credit limit",
        ("limit", "card_limit", "credit_line"),
        minimum_excluded=True,
    ),
    Feature(
        "PAYMENTS", "Payments", Unit.AMOUNT, Group.PAYMENTS, 0, 1e6, (0, 33_512),
        "Payments made by the customer, in total",
        "paid {}", "paid nothing",
        ("payment", "total_payments", "payments_total"),
    ),
    Feature(
        "MINIMUM_PAYMENTS", "Minimum payments", Unit.AMOUNT, Group.PAYMENTS,
        0, 1e6, (0, 29_569),
        "Minimum payments asked for, in total",
        "owed {} in minimum payments", "owed no minimum payments",
        ("minimum_payment", "min_payments", "min_payment"),
    ),
    Feature(
        "PRC_FULL_PAYMENT", "Months paid in full", Unit.SHARE, Group.PAYMENTS, 0, 1, (0, 1),
        "Share of months paid in full",
        "paid in full in {} of months", "never paid in full",
        ("percent_full_payment", "full_payment_share", "prc_full_payments", "pct_full_payment"),
    ),
    Feature(
        "TENURE", "Months in window", Unit.MONTHS, Group.ACCOUNT, 1, 12, (6, 12),
        "Months observed, 12 at most; not the age of the account",
        "was observed for {}", "was observed for no month",
        ("months", "tenure_months", "months_in_window"),
    ),
)  # fmt: skip

COLUMNS: Final[tuple[str, ...]] = tuple(feature.column for feature in FEATURES)
INDEX: Final[dict[str, int]] = {column: index for index, column in enumerate(COLUMNS)}


def normalised_header(header: str) -> str:
    """A header without its accidents: “ Credit-Limit ” and “credit limit” are both credit_limit."""
    return re.sub(r"[^a-z0-9]+", "_", header.strip().casefold()).strip("_")


_COLUMN_BY_HEADER: Final[dict[str, str]] = {
    normalised_header(name): column
    for column, names in (
        (CUSTOMER_ID, (CUSTOMER_ID, *_CUSTOMER_ID_ALIASES)),
        *((feature.column, (feature.column, *feature.aliases)) for feature in FEATURES),
    )
    for name in names
}


def column_for(header: str) -> str | None:
    """The column (`CUST_ID` or a feature's) that a header met in the wild stands for, if any."""
    return _COLUMN_BY_HEADER.get(normalised_header(header))


def known_headers() -> dict[str, str]:
    """Every normalised header that `column_for` knows, with the column it stands for."""
    return dict(_COLUMN_BY_HEADER)
