"""The program `ioc`, as `python -m ioc.cli`."""

from ioc.cli.program import main

if __name__ == "__main__":
    main()
