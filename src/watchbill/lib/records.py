"""Frozen dataclasses that cost next to nothing until they are used.

The standard decorator writes and compiles six methods of every class while a program starts; for a hundred classes that is
a quarter of what a lint of a small folder takes. Here classes share the methods that are alike, and what makes an instance is
compiled when the first one is made. Fields, defaults, `replace` and matching are those of `dataclasses`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from dataclasses import dataclass as standard_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool) -> Callable[[type], type]:
        """Make a class a frozen dataclass, as `dataclasses.dataclass(frozen=True)` does."""
        if not frozen:
            raise TypeError("Records are frozen; for anything else there is dataclasses.dataclass.")
        return _made


def _made(cls: type) -> type:
    standard_dataclass(init=False, repr=False, eq=False)(cls)
    of_class = fields(cls)
    compared = _values(tuple(each.name for each in of_class if each.compare))
    methods: dict[str, Callable[..., Any]] = {
        "__init__": _first_init(cls),
        "__eq__": _equality(compared),
        "__hash__": lambda self: hash(compared(self)),
        "__repr__": _representation(tuple(each.name for each in of_class if each.repr)),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
    }
    for name, method in methods.items():
        if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
            setattr(cls, name, method)
    return cls


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _first_init(cls: type) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: N807 - it stands in for the method of that name
        init = _init_of(cls)
        cls.__init__ = init  # type: ignore[misc]
        init(self, *arguments, **named)

    return __init__


def _init_of(cls: type) -> Callable[..., None]:
    """Compile what sets every field; two threads that do so at once make the same."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": MISSING}
    parameters, body = ["self"], []
    for each in fields(cls):
        parameter, value = _parameter(each, known)
        parameters += parameter
        body.append(f" _set(self, {each.name!r}, {value})")
    after = [" self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    source = "\n".join([f"def __init__({', '.join(parameters)}):", *body, *after, " return None"])
    exec(source, known)  # noqa: S102 - of nothing but the names of fields, as the standard library does it
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _parameter(each: Field[Any], known: dict[str, Any]) -> tuple[list[str], str]:
    """Return the parameter for a field, if it has one, and the expression of its value; defaults go among the `known` names."""
    name, default = each.name, f"_default_{each.name}"
    if each.default_factory is not MISSING:
        known[default] = each.default_factory
        if not each.init:
            return [], f"{default}()"
        return [f"{name}=_MISSING"], f"{default}() if {name} is _MISSING else {name}"
    if each.default is not MISSING:
        known[default] = each.default
        return ([f"{name}={default}"], name) if each.init else ([], default)
    return [name], name


def _equality(compared: Callable[[Any], Any]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:  # noqa: N807
        return bool(compared(self) == compared(other)) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _representation(names: tuple[str, ...]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:  # noqa: N807
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _refuse_to_set(_self: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
