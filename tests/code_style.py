"""The rules of plain code that ruff does not know: `python -m tests.code_style [DIRECTORY]`.

`make check` runs it. It prints one line for each finding, with what to do, and exits with 1 if
there are any. It only reads the source: nothing is imported and no database is needed. Line length
and complexity are left to ruff (pyproject.toml).
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
APPLICATION = ("articles", "symptoms", "reviews", "config")
SUPPORT = ("tests", "benchmarks", "docs")
TEMPLATES = ("templates", *(f"{app}/templates" for app in APPLICATION))
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".atom"}
TEMPLATE_COLUMNS = 160

# The one module that may spell out the source language.
LANGUAGE_MODULE = "articles/content/languages.py"
LANGUAGE_CODE = re.compile(r"en(-[A-Za-z0-9]+)*")
LANGUAGE_ATTRIBUTE = re.compile(r"""\blang\s*=\s*["']?en\b""")
LANGUAGE_IN_TEMPLATE = re.compile(r"""["']en(-[A-Za-z0-9]+)*["']|\blang=en\b""")

DJANGO_CLASSES = {"Meta", "Media", "Command"}

# Words that no name of ours may contain, and what to write for them.
BANNED_WORDS: dict[str, str] = {
    **dict.fromkeys(["anew"], "again"),
    **dict.fromkeys(["deed", "deeds"], "bulk action"),
    **dict.fromkeys(["edition", "editions"], "form_version"),
    **dict.fromkeys(["glance"], "summary, dashboard or recommendation"),
    **dict.fromkeys(
        ["ground", "house", "houses", "roof", "room", "rooms", "wild"],
        "app, package or another plain noun",
    ),
    **dict.fromkeys(["heir", "heirs"], "successor"),
    **dict.fromkeys(["held"], "queue, pending or stored"),
    **dict.fromkeys(["leaf", "leaves"], "page or cached page"),
    **dict.fromkeys(["reframe", "reframed"], "record_metadata"),
    **dict.fromkeys(["said", "unsaid"], "values, message, text or another plain noun"),
    **dict.fromkeys(["shelf", "shelves", "shelved"], "page cache"),
    **dict.fromkeys(
        ["sieve", "sieves", "sift", "sifts", "sifted", "sifting", "unsifted"], "filter, apply"
    ),
    **dict.fromkeys(["slip", "slips", "slipped"], "invalid parameter"),
    **dict.fromkeys(["standing", "standings"], "review schedule"),
    **dict.fromkeys(
        ["tell", "tells", "telling", "told", "telltale"], "report, notify, message or finding"
    ),
    **dict.fromkeys(["whom"], "recipient, user or person"),
}
# Names that stay because others depend on them: {path: {name, …}}, each with its reason.
# An entry that is no longer needed is a finding.
KeptNames = Mapping[str, set[str]]
KEPT_NAMES: KeptNames = MappingProxyType({})

WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
# Methods of a QuerySet whose keywords become names of columns.
NAMING_METHODS = {"annotate", "alias", "aggregate"}
# Bases that say how a class is made, and add nothing to inherit from.
NEUTRAL_BASES = {"object", "Generic", "Protocol", "ABC"}

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of a module, by line. Raises SyntaxError if it is no Python."""
        nodes = list(ast.walk(ast.parse(self.text, self.path)))
        return sorted(nodes, key=lambda node: getattr(node, "lineno", 0))

    @property
    def in_application(self) -> bool:
        return self.path.partition("/")[0] in APPLICATION

    @property
    def is_test(self) -> bool:
        return self.path.startswith("tests/")

    def of_type(self, *types: type) -> Iterator:
        return (node for node in self.nodes if isinstance(node, types))

    def finding(self, node: ast.AST, text: str) -> Finding:
        return Finding(self.path, node.lineno, text)


Rule = Callable[[Source], Iterable[Finding]]
WholeRule = Callable[[list[Source]], Iterable[Finding]]


# What is read


def python_files(root: Path, folders: Iterable[str]) -> Iterator[Path]:
    """The modules of these folders, without migrations. In docs, only the scripts at the top."""
    for folder in folders:
        pattern = "*.py" if folder == "docs" else "**/*.py"
        paths = sorted((root / folder).glob(pattern))
        yield from (path for path in paths if "migrations" not in path.relative_to(root).parts)


def template_files(root: Path) -> Iterator[Path]:
    for folder in TEMPLATES:
        paths = sorted((root / folder).rglob("*"))
        yield from (path for path in paths if path.suffix in TEMPLATE_SUFFIXES)


def read_sources(root: Path, paths: Iterable[Path]) -> list[Source]:
    return [Source(path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in paths]


# Class names


def all_classes(sources: list[Source]) -> Iterator[tuple[Source, ast.ClassDef]]:
    for source in sources:
        for node in source.of_type(ast.ClassDef):
            yield source, node


def repeated_class_names(sources: list[Source]) -> dict[str, list[Finding]]:
    """Class names, nested ones too, that stand more than once here, with each place."""
    places = defaultdict(list)
    for source, node in all_classes(sources):
        places[node.name].append(source.finding(node, node.name))
    repeated = {name: found for name, found in places.items() if len(found) > 1}
    return {name: found for name, found in repeated.items() if name not in DJANGO_CLASSES}


def check_class_names(sources: list[Source]) -> Iterator[Finding]:
    for name, places in repeated_class_names(sources).items():
        for place in places:
            others = ", ".join(f"{other.path}:{other.line}" for other in places if other != place)
            text = f"class {name} stands also in {others}: give it a name of its own"
            yield Finding(place.path, place.line, text)


# Mixins


def name_of(base: ast.expr) -> str:
    """The last part of a base's name: ModelAdmin of `admin.ModelAdmin`."""
    if isinstance(base, ast.Subscript):
        return name_of(base.value)
    if isinstance(base, ast.Attribute):
        return base.attr
    return base.id if isinstance(base, ast.Name) else ""


def bases_of(node: ast.ClassDef) -> list[str]:
    names = [name_of(base) for base in node.bases]
    return [name for name in names if name not in NEUTRAL_BASES]


def classes_without_foreign_base(bases: dict[str, list[str]]) -> set[str]:
    """Classes of ours whose ancestors are all ours: they can only be added to another class."""
    own: set[str] = set()
    while found := {name for name in bases if name not in own and own.issuperset(bases[name])}:
        own |= found
    return own


def check_mixin_names(sources: list[Source]) -> Iterator[Finding]:
    """A class without a base from elsewhere that is listed before another base is a mixin.

    A class name that stands twice is left to its own rule: nobody can tell which one is meant.
    """
    classes = list(all_classes(sources))
    counts = Counter(node.name for _, node in classes)
    own = classes_without_foreign_base({node.name: bases_of(node) for _, node in classes})
    listed_first: set[str] = set()
    for _, node in classes:
        listed_first.update(bases_of(node)[:-1])
    for source, node in classes:
        is_mixin = node.name in own & listed_first and counts[node.name] == 1
        if is_mixin and not node.name.endswith("Mixin"):
            text = f"class {node.name} is used as a mixin: end its name in Mixin"
            yield source.finding(node, text)


# Comprehensions and imports


def check_comprehensions(source: Source) -> Iterator[Finding]:
    for node in source.of_type(*COMPREHENSIONS):
        if len(node.generators) > 1:
            text = "two `for` in one comprehension: write a loop or two statements"
            yield source.finding(node, text)


def ready_methods(source: Source) -> Iterator[ast.AST]:
    """`ready` of an AppConfig, where Django prescribes imports inside a function."""
    for node in source.of_type(ast.ClassDef):
        if "AppConfig" in bases_of(node):
            yield from (method for method in node.body if getattr(method, "name", "") == "ready")


def imports_in(function: ast.AST) -> Iterator[ast.stmt]:
    nodes = ast.walk(function)
    return (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def check_local_imports(source: Source) -> Iterator[Finding]:
    if not source.in_application:
        return
    prescribed = set(ready_methods(source))
    functions = (node for node in source.of_type(*FUNCTIONS) if node not in prescribed)
    for function in functions:
        for node in imports_in(function):
            text = "import inside a function: move it to the top of the module"
            yield source.finding(node, text)


# Names


def module_name(path: str) -> str:
    """The name that a file defines: a package's for its `__init__.py`."""
    parts = path.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


def names_of(node: ast.AST) -> Iterator[str]:
    """The names that this node defines. One that it only uses may be anybody's."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name
        case ast.arg():
            yield node.arg
        case ast.Name(ctx=ast.Store()):
            yield node.id
        case ast.Attribute(ctx=ast.Store()):
            yield node.attr
        case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.Call(func=ast.Attribute(attr=method)) if method in NAMING_METHODS:
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def is_sentence(source: Source, node: ast.AST) -> bool:
    """The name of a test: a sentence, in which every word is free."""
    return source.is_test and isinstance(node, FUNCTIONS) and node.name.startswith("test_")


def defined_names(source: Source) -> dict[str, int]:
    """Each name that this module defines, its own included, with the line where it stands first."""
    names = {module_name(source.path): 1}
    nodes = (node for node in source.nodes if not is_sentence(source, node))
    for node in nodes:
        for name in names_of(node):
            names.setdefault(name, node.lineno)
    return names


def banned_words_in(name: str) -> list[str]:
    words = (word.lower() for word in WORDS.findall(name))
    return [word for word in words if word in BANNED_WORDS]


def names_with_banned_words(source: Source) -> dict[str, int]:
    return {name: line for name, line in defined_names(source).items() if banned_words_in(name)}


def check_names(source: Source, kept_names: KeptNames = KEPT_NAMES) -> Iterator[Finding]:
    names = names_with_banned_words(source)
    kept = kept_names.get(source.path, set())
    for name in kept - names.keys():
        yield Finding(source.path, 1, f"{name} is gone from here: take it out of KEPT_NAMES too")
    for name in names.keys() - kept:
        word = banned_words_in(name)[0]
        text = f'the name {name} has the word "{word}": write {BANNED_WORDS[word]}'
        yield Finding(source.path, names[name], text)


# The source language

LANGUAGE_ADVICE = f"the source language as a literal: use the constant of {LANGUAGE_MODULE}"


def check_language(source: Source) -> Iterator[Finding]:
    if not source.in_application or source.path == LANGUAGE_MODULE:
        return
    for node in source.of_type(ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        if LANGUAGE_CODE.fullmatch(text) or LANGUAGE_ATTRIBUTE.search(text):
            yield source.finding(node, LANGUAGE_ADVICE)


def check_template_language(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if LANGUAGE_IN_TEMPLATE.search(line):
            yield Finding(source.path, number, LANGUAGE_ADVICE)


def check_template_width(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if len(line) > TEMPLATE_COLUMNS:
            text = f"{len(line)} columns: break the line, at most {TEMPLATE_COLUMNS}"
            yield Finding(source.path, number, text)


TAG_ENDS = {"{#": "#}", "{%": "%}", "{{": "}}"}
TAG_ADVICE = "a comment or a tag that does not end on its line is shown to readers: close it there"


def check_template_tags(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        for begin, end in TAG_ENDS.items():
            if begin in line and end not in line[line.rindex(begin) :]:
                yield Finding(source.path, number, TAG_ADVICE)


# All together

MODULE_RULES: tuple[Rule, ...] = (
    check_comprehensions,
    check_local_imports,
    check_names,
    check_language,
)
TEMPLATE_RULES: tuple[Rule, ...] = (
    check_template_language,
    check_template_tags,
    check_template_width,
)
CODE_BASE_RULES: tuple[WholeRule, ...] = (check_class_names, check_mixin_names)


def apply_rules(rules: Iterable[Rule], sources: Iterable[Source]) -> Iterator[Finding]:
    for source in sources:
        for rule in rules:
            yield from rule(source)


def check(root: Path) -> list[Finding]:
    """Every finding of the checkout at this root, by path and line.

    Tests, benchmarks and scripts are a code base of their own: they may repeat a class name.
    """
    application = read_sources(root, python_files(root, APPLICATION))
    support = read_sources(root, python_files(root, SUPPORT))
    templates = read_sources(root, template_files(root))
    findings = [
        *apply_rules(MODULE_RULES, [*application, *support]),
        *apply_rules(TEMPLATE_RULES, templates),
    ]
    for rule in CODE_BASE_RULES:
        findings += [*rule(application), *rule(support)]
    return sorted(set(findings))


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]).resolve() if arguments else ROOT
    findings = check(root)
    for finding in findings:
        print(finding)
    if findings:
        print(f"\n{len(findings)} findings. The rules are in tests/code_style.py.", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
