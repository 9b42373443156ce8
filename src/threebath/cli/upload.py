"""``threebath upload``: send files from the terminal."""

import asyncio
import os
import signal
import sys
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from threebath.cli.uploads.bars import Bars
from threebath.cli.uploads.files import expand
from threebath.cli.uploads.tally import Tally
from threebath.cli.uploads.views import JsonLines, Lines, View, printable
from threebath.cli.uploads.worlds import DEV_DATA, NAME
from threebath.client.batch import Outcome, Sender
from threebath.client.errors import ClientError
from threebath.client.flow import Flow
from threebath.client.journal import Journal
from threebath.client.profiles import Account, read_account
from threebath.client.progress import Progress
from threebath.client.targets import TARGETS, Client, Target, build_flow, read_target

SOME_FAILED = 1
CALLED_WRONGLY = 2
NONE_SAVED = 3
INTERRUPTED = 130
TERMINATED = 143

_ENDS = (
    "Ends with 0 if every file is saved, 1 if some are not, 3 if none is, 2 if it was"
    " called wrongly, 130 if it was interrupted. What was saved is not sent again when"
    " the same command is given again."
)

HELP = f"""\
Send files to a network, or to a threebath server.

Where to, more after a question mark (vk:album/5?group=7):

\b
{
    chr(10).join(
        f"{name + ('/' if row.id else '') + row.id:<24} {row.about}"
        for name, row in TARGETS.items()
    )
}

{_ENDS}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command was asked to do."""

    files: list[str]
    target: Target
    account: Account
    journal: Path
    parallel: int
    again: bool
    checked: bool


FilesArgument = Annotated[
    list[str], typer.Argument(help="Files, folders, or patterns in quotes.")
]
ToOption = Annotated[
    str, typer.Option(help="Where to: vk:album/5, ok:topic, up:album, ...")
]
CaptionOption = Annotated[str, typer.Option(help="A text for each file.")]
ProfileOption = Annotated[
    str, typer.Option(envvar="THREEBATH_PROFILE", help="Which servers and accounts.")
]
ProfilesOption = Annotated[
    Path | None,
    typer.Option(envvar="THREEBATH_PROFILES", help="The file that they are in."),
]
JournalOption = Annotated[
    Path | None, typer.Option(help="The file that remembers what was sent.")
]
ParallelOption = Annotated[int, typer.Option(min=1, max=32, help="Uploads at a time.")]
AgainOption = Annotated[
    bool, typer.Option("--again", help="Send even what was sent before.")
]
UncheckedOption = Annotated[
    bool, typer.Option("--unchecked", help="Let the server find what does not fit.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def upload(
    files: FilesArgument,
    *,
    to: ToOption,
    caption: CaptionOption = "",
    profile: ProfileOption = "default",
    profiles: ProfilesOption = None,
    journal: JournalOption = None,
    parallel: ParallelOption = 3,
    again: AgainOption = False,
    unchecked: UncheckedOption = False,
    as_json: JsonOption = False,
) -> None:
    try:
        target = read_target(to, caption)
        account = read_account(
            target.network,
            profile=profile,
            path=profiles or _profiles(),
            environ=os.environ,
        )
        order = Order(
            files=files,
            target=target,
            account=account,
            journal=journal or _journal(account, target),
            parallel=parallel,
            again=again,
            checked=not unchecked,
        )
        code = _run(order, as_json=as_json)
    except ClientError as error:
        typer.echo(f"threebath upload: {printable(str(error))}", err=True)
        raise typer.Exit(CALLED_WRONGLY) from None
    raise typer.Exit(code)


upload.__doc__ = HELP


def _run(order: Order, *, as_json: bool) -> int:
    """Send, and show it; return the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name is no reason to stop
    client = order.account.client()
    flow = build_flow(client, order.target)
    paths = expand(order.files, flow.limits)
    tally = Tally(len(paths), str(order.target))
    view = _view(tally, as_json=as_json)
    code = 0
    with view:
        try:
            with asyncio.Runner() as runner:
                runner.run(_send(order, client, flow, paths, Watch(tally, view)))
        except KeyboardInterrupt:
            code = INTERRUPTED
        except asyncio.CancelledError:
            code = TERMINATED
    code = code or _code(tally)
    view.end(_advice(tally, code))
    return code


@dataclass(frozen=True, slots=True)
class Watch:
    """Counts each step, and then shows it."""

    tally: Tally
    view: View

    def step(self, step: Progress) -> None:
        self.tally.step(step)
        self.view.step(step)

    def done(self, index: int, outcome: Outcome[object]) -> None:
        self.tally.end(index, outcome)
        self.view.outcome(index, outcome)


async def _send(
    order: Order, client: Client, flow: Flow[object], paths: list[Path], watch: Watch
) -> None:
    """Send all files over one client and one journal; SIGTERM stops it in order."""
    if (task := asyncio.current_task()) is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with client:
        with closing(Journal(order.journal)) as journal:
            sender = Sender(
                flow,
                tell=watch.step,
                done=watch.done,
                parallel=order.parallel,
                journal=journal,
                again=order.again,
                checked=order.checked,
            )
            await sender.send(paths)


def _view(tally: Tally, *, as_json: bool) -> View:
    if as_json:
        return JsonLines(tally)
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        return Bars(tally, Console(highlight=False))
    return Lines(tally)


def _code(tally: Tally) -> int:
    counts = tally.counts
    saved = counts["saved"] + counts["saved before"]
    if saved == tally.files:
        return 0
    return SOME_FAILED if saved else NONE_SAVED


def _advice(tally: Tally, code: int) -> str:
    counts = tally.counts
    if code in {INTERRUPTED, TERMINATED}:
        return "Interrupted. Give the same command again to send the rest."
    if counts["uncertain"]:
        return "Look whether the uncertain ones are there; --again sends them once more."
    if counts["saved before"]:
        return "What was saved before was not sent again; --again sends it once more."
    return ""


def _profiles() -> Path:
    """Return the user's own file, or else that of ``threebath dev`` in this folder."""
    own = _home("XDG_CONFIG_HOME", ".config") / NAME
    beside = DEV_DATA / NAME
    return beside if beside.exists() and not own.exists() else own


def _journal(account: Account, target: Target) -> Path:
    name = f"{target.network}-{target.kind}-{target.id or '0'}-{account.identity}.jsonl"
    return _home("XDG_STATE_HOME", ".local/state") / "uploads" / name


def _home(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / usual) / "threebath"
