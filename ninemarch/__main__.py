"""``python -m ninemarch`` is the same as the ``ninemarch`` command."""

from ninemarch.cli import main

if __name__ == "__main__":
    main()
