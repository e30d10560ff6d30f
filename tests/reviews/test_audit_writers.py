"""Whatever writes a row that is in the chain of events records it, or is listed with who does."""

import ast
from collections.abc import Iterator

from reviews import audit_kinds
from reviews.models import RecalledReview
from tests.engines import ROOT

WRITING = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update"}
ON_A_ROW = {"save", "delete"}
MODELS = {kind.get_rows().model.__name__ for kind in audit_kinds.KINDS} | {RecalledReview.__name__}
# What actions call a row of these models.
ROWS = {"review", "reviewer", "comment", "hand_over", "recall", "reported", "expunction"}
# Function → why it records nothing itself.
RECORDED_ELSEWHERE = {
    "reviews.signing.assignment._set_reviewer": "its callers record it",
    "reviews.signing.assignment.give_back": "_record_hand_over records it",
    "reviews.signing.actions._mark_decided": "the ledger has the decision; its callers record the "
    "reviewer where that changes",
    "reviews.signing.second_reading.open_second_reading": "sign_off records it",
    "reviews.expunging.actions.confirm_expunction": "the ledger has the confirmation",
    "config.operations.demo.loader._create_people": "verify_reviewer records them",
    "config.operations.archive.replay": "an archive brings its events, and a chain begins with the "
    "rows of an older one",
}


def list_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for app in ("reviews", "config"):
        for path in sorted((ROOT / app).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if "migrations" in module or module in RECORDED_ELSEWHERE:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{module}.{node.name}", node


def writes_row(call: ast.Call) -> bool:
    """Whether a call writes rows of a model in the chain, as far as its names tell."""
    if not isinstance(call.func, ast.Attribute):
        return False
    names = {node.id for node in ast.walk(call.func.value) if isinstance(node, ast.Name)}
    if call.func.attr in WRITING:
        return bool(names & MODELS)
    is_row = isinstance(call.func.value, ast.Name) and call.func.value.id in ROWS
    return call.func.attr in ON_A_ROW and is_row


def test_each_writer_records_what_it_writes():
    silent = []
    for name, function in list_functions():
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        if any(map(writes_row, calls)) and "recording.record" not in ast.unparse(function):
            silent.append(name)
    assert set(silent) == RECORDED_ELSEWHERE.keys() - {"config.operations.archive.replay"}
