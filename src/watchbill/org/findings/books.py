"""Where rules come from, spelled out so that a reader finds the page. Numbers that no source gives are marked as our own."""

from __future__ import annotations

OWN = "a proposal of watchbill"
OWN_LIMIT = "a limit of watchbill's own: no source gives this number"
CALCULUS = "Treynor, Dahlin, Rau and Beyer, “The Calculus of Service Availability”, ACM Queue 15(2), 2017"
TEAMS = "Franco and Brown, “How SRE teams are organized, and how to get started”, Google Cloud blog, 2019"
WIKIPEDIA = "Wikipedia, “Site reliability engineering”"
TAKEOVER = "“Making the most of an SRE service takeover”, CRE life lessons, Google Cloud blog, 2017"
REVIEWS = "published readiness reviews of Grafana, Mercari, GitLab and AWS"


def sre(*chapters: int) -> str:
    """Return chapters of the first book."""
    return f"Site Reliability Engineering (2016), {_chapters(chapters)}"


def policy_appendix() -> str:
    """Return the example error budget policy of the second book."""
    return "The Site Reliability Workbook (2018), appendix B"


def workbook(*chapters: int) -> str:
    """Return chapters of the second book."""
    return f"The Site Reliability Workbook (2018), {_chapters(chapters)}"


def together(*sources: str) -> str:
    """Return several sources as one."""
    return "; ".join(sources)


def _chapters(chapters: tuple[int, ...]) -> str:
    names = [str(chapter) for chapter in chapters]
    if len(names) == 1:
        return f"chapter {names[0]}"
    return f"chapters {', '.join(names[:-1])} and {names[-1]}"
