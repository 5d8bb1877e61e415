"""What stands for a name beside it, and where a thing is shown. What people and groups are called is `org/names.py`."""

from __future__ import annotations

import re
from urllib.parse import quote

from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


def initials(name: str) -> str:
    """Return up to two letters that stand for a person beside their name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def in_words(name: str) -> str:
    """Return a name as documents write it in the words that it is made of: `changeCode` is “change code”."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def path_of(ref: EntityRef) -> str:
    """Return where a thing's page is: by its name alone, with kind and namespace only where they are not the usual ones."""
    name = ref.name if ref.namespace == "default" else f"{ref.namespace}/{ref.name}"
    return f"/services/{quote(name if ref.kind == 'component' else f'{ref.kind}:{name}', safe='')}"


def subject_path(organization: Organization, subject: str) -> str:
    """Return where the page of a finding's subject is, the empty text where it has none."""
    kind, _, name = subject.partition(" ")
    if kind == "SRETeam" and name in organization.sre_teams:
        return f"/teams/{quote(name, safe='')}"
    if kind == "goal" and name in organization.goals:
        return f"/goals/{quote(name, safe='')}"
    if kind == "Engagement" and name in organization.engagements:
        return f"/engagements/{quote(name, safe='')}"
    if name or ":" not in kind:
        return ""
    ref = EntityRef.parse(subject, kind="component")
    return path_of(ref) if ref in organization.things else ""
