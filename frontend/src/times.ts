// Times: the server writes them in the zone of the reader's watch, or the organisation's; here they turn to the browser's own, with
// UTC on hover. The rule of times stands in `web/show/times.py`.

const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const formats: Record<string, (at: Date) => string> = {
  clock: (at) => (isToday(at) ? format(at, clock) : `${format(at, day)}, ${format(at, clock)}`),
  time: (at) => format(at, clock),
  second: (at) => format(at, { ...clock, second: "2-digit" }),
  weekday: (at) => `${format(at, { weekday: "short" })} ${format(at, clock)}`,
  full: (at) => `${format(at, { weekday: "long", day: "numeric", month: "long" })}, ${format(at, clock)}`,
};

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", options).format(at).replace(/^(\w+), (\d)/, "$1 $2");
}

function isToday(at: Date): boolean {
  return at.toDateString() === new Date().toDateString();
}

/** Say how long ago an instant was, as the server does: "8 min ago", "in 3 h". */
export function ago(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 10) return seconds >= 0 ? "just now" : "in a moment";
  const [unit, length] =
    size < 60 ? ["s", 1] : size < 3600 ? ["min", 60] : size < 172_800 ? ["h", 3600] : ["days", 86_400];
  const span = `${Math.floor(size / (length as number))}\u202f${unit}`;
  return seconds >= 0 ? `${span} ago` : `in ${span}`;
}

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function show(element: HTMLTimeElement): void {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const text = element.dataset["local"] === "ago" ? ago(at, new Date()) : formats[element.dataset["local"] ?? ""]?.(at);
  if (text !== undefined && element.textContent !== text) element.textContent = text;
  element.title = utc(at);
}

/** Name a zone and how far it is from UTC now, as the server does: "Berlin time, UTC+1". */
export function zoneName(timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "shortOffset" }).formatToParts(new Date());
  const offset = parts.find((part) => part.type === "timeZoneName")?.value.replace("GMT", "UTC").replace("-", "−") ?? "";
  const city = timeZone.split("/").pop()?.replaceAll("_", " ") ?? timeZone;
  return city === "UTC" ? city : `${city} time, ${offset}`;
}

/** Turn every time under `root` to the reader's zone, and name that zone where the page names one. */
export function localise(root: ParentNode): void {
  root.querySelectorAll<HTMLTimeElement>("time[data-local]").forEach(show);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  root.querySelectorAll<HTMLElement>("[data-zone]").forEach((element) => {
    element.textContent = zoneName(timeZone);
    element.title = `Your browser's zone, ${timeZone}; each time shows UTC when you point at it`;
  });
}

/** Localise now, after each live update, and keep “ago” true while the page stands. */
export function startTimes(): void {
  localise(document);
  document.addEventListener("htmx:after:swap", () => localise(document));
  setInterval(() => {
    if (!document.hidden) document.querySelectorAll<HTMLTimeElement>('time[data-local="ago"]').forEach(show);
  }, 10_000);
}
