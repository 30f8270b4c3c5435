"""What a person is told when a call fails: what, where and what to do; never personal data, never a wall of code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import click

from moushi.errors import MoushiError, Retryable
from moushi.surfaces.cli.session import FAILED, INTERRUPTED, OK, USAGE, Session, write_json


def tell(error: BaseException, session: Session) -> int:
    """Say why the call ended and return its exit code.

    Notes
    -----
    `MOUSHI_DEBUG=1` adds the trace of calls, without the values in them.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader (head, less) went away; point stdout nowhere so that closing it stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    code, name, text = _facts(error, session)
    if session.as_json:
        fault = {"code": name, "message": text, "retry": isinstance(error, Retryable)}
        write_json({"command": session.command, "exit_code": code, "error": fault})
    else:
        session.err.print(text, markup=False, soft_wrap=True, style="yellow" if code == INTERRUPTED else "red")
    if os.environ.get("MOUSHI_DEBUG") == "1":
        sys.stderr.writelines([*traceback.format_tb(error.__traceback__), *_causes(error)])
    return code


def _causes(error: BaseException) -> Iterator[str]:
    """Say what an error and the errors behind it are, without values from anyone's data."""
    from moushi.trust.redact import redact

    behind: BaseException | None = error
    while behind is not None:
        yield f"{type(behind).__name__}: {redact(str(behind))}\n"
        behind = behind.__cause__


def _facts(error: BaseException, session: Session) -> tuple[int, str, str]:
    """Return exit code, code and words of an error."""
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED, "Interrupted", session.say("fault.interrupted")
    if isinstance(error, MoushiError):
        return error.exit_code, type(error).__name__, error.message(session.language)
    if isinstance(error, click.ClickException):
        return USAGE, "Usage", _usage(error, session)
    return FAILED, "Unexpected", _unexpected(error, session)


def _usage(error: click.ClickException, session: Session) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "moushi"
    return session.say("usage.wrong", command=command, what=_wrong(error, session))


def _wrong(error: click.ClickException, session: Session) -> str:
    """Return what is wrong with the arguments, in the language of the session."""
    if isinstance(error, click.NoSuchOption):
        return session.say("usage.no_option", name=error.option_name, similar=", ".join(error.possibilities or ()) or "–")
    if isinstance(error, click.MissingParameter):
        parameter = error.param
        name = parameter.make_metavar(error.ctx) if parameter is not None and error.ctx is not None else "?"
        return session.say("usage.missing", name=name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return session.say("usage.bad", name="/".join(error.param.opts), detail=error.message)
    return session.say("usage.other", detail=error.format_message())


def _unexpected(error: BaseException, session: Session) -> str:
    """Name the kind of an unforeseen error and the line it came from; its text may hold data, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}moushi{os.sep}" in frame.filename] or frames
    where = f"{Path(own[-1].filename).stem}.{own[-1].name}:{own[-1].lineno}" if own else "?"
    return session.say("fault.unexpected", kind=type(error).__name__, where=where)
