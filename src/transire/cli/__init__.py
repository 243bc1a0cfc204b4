"""The `transire` command: one group whose subcommands are loaded when they are called.

`transire --help` imports no subcommand and `transire verify` no other one, so that a proof is checked in a fraction of
a second. A command lives in the module and under the name that the table gives; its summary stands in the table only.

Exit codes: 0 done, all checks hold; 1 refused, with a sentence and the fix; 2 called wrongly, or not a receipt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple, NoReturn

import click

from transire import __version__
from transire.cli.errors import FileUnusable
from transire.errors import TransireError

EXIT_REFUSED: Final = 1
EXIT_CALLED_WRONGLY: Final = 2


class Entry(NamedTuple):
    """Where a command is found, and the line that `--help` shows for it."""

    target: str
    summary: str


COMMANDS: Final[Mapping[str, Entry]] = {
    "demo": Entry("transire.cli.demo:demo", "Run the main job on real input, from a signature to its proof."),
    "verify": Entry("transire.cli.verify:verify", "Check a receipt offline, without trust in any node."),
    "verify-page": Entry("transire.cli.verify_page:verify_page", "Write the page that checks receipts in a browser."),
    "statement": Entry("transire.cli.statement:statement", "Show a statement, an action or a receipt in words."),
    "origin": Entry("transire.cli.origin:origin", "Determine whether goods originate under an agreement, and why."),
    "tariff": Entry("transire.cli.tariff:tariff", "Keep the tariff schedule, search it, and work out duty and fees."),
    "entry": Entry("transire.cli.entry:entry", "Write the records of an entry summary, and read the answer to them."),
    "credential": Entry("transire.cli.credential:credential", "Issue, verify, show and present credentials in files."),
    "document": Entry("transire.cli.document:document", "Issue documents of the trade, and map them."),
    "vc-api": Entry("transire.cli.vc_api:vc_api", "Serve credentials to other programs over the VC API."),
    "node": Entry("transire.cli.node:node", "Set up and run a node."),
    "ledger": Entry("transire.cli.ledger:ledger", "Take part in a network of several organisations."),
    "network": Entry("transire.cli.network:network", "Run a network of organisations on this machine."),
    "govern": Entry("transire.cli.govern:govern", "Propose and approve changes; enrol and suspend members."),
    "witness": Entry("transire.cli.witness:witness", "Watch a network's log from outside and countersign it."),
    "doctor": Entry("transire.cli.doctor:doctor", "Examine a node and say what is wrong with it."),
    "records": Entry("transire.cli.records:records", "Rebuild the records from the ledger and the vault."),
    "config": Entry("transire.cli.config:config", "Show the settings and where each comes from."),
    "backup": Entry("transire.cli.backup:backup", "Back up a node, and restore it."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when it is called."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **options: Any) -> None:
        super().__init__(*args, **options)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None for a name that is not in the table."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the table: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])


@click.group(cls=LazyGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="transire")
def cli() -> None:
    """A shared, tamper-evident ledger of trade documents, and the proofs it gives.

    \b
    Example:
      transire verify certification.receipt.json --network network.json
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code; a refusal is one sentence and what to do next."""
    try:
        code = cli.main(args=arguments, prog_name="transire", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TransireError as error:
        _refuse(error)
    except BrokenPipeError:  # The reader of a pipe left: what it wanted, it has. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_REFUSED)
    except OSError as error:
        if error.filename is None:
            raise  # of nothing that has a name: a fault of ours, to be seen whole
        _refuse(FileUnusable(got=error.strerror, where=str(error.filename)))
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(error: TransireError) -> NoReturn:
    click.echo(f"{error}\n({error.code})", err=True)
    sys.exit(EXIT_REFUSED)
