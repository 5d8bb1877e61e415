"""Links that one program made work at every other on the same database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.organizations import person
from tests.website import open_website


@pytest.mark.live("postgresql")
async def test_a_link_of_one_program_opens_at_another(postgresql_url: str, tmp_path: Path) -> None:
    async with (
        open_website(postgresql_url, tmp_path / "one") as one,
        open_website(postgresql_url, tmp_path / "two") as two,
    ):
        link = one.watchbill.links.url("01hx3v9q8n7m6k5j4h3g2f1e0d", person("ana"))
        assert two.watchbill.links.read(link.rpartition("/")[2]) == ("01hx3v9q8n7m6k5j4h3g2f1e0d", person("ana"))


async def test_a_second_invitation_leaves_the_first_as_it_was(database_url: str, tmp_path: Path) -> None:
    async with open_website(database_url, tmp_path / "one") as website:
        links = [await website.link_for("ana@shop.example") for _ in range(2)]
        opened = [await website.anybody().get(f"/welcome/{link}") for link in links]
        assert [page.status_code for page in opened] == [200, 200]
