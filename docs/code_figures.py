"""How plain the code is, in figures: `docs/code_figures.py [DIRECTORY [DIRECTORY]] [--json]`.

Run it with the Python of `.venv`, where ruff is. Each directory is a checkout (this one, if none is
given). Two are shown side by side, as before and after. Counted is the application: articles,
symptoms, reviews and config, without migrations.
"""

import argparse
import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path
from statistics import mean, median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.code_style import (  # noqa: E402 - found only once the root is on the path
    APPLICATION,
    COMPREHENSIONS,
    FUNCTIONS,
    Source,
    names_with_banned_words,
    python_files,
    read_sources,
    repeated_class_names,
)

MAX_COMPLEXITY = 10
MAX_COLUMNS = 100
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)

Figures = dict[str, int | float]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed. 0 for no values."""
    ordered = sorted(values)
    return ordered[ceil(share * len(ordered)) - 1] if ordered else 0


def middle(values: list[int]) -> float:
    return median(values) if values else 0


def count_lines(source: Source) -> int:
    return len(source.text.splitlines())


def count_filled_lines(source: Source) -> int:
    return sum(1 for line in source.text.splitlines() if line.strip())


def count_wide_lines(source: Source) -> int:
    return sum(1 for line in source.text.splitlines() if len(line) > MAX_COLUMNS)


def docstring_of(node: ast.AST) -> ast.Constant | None:
    """The docstring of a module, class or function, as a node."""
    match getattr(node, "body", None):
        case [ast.Expr(value=ast.Constant(value=str()) as text), *_]:
            return text
    return None


def docstring_lines(source: Source) -> set[int]:
    lines: set[int] = set()
    for node in source.of_type(*DOCUMENTED):
        if text := docstring_of(node):
            lines.update(range(text.lineno, text.end_lineno + 1))
    return lines


def count_code_lines(source: Source) -> int:
    """Lines that are neither empty nor a comment nor part of a docstring."""
    documented = docstring_lines(source)
    lines = enumerate(source.text.splitlines(), start=1)
    code = (line.strip() for number, line in lines if number not in documented)
    return sum(1 for line in code if line and not line.startswith("#"))


def nodes_of_type(sources: list[Source], *types: type) -> Iterator:
    for source in sources:
        yield from source.of_type(*types)


def function_lengths(sources: list[Source]) -> list[int]:
    """The lines of each function, from its `def` to its end."""
    functions = nodes_of_type(sources, *FUNCTIONS)
    return [node.end_lineno - node.lineno + 1 for node in functions]


def complexities(paths: list[Path]) -> list[int]:
    """The complexity of every function, as ruff counts it: branches that are statements only.

    Raises CalledProcessError if ruff fails.
    """
    if not paths:
        return []
    options = ["--isolated", "--no-cache", "--ignore-noqa", "--exit-zero", "--quiet"]
    rule = ["--select", "C901", "--config", "lint.mccabe.max-complexity = 0"]
    ruff = Path(sys.executable).with_name("ruff")
    command = [ruff, "check", *options, *rule, "--output-format", "json", *paths]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    # "`name` is too complex (5 > 0)"
    messages = [finding["message"] for finding in json.loads(found.stdout)]
    return [int(message.rpartition("(")[2].partition(" ")[0]) for message in messages]


def is_entry(path: Path) -> bool:
    """Whether a path is part of the project: not hidden, and not only what Python compiled."""
    if path.name.startswith(".") or path.name == "__pycache__":
        return False
    return path.is_file() or any(is_entry(child) for child in path.iterdir())


def count_entries(folder: Path) -> int:
    return sum(1 for path in folder.iterdir() if is_entry(path)) if folder.is_dir() else 0


def size_figures(sources: list[Source]) -> Figures:
    files = [count_lines(source) for source in sources]
    functions = function_lengths(sources)
    return {
        "modules": len(sources),
        "lines": sum(files),
        "lines that are not empty": sum(count_filled_lines(source) for source in sources),
        "lines of code": sum(count_code_lines(source) for source in sources),
        f"lines over {MAX_COLUMNS} columns": sum(count_wide_lines(source) for source in sources),
        "lines per file, median": middle(files),
        "lines per file, 90th percentile": percentile(files, 0.9),
        "functions": len(functions),
        "lines per function, median": middle(functions),
        "lines per function, 90th percentile": percentile(functions, 0.9),
    }


def complexity_figures(values: list[int]) -> Figures:
    over = [value for value in values if value > MAX_COMPLEXITY]
    return {
        "complexity of a function, mean": round(mean(values), 2) if values else 0,
        f"functions of complexity over {MAX_COMPLEXITY}": len(over),
    }


def density_figures(sources: list[Source]) -> Figures:
    """Counted over the lines that are not empty, so that blank lines make no code look plainer."""
    thousands = sum(count_filled_lines(source) for source in sources) / 1000 or 1
    comprehensions = list(nodes_of_type(sources, *COMPREHENSIONS))
    nested = [node for node in comprehensions if len(node.generators) > 1]
    conditionals = list(nodes_of_type(sources, ast.IfExp))
    return {
        "comprehensions per 1,000 filled lines": round(len(comprehensions) / thousands, 1),
        "comprehensions with two `for`": len(nested),
        "conditional expressions per 1,000 filled lines": round(len(conditionals) / thousands, 1),
    }


def name_figures(sources: list[Source]) -> Figures:
    banned = [names_with_banned_words(source) for source in sources]
    return {
        "class names that stand twice": len(repeated_class_names(sources)),
        "names with a banned word": sum(len(names) for names in banned),
    }


def figures(root: Path) -> Figures:
    paths = list(python_files(root, APPLICATION))
    sources = read_sources(root, paths)
    entries = {f"entries at the top of {app}": count_entries(root / app) for app in APPLICATION}
    return {
        **size_figures(sources),
        **complexity_figures(complexities(paths)),
        **density_figures(sources),
        **name_figures(sources),
        **entries,
    }


def as_table(columns: dict[str, Figures]) -> str:
    """A table of text: a row for each figure, a column for each checkout."""
    labels = list(next(iter(columns.values())))
    width = max(len(label) for label in labels)
    rows = [("", *columns)]
    rows += [(label, *(found[label] for found in columns.values())) for label in labels]
    return "\n".join(as_row(row, width) for row in rows)


def as_row(row: tuple, width: int) -> str:
    label, *values = row
    cells = (value if isinstance(value, str) else f"{value:,g}" for value in values)
    return " | ".join([label.ljust(width), *(cell.rjust(8) for cell in cells)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path, nargs="*", default=[ROOT])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if len(options.directory) > 2:
        parser.error("one directory, or two to compare")
    headings = ["before", "after"] if len(options.directory) == 2 else ["figures"]
    found = [figures(directory.resolve()) for directory in options.directory]
    columns = dict(zip(headings, found, strict=True))
    printed = json.dumps(columns, indent=2) if options.json else as_table(columns)
    print(printed)


if __name__ == "__main__":
    main()
