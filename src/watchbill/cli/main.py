"""The `watchbill` command: a list of commands, each loaded when it is called, and one place where errors meet people."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

import click

from watchbill import __version__
from watchbill.lib.errors import WatchbillError

from .leaving import AT_ONCE


@dataclass(frozen=True)
class _Command:
    """Where a command stands (`module:attribute`) and its line in `--help`."""

    where: str
    summary: str


DEBUG = "WATCHBILL_DEBUG"
OWN_FAULT = 70

COMMANDS = {
    "up": _Command("up:up", "Run watchbill on an organisation's folder."),
    "init": _Command("init:init", "Write a small starting folder with comments that teach."),
    "lint": _Command("lint:lint", "List all faults of an organisation's folder."),
    "show": _Command("show:show", "Show teams, services, goals and who is on call."),
    "coverage": _Command("coverage:coverage", "Say who answers for what: every service, alert class and practice."),
    "explain": _Command("explain:explain", "Say who would be paged, and why, down to file and line."),
    "allowed": _Command("allowed:allowed", "Say whether a person may do something to a service."),
    "platform": _Command("platform:platform", "Say what the common platform must reach, and which goals cannot hold."),
    "check": _Command("check:check", "List which rules of good practice the organisation does not keep."),
    "budget": _Command("budget:budget", "Say what a service's goals have left, what follows, and who spent it."),
    "goals": _Command("goals:goals", "Test reliability goals on samples from a file; fill in their past."),
    "plan": _Command("plan:plan", "Say what a change of the organisation means before it counts."),
    "readiness": _Command("readiness:readiness", "Write the readiness review of an engagement, to go through."),
    "compile": _Command("compile:compile_", "Write goals as rules for your cluster's own ruler."),
    "drift": _Command("drift:drift", "Compare what your ruler recorded with the ledger."),
    "import": _Command("imports:import_", "Turn specs of Sloth, Pyrra or slo-generator into OpenSLO documents."),
    "fmt": _Command("fmt:fmt", "Write documents of an older version as the one that is read."),
    "schema": _Command("schema:schema", "Print the JSON Schemas of the documents, for editors."),
    "config": _Command("config:config", "Print the settings in force, secrets hidden."),
    "invite": _Command("access:invite", "Make a one-time sign-in link for a person."),
    "access": _Command("access:access", "List who may sign in, and end it."),
    "token": _Command("tokens:token", "Make, list and revoke API tokens for programs."),
    "demo": _Command("demo:demo", "Run the example organisation with its shop, break it and mend it."),
}


class _Commands(click.Group):
    """Loads a command's module when the command is called; the list of commands needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].where.partition(":")
        command: click.Command = getattr(importlib.import_module(f"watchbill.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="watchbill")
def cli() -> None:
    """Who covers what, who is paged, and what reliability costs: the control plane of an SRE organisation.

    Start with: watchbill init DIR, then watchbill lint DIR and watchbill up DIR.
    """


def main() -> None:
    """Run a command; an error of ours ends it with what went wrong and how to mend it, never with a traceback.

    An exception that nobody foresaw ends it with status OWN_FAULT; where it happened is told only with WATCHBILL_DEBUG=1.
    """
    try:
        cli(obj=AT_ONCE)
    except WatchbillError as error:
        click.echo(f"watchbill: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last line of defence: people get a sentence, never a traceback
        _own_fault(error)


def _own_fault(error: Exception) -> NoReturn:
    if os.environ.get(DEBUG) == "1":
        import traceback

        traceback.print_exception(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(" .:")
    mend = "" if os.environ.get(DEBUG) == "1" else f"; run again with {DEBUG}=1 to see where"
    click.echo(f"watchbill: {what}. This is a fault of watchbill{mend}.", err=True)
    sys.exit(OWN_FAULT)
