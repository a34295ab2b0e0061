"""`python -m treadctl`, and the console script."""

from treadctl.cli import main

if __name__ == "__main__":
    main(prog_name="treadctl")
