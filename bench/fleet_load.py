"""Asks a server at a steady rate, whatever it answers, and prints how long each answer took since it was due, in ms, as JSON.

Runs as a process of its own: `python -m bench.fleet_load URL TOKEN COOKIE RATE SECONDS`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from urllib.parse import urlencode

import httpx2

STATES = ("", "", "healthy", "attention", "burning")
TIERS = ("", "", "critical", "high", "normal")
ORDERS = ("", "burn", "left", "exhaustion", "name")


def address(chance: random.Random, teams: list[str], number: int) -> str:
    """Return what somebody may ask for: a page of the list, chosen and ordered somehow."""
    said = {
        "state": chance.choice(STATES),
        "tier": chance.choice(TIERS),
        "team": chance.choice([*teams, ""]) if chance.random() < 0.3 else "",
        "q": str(chance.randrange(10)) if chance.random() < 0.2 else "",
        "sort": chance.choice(ORDERS),
        "from": str(50 * chance.randrange(20)) if chance.random() < 0.5 else "",
    }
    path = "/api/v1/goals" if number % 2 else "/goals"
    return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"


async def load(url: str, token: str, cookie: str, rate: float, seconds: float) -> dict[str, list[float]]:
    """Return the times of pages and of answers to programs, the latter under “api”."""
    took: dict[str, list[float]] = {"page": [], "api": []}
    chance, time = random.Random(1), asyncio.get_running_loop().time
    name, _, secret = cookie.partition("=")
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:

        async def ask(path: str, due: float) -> None:
            is_page = path.startswith("/goals")
            headers = {"Cookie": f"{name}={secret}"} if is_page else {"Authorization": f"Bearer {token}"}
            answer = await client.get(path, headers=headers)
            answer.raise_for_status()
            took["page" if is_page else "api"].append((time() - due) * 1000)

        teams = [each["name"] for each in (await _teams(client, token))]
        begin = time() + 0.1
        asked = []
        for number in range(int(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time()))
            asked.append(asyncio.create_task(ask(address(chance, teams, number), due)))
        await asyncio.gather(*asked)
    return took


async def _teams(client: httpx2.AsyncClient, token: str) -> list[dict[str, str]]:
    answer = await client.get("/api/v1/teams", headers={"Authorization": f"Bearer {token}"})
    found: list[dict[str, str]] = answer.json()["teams"]
    return found


if __name__ == "__main__":
    url, token, cookie, rate, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(load(url, token, cookie, float(rate), float(seconds)))))
