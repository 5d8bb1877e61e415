"""Backstage's entities as far as watchbill reads them. Lenient: what Backstage itself may leave out, may be left out here."""

from typing import Any

from pydantic import Field

from .fields import Name, Namespace, Reference, Shape, Text, empty_list, empty_mapping


class Link(Shape):
    """A hyperlink of an entity."""

    url: Text
    title: str | None = None
    icon: str | None = None
    type: str | None = None


class Metadata(Shape, defer_build=False):
    """What every entity says of itself."""

    name: Name
    namespace: Namespace | None = None
    title: str | None = None
    description: str | None = None
    labels: dict[str, Any] = Field(default_factory=empty_mapping)
    annotations: dict[str, Any] = Field(default_factory=empty_mapping)
    tags: list[Any] = Field(default_factory=empty_list)
    links: list[Link] = Field(default_factory=empty_list)
    uid: Any = None
    etag: Any = None


class Entity(Shape):
    """The envelope of every entity; `relations` and `status` are Backstage's own output and are not read."""

    api_version: str
    kind: str
    metadata: Metadata
    relations: Any = None
    status: Any = None


class Profile(Shape):
    """How a user or group is shown and reached."""

    display_name: str | None = None
    email: str | None = None
    picture: str | None = None


class UserSpec(Shape):
    """A person and the groups they are a member of."""

    profile: Profile | None = None
    member_of: list[Reference] = Field(default_factory=empty_list)


class User(Entity):
    """A person, with the groups that they are in and the address that they sign in with."""

    spec: UserSpec


class GroupSpec(Shape):
    """A group, its members, and where it stands in the tree of groups."""

    type: Text
    profile: Profile | None = None
    parent: Reference | None = None
    children: list[Reference] = Field(default_factory=empty_list)
    members: list[Reference] = Field(default_factory=empty_list)


class Group(Entity):
    """A team, a department or a customer."""

    spec: GroupSpec


class ComponentSpec(Shape):
    """A piece of software: a service, a website, a workflow, a library …"""

    type: Text
    lifecycle: Text
    owner: Reference
    system: Reference | None = None
    subcomponent_of: Reference | None = None
    provides_apis: list[Reference] = Field(default_factory=empty_list)
    consumes_apis: list[Reference] = Field(default_factory=empty_list)
    depends_on: list[Reference] = Field(default_factory=empty_list)
    dependency_of: list[Reference] = Field(default_factory=empty_list)


class Component(Entity):
    """A piece of software that can fail, such as a service, a website or a workflow; or a library, which cannot."""

    spec: ComponentSpec


class ResourceSpec(Shape):
    """Infrastructure that components need: a database, a cluster, a queue …"""

    type: Text
    owner: Reference
    lifecycle: str | None = None
    system: Reference | None = None
    depends_on: list[Reference] = Field(default_factory=empty_list)
    dependency_of: list[Reference] = Field(default_factory=empty_list)


class Resource(Entity):
    """Infrastructure that components need and that can fail, such as a database, a cluster or a queue."""

    spec: ResourceSpec


class SystemSpec(Shape):
    """Components and resources that together do one thing."""

    owner: Reference
    domain: Reference | None = None
    type: str | None = None


class System(Entity):
    """Components and resources that together do one thing; what SRE teams are most often engaged for."""

    spec: SystemSpec


class DomainSpec(Shape):
    """A part of the business that systems belong to."""

    owner: Reference
    subdomain_of: Reference | None = None
    type: str | None = None


class Domain(Entity):
    """A part of the business that systems belong to."""

    spec: DomainSpec


class ApiSpec(Shape):
    """An interface between components. Its definition is not read."""

    type: Text
    lifecycle: Text
    owner: Reference
    system: Reference | None = None
    definition: Any = None


class API(Entity):
    """An interface between components; only its owner and its system are read."""

    spec: ApiSpec


KINDS: dict[str, type[Entity]] = {
    "User": User,
    "Group": Group,
    "Component": Component,
    "Resource": Resource,
    "System": System,
    "Domain": Domain,
    "API": API,
}
