"""Values, declared as with :mod:`dataclasses`, and cheaper to declare.

``dataclasses.dataclass`` compiles up to seven functions for each class, at every start of the program: for what one file
needs, that takes longer than the file. Here ``__init__`` alone is compiled, when the first value is made, and what else a
value can do is shared by all of them. Type checkers see the decorator of the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace

else:
    import operator
    from dataclasses import MISSING, FrozenInstanceError
    from dataclasses import dataclass as standard
    from dataclasses import field as asked

    FIELDS = "__dataclass_fields__"

    class Field:
        """What :func:`field` was told of a field, as far as values differ by it."""

        __slots__ = ("compare", "default", "default_factory", "init", "name", "repr")

        def __init__(self, **told):
            self.name = ""
            self.default = told.get("default", MISSING)
            self.default_factory = told.get("default_factory", MISSING)
            self.init = told.get("init", True)
            self.repr = told.get("repr", True)
            self.compare = told.get("compare", True)

    field = Field

    class Asked:
        """The fields as the standard library describes them, for those who ask: made when the first one does."""

        def __get__(self, instance, owner):
            declared = {one.name: owner.__annotations__[one.name] for one in owner.__values__}
            told = {
                one.name: asked(
                    default=one.default,
                    default_factory=one.default_factory,
                    init=one.init,
                    repr=one.repr,
                    compare=one.compare,
                )
                for one in owner.__values__
            }
            twin = standard(type(owner.__name__, (), {"__annotations__": declared, **told}))
            setattr(owner, FIELDS, getattr(twin, FIELDS))
            return getattr(owner, FIELDS)

    def dataclass(*, frozen=False, slots=False, eq=True, order=False):
        """Make a class of fields out of one that is annotated with them; it inherits none and has no class variables."""

        def made(cls):
            declared = tuple(_field(cls, name) for name in cls.__annotations__)
            names = tuple(one.name for one in declared)
            members = {
                "__values__": declared,
                FIELDS: Asked(),
                "__match_args__": tuple(one.name for one in declared if one.init),
            }
            if "__repr__" not in cls.__dict__:
                members["__repr__"] = _repr
            if eq:
                members |= _compared(
                    [one.name for one in declared if one.compare], frozen=frozen, order=order
                )
            if frozen:
                members |= {"__setattr__": _refuse, "__delattr__": _refuse}
            if not slots:
                for name, member in members.items():
                    setattr(cls, name, member)
                return _initialised(cls, frozen=frozen)
            if frozen:
                members |= {"__getstate__": _state, "__setstate__": _set_state}
            # Slots are made with the class: it is made again, without the defaults that stand in their place.
            kept = {name: value for name, value in cls.__dict__.items() if name not in names}
            kept = {name: value for name, value in kept.items() if name not in ("__dict__", "__weakref__")}
            new = type(cls)(cls.__name__, cls.__bases__, {**kept, **members, "__slots__": names})
            new.__qualname__ = cls.__qualname__
            return _initialised(new, frozen=frozen)

        return made

    def fields(value):
        """What a value, or a class of values, holds."""
        return value.__values__

    def replace(value, /, **changes):
        """The value with some of its fields changed. What ``__init__`` does not take is made anew."""
        for one in value.__values__:
            if one.init and one.name not in changes:
                changes[one.name] = getattr(value, one.name)
        return type(value)(**changes)

    def _field(cls, name):
        told = cls.__dict__.get(name, MISSING)
        if not isinstance(told, Field):
            told = Field(default=told)
        elif told.default is MISSING:
            delattr(cls, name)
        else:
            setattr(cls, name, told.default)
        told.name = name
        return told

    def _initialised(cls, *, frozen):
        def first(self, *args, **named):
            cls.__init__ = _init(cls, frozen=frozen)
            cls.__init__(self, *args, **named)

        cls.__init__ = first
        return cls

    def _init(cls, *, frozen):
        known = {"MISSING": MISSING, "assign": object.__setattr__}
        taken, lines = ["self"], []
        for one in cls.__values__:
            name = value = one.name
            if one.default_factory is not MISSING:
                known[f"new_{name}"] = one.default_factory
                value = f"new_{name}() if {name} is MISSING else {name}" if one.init else f"new_{name}()"
                default = "=MISSING"
            elif one.default is not MISSING:
                known[f"default_{name}"] = one.default
                default = f"=default_{name}"
                value = name if one.init else f"default_{name}"
            elif not one.init:
                continue
            else:
                default = ""
            if one.init:
                taken.append(name + default)
            lines.append(f" assign(self, {name!r}, {value})" if frozen else f" self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            lines.append(" self.__post_init__()")
        exec("\n".join([f"def __init__({', '.join(taken)}):", *lines, " pass"]), known)
        init = known.pop("__init__")
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        init.__module__ = cls.__module__
        return init

    def _compared(names, *, frozen, order):
        content = operator.attrgetter(*names) if names else type

        def compared(how):
            def method(self, other):
                if other.__class__ is not self.__class__:
                    return NotImplemented
                return how(content(self), content(other))

            return method

        def hashed(self):
            return hash(content(self))

        members = {"__eq__": compared(operator.eq), "__hash__": hashed if frozen else None}
        if order:
            for how in (operator.lt, operator.le, operator.gt, operator.ge):
                members[f"__{how.__name__}__"] = compared(how)
        return members

    def _repr(self):
        told = [f"{one.name}={getattr(self, one.name)!r}" for one in self.__values__ if one.repr]
        return f"{self.__class__.__qualname__}({', '.join(told)})"

    def _refuse(self, name, *value):
        raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")

    def _state(self):
        return [getattr(self, one.name) for one in self.__values__]

    def _set_state(self, state):
        for one, value in zip(self.__values__, state, strict=True):
            object.__setattr__(self, one.name, value)


__all__ = ["dataclass", "field", "fields", "replace"]
