"""Names: of people, groups and things, by their titles where the catalog gives one, and where each is shown."""

from __future__ import annotations

from urllib.parse import quote

from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


def name_of(organization: Organization, ref: EntityRef | str | None) -> str:
    """Return the title of a person, group, thing or system; a reference that is unknown by its own name."""
    if ref is None:
        return "nobody"
    if isinstance(ref, str):
        if ":" not in ref:
            return ref
        ref = EntityRef.parse(ref, kind="user")
    for known in (organization.users, organization.groups, organization.things, organization.systems):
        entity = known.get(ref)
        if entity is not None:
            return entity.title or ref.name
    return ref.name


def initials(name: str) -> str:
    """Return up to two letters that stand for a person beside their name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def path_of(ref: EntityRef) -> str:
    """Return where a thing's page is: by its name alone, with kind and namespace only where they are not the usual ones."""
    name = ref.name if ref.namespace == "default" else f"{ref.namespace}/{ref.name}"
    return f"/services/{quote(name if ref.kind == 'component' else f'{ref.kind}:{name}', safe='')}"
