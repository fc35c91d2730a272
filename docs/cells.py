"""The cells of the tour: each is shown, run, and followed by what it printed and drew."""

import ast
import contextlib
import io
import os
from pathlib import Path
from typing import Any, Final

import cog

from segmentation.charts import Picture

# Where pictures are written; the tour shows them from its own folder.
PICTURES: Final = Path(os.environ.get("TOUR_PICTURES", "docs/tour"))
_known: dict[str, Any] = {}


def cell(code: str) -> None:
    """Show the code and run it, in one namespace for the whole tour, then show its output.

    A last line that is an expression with a Picture as its value shows the picture.
    """
    code = code.strip()
    cog.outl(f"```python\n{code}\n```\n")
    *before, last = ast.parse(code).body
    printed, picture = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(ast.unparse(before), _known)  # noqa: S102 - the tour's own code
        if isinstance(last, ast.Expr):
            picture = eval(ast.unparse(last), _known)  # noqa: S307
        else:
            exec(ast.unparse(last), _known)  # noqa: S102
    told = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
    if told:
        cog.outl(f"```text\n{told}\n```\n")
    if isinstance(picture, Picture):
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / picture.filename).write_bytes(picture.png)
        cog.outl(f"![{picture.alt_text}](tour/{picture.filename})\n")
