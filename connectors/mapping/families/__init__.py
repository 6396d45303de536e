"""Many fields by one grammar of names."""

from .names import CompiledFamily, Naming, compile_family
from .spec import Families, Family, Grammar

__all__ = ["CompiledFamily", "Families", "Family", "Grammar", "Naming", "compile_family"]
