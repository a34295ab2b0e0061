"""How much of what protects people the tests execute; reads what ``make coverage`` measured."""

import json
import sys
from typing import Any, Final

from tests.proof import results

MEASURED: Final = results.ROOT / "build" / "coverage.json"
PROTECTS: Final = ("treadctl/safety/", "treadctl/gate/", "firmware_protocols/")


def figures(measured: dict[str, Any]) -> dict[str, Any]:
    """Sum up the files that protect people, and name those which are not executed whole."""
    summaries = {
        name: file["summary"]
        for name, file in measured["files"].items()
        if name.startswith(PROTECTS)
    }

    def total(key: str) -> int:
        return sum(summary[key] for summary in summaries.values())

    lines, branches = total("num_statements"), total("num_branches")
    return {
        "lines": lines,
        "lines_percent": round(100 * total("covered_lines") / lines, 3),
        "branches": branches,
        "branches_percent": round(100 * total("covered_branches") / branches, 3),
        "not_whole": sorted(
            name
            for name, summary in summaries.items()
            if summary["missing_lines"] or summary["missing_branches"]
        ),
    }


def main() -> int:
    found = figures(json.loads(MEASURED.read_text(encoding="utf-8")))
    results.write("coverage", "make coverage", found)
    print(
        f"What protects people: {found['lines_percent']} % of {found['lines']} lines, "
        f"{found['branches_percent']} % of {found['branches']} branches."
    )
    if found["not_whole"]:
        print("Not whole: " + ", ".join(found["not_whole"]))
    return 1 if found["not_whole"] else 0


if __name__ == "__main__":
    sys.exit(main())
