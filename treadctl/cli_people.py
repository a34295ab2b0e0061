"""`treadctl people list|show|add|questions`: who walks, and what they may.

Exit codes: 0 done, 2 a file cannot be used, or nobody of that name.
"""

import json
from datetime import date, timedelta
from typing import Any

import click

from treadctl import paths
from treadctl.cli_errors import reporting_errors
from treadctl.composition.standing import Standing, standing_of
from treadctl.core.criteria import NOT_AT_ALL, NOT_WITHOUT_A_CLINICIAN, QUESTIONS
from treadctl.core.exit_codes import ExitCode
from treadctl.core.profile import Profile
from treadctl.errors import UserFileError
from treadctl.people.directory import id_for, read_people, write_person
from treadctl.people.person import Caps, Person, Questions, Review
from treadctl.records.account_text import printable
from treadctl.units import format_clock, format_speed

REVIEW_DAYS = 180
"""How long a review holds where nobody says."""

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("people")
def people() -> None:
    """Who walks: their limits, their sessions, and what comes next.

    \b
    Everybody is a file in the people directory (docs/people.md); edit it with
    any editor. What is wrong in one is said with its line.
    """


@people.command("list")
@_as_json
@reporting_errors
def list_command(as_json: bool) -> None:
    """List everybody who has a file."""
    directory = paths.people_dir()
    found = read_people(directory)
    if as_json:
        rows = [
            {"id": person.id, "name": person.name, "profile": person.profile.value}
            for person in found.persons
        ]
        click.echo(json.dumps(rows, indent=1))
    elif not found.persons and not found.problems:
        click.echo("Nobody yet. Add somebody: treadctl people add NAME --profile novice")
    else:
        click.echo(f"{'PERSON':<20} {'NAME':<30} PROFILE")
        for person in found.persons:
            click.echo(f"{person.id:<20} {printable(person.name):<30} {person.profile.value}")
        click.echo(
            "\n`treadctl people show PERSON` says what they walk next, and under what limits."
        )
    for problem in found.problems:
        click.echo(printable(str(problem)), err=True)
    if found.problems:
        raise SystemExit(int(ExitCode.USAGE))


@people.command("show")
@click.argument("name", metavar="PERSON")
@click.option("--simulated", is_flag=True, help="Count simulated sessions as well.")
@_as_json
@reporting_errors
def show_command(name: str, simulated: bool, as_json: bool) -> None:
    """Show one person: limits today and why, sessions, and what comes next.

    PERSON is a file's name without .toml, or the name in it.
    """
    standing = standing_of(name, today=date.today(), simulated=simulated)
    if as_json:
        click.echo(json.dumps(_standing_json(standing), indent=1))
        return
    person = standing.person
    limits = standing.limits.limits
    click.echo(f"{printable(person.name)}  ({person.id}, {person.profile.title})")
    if standing.locked is not None:
        click.echo(f"  LOCKED    {printable(standing.locked)}")
    click.echo(f"  backward  up to {format_speed(limits.v_rev_max_ckmh)}")
    click.echo(f"  forward   up to {format_speed(limits.v_fwd_max_ckmh)}")
    click.echo(
        f"  time      {format_clock(limits.session_max_ms)} in all, "
        f"{format_clock(limits.reverse_total_max_ms)} backward, "
        f"{format_clock(limits.bout_max_ms)} for one bout"
    )
    if standing.hr_limit_bpm is not None:
        click.echo(f"  heart     at most {standing.hr_limit_bpm} a minute")
    for why in (*standing.limits.why, *standing.limits.spotter):
        click.echo(f"  note      {printable(why)}")
    click.echo(f"  sessions  {standing.sessions_done} with backward walking")
    click.echo(f"  next      {printable(standing.advice.headline)}")
    for line in (standing.advice.change, *standing.advice.reasons):
        if line:
            click.echo(f"            {printable(line)}")


@people.command("add")
@click.argument("name")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    required=True,
    help="novice; knee (osteoarthritis, after a clinician's OK); older (or balance concern); "
    "trained.",
)
@click.option("--id", "id_", metavar="ID", help="The file's name. [default: from NAME]")
@click.option(
    "--no-to-all/--any-yes",
    "no_to_all",
    default=None,
    help="How the first-run questions were answered today (`treadctl people questions`). Until "
    "they are, walking backward is locked.",
)
@click.option("--asked-on", type=_DAY, metavar="DAY", help="When they were. [default: today]")
@click.option("--clinician-ok", type=_DAY, metavar="DAY", help="When a clinician said OK.")
@click.option("--born", type=int, metavar="YEAR", help="For the heart-rate limit.")
@click.option("--body-mass", type=float, metavar="KG", help="For the energy estimate.")
@click.option("--v-rev-max", type=float, metavar="KMH", help="Own cap on speed backward.")
@click.option("--v-fwd-max", type=float, metavar="KMH", help="Own cap on speed forward.")
@click.option("--session-minutes", type=int, metavar="MIN", help="Own cap on a session's length.")
@click.option("--reviewed-by", metavar="WHO", help="Who prescribed the caps; needed with them.")
@click.option(
    "--review-until",
    type=_DAY,
    metavar="DAY",
    help=f"How long that holds. [default: {REVIEW_DAYS} days]",
)
@reporting_errors
def add_command(
    name: str,
    profile: str,
    id_: str | None,
    no_to_all: bool | None,
    **more: Any,
) -> None:
    """Write down a person. An existing file is never touched.

    \b
    Examples:
      treadctl people questions
      treadctl people add "Anna K." --profile novice --no-to-all
      treadctl people add "Ben" --profile knee --any-yes --asked-on 2026-11-20 \
        --clinician-ok 2026-11-24
      treadctl people add "C. D." --profile older --no-to-all --v-rev-max 1.2 \\
        --reviewed-by "M. Weber, physiotherapist"
    """
    today = date.today()
    person = _person(name, Profile(profile), id_ or id_for(name), no_to_all, today, more)
    try:
        path = write_person(person, paths.people_dir(), replace_existing=False)
    except UserFileError as error:  # there is no file yet whose lines could be named
        wrong = [
            f"{each.key or 'the name'}: {each.message}. {each.remedy}" for each in error.problems
        ]
        raise click.UsageError("\n".join(wrong)) from error
    click.echo(f"{printable(person.name)} is {person.id}: {path}")
    standing = standing_of(person.id, today=today)
    if standing.locked is not None:
        click.echo(printable(standing.locked))
    for why in (*standing.limits.why, *standing.limits.spotter):
        click.echo(printable(why))
    click.echo(f"Next: treadctl run {standing.advice.plan} --person {person.id} --treadmill NAME")


@people.command("questions")
def questions_command() -> None:
    """Show what to ask before somebody's first session, and who should not begin."""
    click.echo("Ask before the first session; any yes needs a clinician's OK:")
    for question in QUESTIONS:
        click.echo(f"  - {question.text}")
    click.echo("\nNot without a clinician:")
    for reason in NOT_WITHOUT_A_CLINICIAN:
        click.echo(f"  - {reason.text}")
    click.echo("\nNot at all:")
    for reason in NOT_AT_ALL:
        click.echo(f"  - {reason.text}")
    click.echo("\nNo answer is kept: only whether any was a yes, and the days.")


def _person(
    name: str,
    profile: Profile,
    id_: str,
    no_to_all: bool | None,
    today: date,
    more: dict[str, Any],
) -> Person:
    """The person that the options describe; writing them judges the values."""
    if not id_:
        raise click.UsageError("No file name can be made of that. Choose one with --id.")
    ok, asked_on = more["clinician_ok"], more["asked_on"]
    if no_to_all is None and (ok is not None or asked_on is not None):
        raise click.UsageError("Say how they were answered: --no-to-all or --any-yes.")
    _refuse_days_to_come(today, more)
    minutes = more["session_minutes"]
    caps = Caps(
        v_rev_max_ckmh=_hundredths("--v-rev-max", more["v_rev_max"]),
        v_fwd_max_ckmh=_hundredths("--v-fwd-max", more["v_fwd_max"]),
        session_max_ms=None if minutes is None else minutes * 60_000,
    )
    by, until = more["reviewed_by"], more["review_until"]
    if until is not None and by is None:
        raise click.UsageError("--review-until goes with --reviewed-by.")
    if until is not None and until.date() < today:
        raise click.UsageError(
            f"--review-until {until.date()} is over. Write the day until which the caps hold."
        )
    if caps != Caps() and by is None:
        raise click.UsageError("A cap of somebody's own needs --reviewed-by: who prescribed it?")
    mass = _hundredths("--body-mass", more["body_mass"])
    return Person(
        id=id_,
        name=name,
        profile=profile,
        caps=caps,
        review=None
        if by is None
        else Review(by, today, until.date() if until else today + timedelta(days=REVIEW_DAYS)),
        questions=None
        if no_to_all is None
        else Questions(
            not no_to_all, asked_on.date() if asked_on else today, ok.date() if ok else None
        ),
        body_mass_g=None if mass is None else mass * 10,
        year_of_birth=more["born"],
    )


def _refuse_days_to_come(today: date, more: dict[str, Any]) -> None:
    """What has been asked and said has a day; a day to come would unlock by itself, unasked."""
    for option, what in (
        ("asked_on", "the questions were answered"),
        ("clinician_ok", "a clinician said OK"),
    ):
        day = more[option]
        if day is not None and day.date() > today:
            raise click.UsageError(
                f"--{option.replace('_', '-')} {day.date()} has not come yet. Write the day on "
                f"which {what}."
            )
    born = more["born"]
    if born is not None and born > today.year:
        raise click.UsageError(f"--born {born} has not come yet. Write the year of birth.")


def _hundredths(option: str, value: float | None) -> int | None:
    """A number as typed, exact to its hundredths."""
    if value is None:
        return None
    if not abs(value) < 1e6 or abs(value * 100 - round(value * 100)) > 1e-6:
        raise click.UsageError(f"{option} takes a number with at most two decimals.")
    return round(value * 100)


def _standing_json(standing: Standing) -> dict[str, object]:
    person, limits, advice = standing.person, standing.limits.limits, standing.advice
    return {
        "id": person.id,
        "name": person.name,
        "profile": person.profile.value,
        "locked": standing.locked,
        "limits": {
            "v_rev_max_ckmh": limits.v_rev_max_ckmh,
            "v_fwd_max_ckmh": limits.v_fwd_max_ckmh,
            "bout_max_ms": limits.bout_max_ms,
            "reverse_total_max_ms": limits.reverse_total_max_ms,
            "session_max_ms": limits.session_max_ms,
        },
        "hr_limit_bpm": standing.hr_limit_bpm,
        "why": list(standing.limits.why),
        "spotter": list(standing.limits.spotter),
        "sessions": standing.sessions_done,
        "next": {
            "what": advice.next.value,
            "plan": advice.plan,
            "headline": advice.headline,
            "change": advice.change,
            "reasons": list(advice.reasons),
        },
    }
