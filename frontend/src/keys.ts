// Keys: `/` searches, `?` lists the keys, `g` and a letter goes to a place, `j` and `k` move, `a` acknowledges.

import { askToAcknowledge } from "./asking";

const patience = 1500;
let pending = 0;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (field && field.offsetParent !== null) field.focus();
  else location.assign("/search");
  return true;
}

function listKeys(): boolean {
  const box = document.getElementById("keys") as HTMLDialogElement | null;
  box?.showModal();
  return box !== null;
}

/** What a page lists, in its order: the link that opens a whole row, else the first link of a row. */
function listed(): HTMLElement[] {
  const entries = [...document.querySelectorAll<HTMLElement>("main :is(tbody tr, .finding, a.row)")];
  const links = entries.map((entry) => (entry.matches("a") ? entry : entry.querySelector<HTMLElement>("a.row, a")));
  return [...new Set(links)].filter((link): link is HTMLElement => link !== null && link.offsetParent !== null);
}

function move(step: 1 | -1): boolean {
  const rows = listed();
  if (rows.length === 0) return false;
  const here = rows.indexOf(document.activeElement as HTMLElement);
  const next = here === -1 ? (step === 1 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

function goTo(letter: string): boolean {
  const place = document.querySelector<HTMLAnchorElement>(`a[data-key="${CSS.escape(letter)}"]`);
  if (place) location.assign(place.href);
  return place !== null;
}

const actions: Record<string, () => boolean> = {
  "/": search,
  "?": listKeys,
  j: () => move(1),
  k: () => move(-1),
  a: askToAcknowledge,
  g: () => {
    pending = Date.now();
    return true;
  },
};

/** Listen for single keys, except while somebody types or a dialog is open. */
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const goes = Date.now() - pending < patience;
    pending = 0;
    const done = goes ? goTo(event.key) : actions[event.key]?.();
    if (done) event.preventDefault();
  });
}
