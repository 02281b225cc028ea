"""Documents and words against what the project promises: `python -m tests.house.documents`.

Every module of hub and bots says what it is for; every relative link of a Markdown
page leads somewhere; no tracked file names a path of someone's machine, the address
of a package index, or how the work is organised.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.house.source import ROOT, SourceFile, source_files

# Each word is broken by a bracket, so that this file does not contain what it looks for.
FORBIDDEN = re.compile(
    r"(?<![.\w])/(?:wor[k]|far[m]|roo[t]|hom[e]/\w+|User[s]/\w+)/"
    r"|pypi\.or[g]/simple|pythonhoste[d]\.org|index-ur[l]|registry\.npm[j]s|\"resolved\": \"htt[p]"
    r"|su[b]-?agent|codin[g] agent|far[m]-(?:studio|bench)|languag[e] model|chat[g]pt|clau[d]e",
    re.IGNORECASE,
)

LINK = re.compile(
    r"(?<!\\)!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\""
)

CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def tracked_files() -> list[Path]:
    """Every file git knows or would add, links and deleted files left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).is_file()]


def missing_docstrings(files: Iterable[SourceFile]) -> list[str]:
    """Modules that do not say what they are for; a private one has to as well."""
    return [f"{file.name}: no module docstring" for file in files if not (ast.get_docstring(file.tree) or "").strip()]


def link_targets(text: str) -> list[str]:
    """Targets of the links of a Markdown text, code left out."""
    return [markdown or html for markdown, html in LINK.findall(CODE.sub("", text))]


def broken_links(page: Path) -> list[str]:
    """Relative links of one page that lead nowhere."""
    files = [target.partition("#")[0] for target in link_targets(page.read_text(encoding="utf-8"))]
    relative = [target for target in files if target and not re.match(r"[a-z][a-z0-9+.-]*:|//", target)]
    return [f"{page.relative_to(ROOT)}: no {target}" for target in relative if not (page.parent / target).exists()]


def forbidden_words(file: Path) -> list[str]:
    """Lines of one text file that say what the project does not say; binary files say nothing."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    place = file.relative_to(ROOT)
    return [f"{place}:{n}: {found.group()}" for n, line in enumerate(lines, 1) if (found := FORBIDDEN.search(line))]


def breaches() -> list[str]:
    """Everything the documents and words owe."""
    files = tracked_files()
    pages = [file for file in files if file.suffix == ".md"]
    return [
        *missing_docstrings(source_files("hub", "bots")),
        *(breach for page in pages for breach in broken_links(page)),
        *(breach for file in files for breach in forbidden_words(file)),
    ]


def main() -> int:
    """Print every breach; the exit code says whether there is one."""
    found = breaches()
    for breach in found:
        print(breach)
    print(f"documents: {len(found)} breaches")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
