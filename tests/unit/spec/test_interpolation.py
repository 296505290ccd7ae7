"""Every form of ${VARIABLE}, and what is said about malformed ones."""

from __future__ import annotations

import pytest

from orchestrator.spec.interpolate import InterpolationError, Variables, expand

VARIABLES = Variables(
    environ={"SET": "value", "EMPTY": "", "BOTH": "environment"},
    dotenv={"BOTH": "dotenv", "FROM_DOTENV": "file"},
    own={"COMPOSE_PROJECT_NAME": "shop"},
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("$SET", "value"),
        ("${SET}", "value"),
        ("a-$SET-b", "a-value-b"),
        ("${SET}${SET}", "valuevalue"),
        ("$SET.x", "value.x"),
        ("${EMPTY}", ""),
        ("$$SET", "$SET"),
        ("$${SET}", "${SET}"),
        ("100$$", "100$"),
        ("${UNSET:-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${SET:-default}", "value"),
        ("${UNSET-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${UNSET:-}", ""),
        ("${UNSET-}", ""),
        ("${SET:?must be set}", "value"),
        ("${EMPTY?must be set}", ""),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET+other}", ""),
        ("${UNSET:-${SET}}", "value"),
        ("${UNSET:-${OTHER:-deep}}", "deep"),
        ("${UNSET:-a${SET}b}", "avalueb"),
        ("${UNSET:-$SET}", "value"),
        ("${UNSET:-a:b-c?d}", "a:b-c?d"),
        ("${UNSET:-$$x}", "$x"),
        ("${UNSET:-{json}}", "{json}"),
        ("$BOTH", "environment"),
        ("$FROM_DOTENV", "file"),
        ("$COMPOSE_PROJECT_NAME", "shop"),
    ],
)
def test_expansion(template: str, text: str) -> None:
    assert expand(template, VARIABLES).text == text


@pytest.mark.parametrize(
    ("template", "inserted"),
    [
        ("plain", set()),
        ("$SET", {"value"}),
        ("${SET}-${FROM_DOTENV}", {"value", "file"}),
        ("${UNSET:-default}", set()),
        ("${UNSET:-${SET}}", {"value"}),
        ("${SET:+written}", set()),
        ("$COMPOSE_PROJECT_NAME", set()),
    ],
)
def test_what_came_from_the_deployer_is_known(template: str, inserted: set[str]) -> None:
    assert expand(template, VARIABLES).inserted == inserted


@pytest.mark.parametrize(
    ("template", "message", "advice"),
    [
        (
            "${UNSET}",
            "the variable UNSET is not set",
            "set it in the environment or in .env, or give it a default: ${UNSET:-value}",
        ),
        (
            "$UNSET",
            "the variable UNSET is not set",
            "set it in the environment or in .env, or give it a default: ${UNSET:-value}",
        ),
        (
            "${UNSET:?ask Ann for it}",
            "the variable UNSET is not set: ask Ann for it",
            "set it in the environment or in .env",
        ),
        (
            "${EMPTY:?ask Ann}",
            "the variable EMPTY is empty: ask Ann",
            "set it in the environment or in .env",
        ),
        (
            "${UNSET?}",
            "the variable UNSET is not set",
            "set it in the environment or in .env",
        ),
        ("${SET", "'${' without its closing '}'", "close it, or for a plain dollar sign write $$"),
        ("${}", "'${}' names no variable", "for a plain dollar sign write $$"),
        ("${1A}", "'${1A}' names no variable", "for a plain dollar sign write $$"),
        ("echo $1", "a '$' that starts no variable", "for a plain dollar sign write $$"),
        ("cost: 5$", "a '$' that starts no variable", "for a plain dollar sign write $$"),
        (
            "${SET/a/b}",
            "'${SET/a/b}' is not a form of interpolation",
            "the forms are ${NAME}, ${NAME:-default}, ${NAME:?message} and ${NAME:+value}",
        ),
        (
            "${SET:x}",
            "'${SET:x}' is not a form of interpolation",
            "the forms are ${NAME}, ${NAME:-default}, ${NAME:?message} and ${NAME:+value}",
        ),
    ],
)
def test_what_cannot_be_expanded(template: str, message: str, advice: str) -> None:
    with pytest.raises(InterpolationError) as caught:
        expand(template, VARIABLES)
    assert str(caught.value) == message
    assert caught.value.advice == advice
