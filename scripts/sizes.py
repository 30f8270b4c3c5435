"""Checks the size budget of `src/`: files and functions in code lines (no blanks, comments, docstrings).

Over the hard limit fails; a share of functions over the soft limit fails too.
Files that are tables rather than code stand in `EXEMPT` with their reason.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

FILE_HARD = 500
FUNCTION_SOFT = 40
FUNCTION_HARD = 80
SOFT_SHARE = 0.03
EXEMPT = {"src/moushi/columns.py": "one table of all columns (docs/decisions/0002)"}

_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def code_lines(source: str, tree: ast.Module) -> set[int]:
    """Return the numbers of the lines that hold code."""
    documentation: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node) is not None:
            documentation.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _SKIPPED:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - documentation


def main() -> int:
    """Print what is over the budget and return 1 if anything is."""
    offences: list[str] = []
    functions = long_functions = 0
    for path in sorted(Path("src").rglob("*.py")):
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        lines = code_lines(source, tree)
        if len(lines) > FILE_HARD and str(path) not in EXEMPT:
            offences.append(f"{path}: {len(lines)} code lines, at most {FILE_HARD}")
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                size = sum(node.lineno <= line <= (node.end_lineno or 0) for line in lines)
                functions += 1
                long_functions += size > FUNCTION_SOFT
                if size > FUNCTION_HARD:
                    offences.append(f"{path}:{node.lineno} {node.name}: {size} code lines, at most {FUNCTION_HARD}")
    if long_functions > SOFT_SHARE * functions:
        offences.append(f"{long_functions} of {functions} functions are over {FUNCTION_SOFT} code lines, at most {SOFT_SHARE:.0%}")
    print("\n".join(offences) or f"sizes: {functions} functions, {long_functions} over {FUNCTION_SOFT} code lines")
    return bool(offences)


if __name__ == "__main__":
    sys.exit(main())
