"""Small defects in one module: each operator, bound, member, branch or statement, changed one at a time.

Not changed: annotations, decorators, docstrings and texts. The type checker reads the first two in every `make check`;
what is said to people is read by people.
"""

import ast
import copy
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Final

SWAPS: Final[Mapping[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
CALLS: Final = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
UNTOUCHED: Final = frozenset({"annotation", "returns", "decorator_list", "bases", "ops", "op", "ctx"})
Members = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed module. `where` is the qualified name of the function or class, empty outside of any."""

    module: str
    where: str
    line: int
    change: str
    code: CodeType

    @property
    def name(self) -> str:
        """What stays the same when lines move."""
        return f"{'.'.join(filter(None, (self.module, self.where)))}: {self.change}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node hangs: the list or field that holds it."""

    holder: ast.AST | list[ast.AST]
    key: str | int

    def put(self, node: ast.AST) -> None:
        if isinstance(self.holder, list):
            assert isinstance(self.key, int)
            self.holder[self.key] = node
        else:
            setattr(self.holder, str(self.key), node)


def enum_members(sources: Mapping[str, str]) -> Members:
    """The members of every enumeration that *sources* (module name to text) define."""
    classes = (n for text in sources.values() for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ClassDef))
    return {
        c.name: [t.id for s in c.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)]
        for c in classes
        if any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in c.bases)
    }


def mutants_of(module: str, source: str, members: Members) -> Iterator[Mutant]:
    """Every mutant of one module; *source* is its text. A change that makes the same code is no mutant."""
    tree = ast.parse(source)
    original = ast.unparse(tree)
    seen: Counter[tuple[str, ...]] = Counter()
    for node, place, where in list(_places(tree, ())):
        for replacement in _variants(node, members):
            place.put(ast.copy_location(replacement, node))
            ast.fix_missing_locations(tree)
            if ast.unparse(tree) != original:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SyntaxWarning)
                    code = compile(tree, module, "exec")
                change = _described(node, replacement)
                seen[*where, change] += 1
                if seen[*where, change] > 1:
                    change += f" ({seen[*where, change]})"
                line = getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0)
                yield Mutant(module=module, where=".".join(where), line=line, change=change, code=code)
        place.put(node)


def _described(old: ast.AST, new: ast.AST) -> str:
    """The change in one line; of something long only what is missing."""
    if isinstance(old, ast.If | ast.While) and isinstance(new, ast.If | ast.While):
        return f"if {_text(old.test)} -> if {_text(new.test)}"
    gone = [part for part in _parts(old) if part not in _parts(new)]
    if type(old) is type(new) and len(gone) == 1 and len(_parts(new)) < len(_parts(old)):
        head = _text(old.func) if isinstance(old, ast.Call) else ""
        return f"{head}(...) without {_text(gone[0])}"
    return f"{_text(old)} -> {_text(new)}"


def _parts(node: ast.AST) -> list[ast.AST]:
    """The elements that a literal, a call or a filter loses one of."""
    if isinstance(node, ast.Dict):
        return [key or value for key, value in zip(node.keys, node.values, strict=True)]
    return [part for field in ("elts", "keywords", "ifs") for part in getattr(node, field, ())]


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _places(node: ast.AST, where: tuple[str, ...]) -> Iterator[tuple[ast.AST, _Place, tuple[str, ...]]]:
    """Every node that may be changed, outermost first, with the place it hangs in and the names around it."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        where = (*where, node.name)
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED:
            continue
        places = enumerate(value) if isinstance(value, list) else ((field, value),)
        holder = value if isinstance(value, list) else node
        for key, child in places:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr) and not _is_text(child):
                yield child, _Place(holder, key), where
                yield from _places(child, where)


def _is_text(node: ast.AST) -> bool:
    """A docstring, or the name of a type."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Tuple)  # `tuple[str, Kind]`: nothing else here has two indices
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NewType"


def _variants(node: ast.AST, members: Members) -> Iterator[ast.AST]:
    """What may stand in the place of *node* instead."""
    match node:
        case ast.Constant(value=bool() as flag):
            yield ast.Constant(not flag)
        case ast.Constant(value=int() as number):
            yield from (ast.Constant(number + 1), ast.Constant(number - 1))
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in members.get(name, ()):
            names = members[name]
            yield ast.Attribute(node.value, names[(names.index(attr) + 1) % len(names)], node.ctx)
        case ast.Call():
            yield from _calls(node)
        case ast.stmt():
            yield from _statements(node)
        case ast.Dict() | ast.Set() | ast.List() | ast.Tuple(ctx=ast.Load()) | ast.comprehension():
            yield from _collections(node)
        case _:
            yield from _operators(node)


def _collections(node: ast.Dict | ast.Set | ast.List | ast.Tuple | ast.comprehension) -> Iterator[ast.AST]:
    """Without one element, or one condition."""
    match node:
        case ast.Dict():
            for index in range(len(node.keys)):
                shorter = copy.copy(node)
                shorter.keys = node.keys[:index] + node.keys[index + 1 :]
                shorter.values = node.values[:index] + node.values[index + 1 :]
                yield shorter
        case ast.comprehension():
            yield from _shorter(node, "ifs")
        case _:
            yield from _shorter(node, "elts", at_least=1 if isinstance(node, ast.Set) else 0)


def _operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for other in SWAPS[type(operator)]:
                    changed = copy.copy(node)
                    changed.ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]  # type: ignore[list-item]  # as SWAPS
                    yield changed
        case ast.BoolOp():
            yield from _swapped(node)
            for index in range(len(node.values)):
                rest = node.values[:index] + node.values[index + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp():
            yield from _swapped(node)
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Slice():
            yield from _without(node, "lower", "upper")
        case _:
            pass


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If() | ast.While():
            for outcome in (True, False) if _branches(node) else (not isinstance(node, ast.While),):
                changed = copy.copy(node)
                changed.test = ast.Constant(outcome)
                yield changed
        case ast.AugAssign():
            yield from _swapped(node)
            yield ast.Pass()
        case ast.Return() | ast.Raise() | ast.Expr() | ast.Break() | ast.Continue():
            yield ast.Pass()
        case _:
            pass


def _branches(node: ast.If | ast.While) -> bool:
    """Whether never doing it is more than losing the one statement in it, which is a mutant of its own."""
    lone = isinstance(node.body[0], ast.Return | ast.Raise | ast.AugAssign | ast.Expr) and len(node.body) == 1
    return isinstance(node, ast.If) and (not lone or bool(node.orelse))


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """The opposite function, and the call without one of its named arguments."""
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        changed = copy.copy(node)
        changed.func = ast.Name(CALLS[node.func.id], ast.Load())
        yield changed
    if not (isinstance(node.func, ast.Name) and node.func.id == "dataclass"):
        yield from _shorter(node, "keywords")


def _swapped(node: ast.BoolOp | ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    for other in SWAPS.get(type(node.op), ()):
        changed = copy.copy(node)
        changed.op = other()  # type: ignore[assignment]  # SWAPS pairs operators of one sort
        yield changed


def _shorter(node: ast.AST, field: str, at_least: int = 0) -> Iterator[ast.AST]:
    """*node* without one element of a list of it."""
    elements: list[ast.AST] = getattr(node, field)
    for index in range(len(elements) if len(elements) > at_least else 0):
        changed = copy.copy(node)
        setattr(changed, field, elements[:index] + elements[index + 1 :])
        yield changed


def _without(node: ast.AST, *fields: str) -> Iterator[ast.AST]:
    for field in fields:
        if getattr(node, field) is not None:
            changed = copy.copy(node)
            setattr(changed, field, None)
            yield changed
