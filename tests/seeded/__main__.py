"""`make seeded`: plant every bug that is written down; some test has to catch it."""

import argparse
import sys
import time

from tests.mutation.trials import import_libraries
from tests.proof import results as proof
from tests.seeded.bugs import read
from tests.seeded.catches import keep
from tests.seeded.hunt import Catch, hunt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.seeded", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these bugs")
    parser.add_argument("--known", action="store_true", help="ask the known tests only")
    parser.add_argument("--proof", action="store_true", help="keep the figures of this run")
    options = parser.parse_args()
    bugs = read()
    if unknown := set(options.names) - bugs.keys():
        print(f"No bug is called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    chosen = {name: bug for name, bug in bugs.items() if name in options.names or not options.names}
    import_libraries()
    began_s = time.monotonic()
    catches = hunt(chosen, search=not options.known, progress=_tell)
    caught = [catch for catch in catches if catch.is_caught]
    print(f"{len(caught)} of {len(catches)} bugs caught.")
    if not options.known and not options.names:
        keep({catch.bug.name: catch.outcome.by for catch in caught})
    if options.proof:
        figures = {
            "bugs": len(catches),
            "caught": len(caught),
            "tests": len({catch.outcome.by for catch in caught}),
            "requirements": len({catch.bug.requirement for catch in caught}),
            "seconds": round(time.monotonic() - began_s),
        }
        proof.write("seeded", "make seeded", figures)
    return 0 if len(caught) == len(catches) else 1


def _tell(catch: Catch) -> None:
    outcome = catch.outcome
    text = outcome.by if catch.is_caught else f"{outcome.verdict.upper()} {outcome.why}"
    print(f"{catch.bug.name}: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
