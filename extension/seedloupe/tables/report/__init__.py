"""A seed table for people: a page to look at and rows for a spreadsheet."""

from .cells import table_csv
from .page import table_page

__all__ = ["table_csv", "table_page"]
