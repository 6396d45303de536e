"""The shape of a person; the persons abroad, by country; and files too long for `people`."""

from .american import AMERICANS
from .indian import INDIANS
from .mexican import MEXICANS
from .person import File, Person

__all__ = ["ABROAD", "File", "Person"]

ABROAD = (*AMERICANS, *INDIANS, *MEXICANS)
