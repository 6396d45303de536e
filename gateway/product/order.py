"""Whether each connector of a product stands once, and behind those that it needs."""

from __future__ import annotations

from .uses import AnyUse


def check_order(uses: tuple[AnyUse, ...]) -> None:
    """Raise `ValueError` with the first thing that is wrong."""
    if all(use.shadow is not None for use in uses):
        raise ValueError("all of them are shadows: nobody is left to give an answer")
    _check_names(uses)
    within = {name: use.name for use in uses for name in use.members if name != use.name}
    shadows = {use.name for use in uses if use.shadow is not None}
    seen: set[str] = set()
    for use in uses:
        for need in use.needs:
            _check_need(use.name, need, within, shadows)
            if need not in seen:
                raise ValueError(f"{use.name} needs {need}, which must stand before it")
        seen.add(use.name)


def _check_names(uses: tuple[AnyUse, ...]) -> None:
    seen: set[str] = set()
    for use in uses:
        for name in use.members:
            if name in seen:
                raise ValueError(f"connector {name} stands twice")
            seen.add(name)
    for use in uses:
        if use.name not in use.members:
            if use.name in seen:
                raise ValueError(f"there is something else that is called {use.name}")
            seen.add(use.name)


def _check_need(name: str, need: str, within: dict[str, str], shadows: set[str]) -> None:
    if need in shadows:
        raise ValueError(f"{name} needs {need}, which is a shadow")
    if need in within:
        raise ValueError(f"{name} needs {need}, which may not be asked: say {within[need]}")
