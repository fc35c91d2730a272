"""How the address of a page names a customer."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import unquote, urlsplit

from segmentation.features import LONGEST_ID

_PLACE: Final = "{id}"


@dataclass(frozen=True, slots=True)
class LinkPattern:
    """How an address names a customer, such as https://crm.example.com/customers/{id}."""

    address: str

    @property
    def domain(self) -> str:
        """The domain that the manifest names."""
        return urlsplit(self.address).hostname or ""

    def customer(self, url: str) -> str | None:
        """The id in an address as Slack passes it on, None where it is another kind of address."""
        before, _, after = self.address.partition(_PLACE)
        found = re.fullmatch(
            f"{re.escape(before)}([^/?#]+){re.escape(after)}(?:[?#].*)?", unescape(url)
        )
        customer = unquote(found[1]) if found else ""
        return customer if 0 < len(customer) <= LONGEST_ID else None
