"""The program `hub`: entrance for people and scripts. Commands stand in `hub.commands`."""

from hub.commands.entrance import program


def main() -> None:
    """Run the command of this process's arguments and end the process with its exit code."""
    program(prog_name="hub")


if __name__ == "__main__":
    main()
