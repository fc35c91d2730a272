"""`segbot doctor`: the examination on the command line, which leads through an installation."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from slack_sdk import WebClient

from bot import doctor_here as here
from bot import doctor_slack as slack
from bot.doctor import Check, Finding, Mark, Patient, examined, verdict, wrong
from bot.settings import Settings, loose_settings, needed_settings
from segmentation.errors import SegbotError

CHECKS: Final[tuple[Check, ...]] = (
    slack.reachable,
    slack.bot_token,
    slack.scopes,
    slack.app_token,
    slack.digest_channels,
    here.model,
    here.playbook,
    here.store,
    here.workspaces,
    here.policy,
    here.audit_trail,
    slack.clock,
    here.digest_time,
)
_PATIENCE: Final = 10  # seconds that Slack has for an answer
app = typer.Typer()


@app.command(rich_help_panel="Slack")
def doctor(
    http: Annotated[
        bool, typer.Option("--http", help="For segbot run --http in place of Socket Mode.")
    ] = False,
) -> None:
    """Check everything that Segbot needs, and say what to do next; exit code 1 when it cannot run.

    Run it first, and again after each step: it leads through the installation.

    Example: segbot doctor
    """
    findings = []
    for finding in _findings(http=http):
        typer.echo(str(finding))
        findings.append(finding)
    typer.echo(f"\n{verdict(findings, http=http)}")
    raise typer.Exit(any(finding.mark is Mark.WRONG for finding in findings))


def _findings(*, http: bool) -> list[Finding]:
    try:
        settings, needed = loose_settings(), needed_settings(http=http)
    except SegbotError as error:
        return [wrong("Settings", str(error), "Mend them in .env or in the environment.")]
    missing = here.settings_missing(needed, settings)
    return [*missing, *examined(_patient(settings, http=http), CHECKS)]


def _patient(settings: Settings, *, http: bool) -> Patient:
    client = WebClient(
        settings.slack_bot_token.get_secret_value() or None,
        base_url=settings.slack_api_url,
        timeout=_PATIENCE,
    )
    greeting = slack.greeted(client)
    now = datetime.now(UTC)
    return Patient(settings, http, client, greeting, now, here.subscriptions(settings))
