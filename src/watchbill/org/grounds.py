"""The opening of every answer about a thing: what it is, which documents do not count, which claim counts and before which others.

Who holds a pager (`coverage.py`) and who is accountable for a practice (`duties.py`) go on from here; nothing is decided here that
`claims.py` has not decided.
"""

from __future__ import annotations

from .because import Because, spoken
from .claims import Claim, Claims, Standing
from .entities import Thing


def grounds(claims: Claims, thing: Thing, standing: Standing) -> tuple[Because, ...]:
    """Return the chain down to the claim that counts, or to why none does."""
    found = claims.told.get(thing.ref)
    if found is None:
        found = claims.told[thing.ref] = _grounds(claims, thing, standing)
    return found


def _grounds(claims: Claims, thing: Thing, standing: Standing) -> tuple[Because, ...]:
    opening = (_about(thing), *standing.passed_over)
    if (winner := standing.winner) is not None:
        return (*opening, *claims.reasons(winner), *(_beaten(winner, loser) for loser in standing.claims[1:]))
    if standing.tie is not None:
        return (*opening, *_tie_reasons(*standing.tie))
    text = f"No SRE team claims {thing.ref}, whose tier is {thing.tier.value}."
    return (*opening, Because("uncovered", text, thing.profile_place or thing.place, document_of(thing)))


def document_of(thing: Thing) -> str:
    """Return a thing's own document by kind and name."""
    return f"{thing.ref.kind.capitalize()} {thing.ref.name}"


def _about(thing: Thing) -> Because:
    where = f" in {spoken(thing.system)}" if thing.system is not None else ""
    text = f"{thing.ref} is a {thing.type}{where}, owned by {thing.owner}."
    return Because("thing", text, thing.place, document_of(thing))


def _tie_reasons(first: Claim, second: Claim) -> tuple[Because, Because]:
    text = f"{first.source.document} and {second.source.document} claim it equally: a tie, so neither counts."
    return (
        Because("tie", text, first.source.place, first.source.document),
        Because("tie", text, second.source.place, second.source.document),
    )


def _beaten(winner: Claim, loser: Claim) -> Because:
    if winner.key[0] != loser.key[0]:
        rule, why = "engagement-before-charter", "an engagement stands before a charter"
    elif winner.key[1:3] != loser.key[1:3]:
        rule, why = "more-specific-first", "the more specific scope stands first"
    else:
        ranks = f"{winner.source.rules.title.lower()} stands before {loser.source.rules.title.lower()}"
        rule, why = "implementation-order", ranks
    text = f"It goes before {loser.source.words}, which covers {loser.match.words}: {why}."
    return Because(rule, text, loser.source.place, loser.source.document)
