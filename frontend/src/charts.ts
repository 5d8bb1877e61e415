// Charts: each is drawn from the table that stands under it, so that both say the same. Not measured stays a gap, hatched.

import uPlot from "uplot";

const narrow = 760;
const fontSize = 11;
const lineHeight = 14;

type Limit = { value: number; label: string };

/** A table as a plot takes it, and its cells as they are written: `written[series][index]`. */
type Figures = { data: uPlot.AlignedData; written: string[][] };

function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function read(table: HTMLTableElement): Figures {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>("tbody tr[data-at]")].reverse();
  const cells = rows.map((row) => [...row.querySelectorAll<HTMLElement>("[data-series]")]);
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const at = rows.map((row) => Number(row.dataset["at"]));
  const column = <Value>(index: number, value: (cell: HTMLElement | undefined) => Value) => cells.map((row) => value(row[index]));
  const numbers = (index: number) => column(index, (cell) => (cell?.dataset["value"] ? Number(cell.dataset["value"]) : null));
  const texts = (index: number) => column(index, (cell) => cell?.textContent ?? "");
  const indexes = Array.from({ length: columns }, (_, index) => index);
  return { data: [at, ...indexes.map(numbers)], written: indexes.map(texts) };
}

function limitsOf(element: HTMLElement): Limit[] {
  return (element.dataset["limits"] ?? "").split("|").filter(Boolean).map((part) => {
    const [value = "0", label = ""] = part.split("=");
    return { value: Number(value), label };
  });
}

/** Hatch the spans in which nothing was measured: a gap is not a zero, and not healthy. Each value speaks for the time before it. */
function hatchGaps(plot: uPlot): void {
  const { ctx, bbox } = plot;
  const [at, values] = plot.data;
  if (!values) return;
  ctx.save();
  ctx.beginPath();
  for (let index = 0; index < at.length; index += 1) {
    if (values[index] !== null) continue;
    const end = at[index] ?? 0;
    const start = at[index - 1] ?? end;
    const left = Math.max(bbox.left, plot.valToPos(start, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(end, "x", true));
    if (right > left) ctx.rect(left, bbox.top, right - left, bbox.height);
  }
  ctx.clip();
  ctx.strokeStyle = colour("line-strong");
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += 9 * devicePixelRatio) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

/** Draw each limit with its label above it, or below it where the next higher one leaves no room. */
function drawLimits(limits: Limit[]): (plot: uPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot;
    const line = lineHeight * devicePixelRatio;
    ctx.save();
    ctx.font = `${fontSize * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textAlign = "left";
    ctx.lineWidth = devicePixelRatio;
    const bad = colour("bad");
    const surface = colour("surface");
    let above = bbox.top - line;
    for (const limit of [...limits].sort((one, other) => other.value - one.value)) {
      const y = plot.valToPos(limit.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = bad;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const goesAbove = y - above >= line;
      above = goesAbove ? y : y + line;
      const x = bbox.left + 4 * devicePixelRatio;
      ctx.textBaseline = goesAbove ? "bottom" : "top";
      ctx.fillStyle = surface;
      ctx.fillRect(x - 2 * devicePixelRatio, goesAbove ? y - line : y + devicePixelRatio, ctx.measureText(limit.label).width + 4 * devicePixelRatio, line - devicePixelRatio);
      ctx.fillStyle = bad;
      ctx.fillText(limit.label, x, goesAbove ? y - devicePixelRatio : y + 2 * devicePixelRatio);
    }
    ctx.restore();
  };
}

/** A scale from zero on. One that goes by tens holds all limits, and keeps what is small and what is a hundred times as much apart. */
function scaleOf(element: HTMLElement, limits: Limit[]): uPlot.Scale {
  const top = Math.max(Number(element.dataset["top"] ?? 1), ...limits.map((limit) => limit.value * 1.6));
  const byTens = "tenfold" in element.dataset;
  const range: uPlot.Range.Function = (_plot, low, high) => [Math.min(0, low ?? 0), Math.max(top, high ?? 0) * (byTens ? 1.2 : 1.04)];
  return byTens ? { distr: 4, asinh: 1, range } : { range };
}

/** A value between two gaps has no line to lie on: it is drawn as a point. */
function lonely(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isKnown = (index: number) => values[index] !== null && values[index] !== undefined;
  return [...values.keys()].filter((index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1));
}

function optionsFor(element: HTMLElement, table: HTMLTableElement, figures: () => Figures): uPlot.Options {
  const unit = element.dataset["unit"] ?? "";
  const limits = limitsOf(element);
  const label = (value: number) => `${value.toLocaleString("en", { maximumFractionDigits: 2 }).replaceAll(",", "\u202f").replace("-", "−")}${unit}`;
  const names = [...table.querySelectorAll<HTMLElement>("thead th[data-series]")].map((head) => head.textContent ?? "");
  const axis = { stroke: colour("ink-2"), font: `${fontSize}px system-ui, sans-serif`, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const tens = (plot: uPlot) => [0, 1, 10, 100, 1000, 10_000].filter((value) => value <= (plot.scales["y"]?.max ?? 0));
  return {
    ...sizeOf(element),
    cursor: { y: false, points: { size: 7 } },
    scales: { y: scaleOf(element, limits) },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 30, values: timeLabels },
      { ...axis, size: 52, space: 34, values: (_plot: uPlot, ticks: number[]) => ticks.map(label), ...("tenfold" in element.dataset && { splits: tens, filter: (_plot: uPlot, ticks: number[]) => ticks }) },
    ] as uPlot.Axis[],
    series: [
      { label: "Until", value: (plot: uPlot, _at: number, _series: number, index: number | null) => moment(plot.data[0][index ?? newest(plot)]) },
      ...names.map((name, index) => ({
        label: name,
        stroke: colour(index === 0 ? "accent" : "ink-3"),
        width: 1.6,
        dash: index === 0 ? [] : [3, 3],
        fill: index === 0 ? colour("accent-soft") : undefined,
        points: { show: true, size: 4, fill: colour("accent"), filter: lonely },
        spanGaps: false,
        value: (plot: uPlot, _value: number | null, series: number, index: number | null) => figures().written[series - 1]?.[index ?? newest(plot)] ?? "",
      })),
    ] as uPlot.Series[],
    hooks: { drawAxes: [hatchGaps], draw: [drawLimits(limits)] },
  };
}

function newest(plot: uPlot): number {
  return plot.data[0].length - 1;
}

function moment(at: number | undefined): string {
  if (at === undefined) return "";
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Date(at * 1000).toLocaleString("en-GB", parts);
}

function timeLabels(plot: uPlot, ticks: number[]): string[] {
  const span = (plot.scales["x"]?.max ?? 0) - (plot.scales["x"]?.min ?? 0);
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const hour = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const date = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    if (span > 4 * 86_400) return date;
    return hour === "00:00" ? date : hour;
  });
}

type Drawn = { plot: uPlot; figures: Figures };
const drawn = new Map<HTMLElement, Drawn>();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target as HTMLElement)?.plot.setSize(sizeOf(target as HTMLElement));
});

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: innerWidth > narrow ? 180 : 150 };
}

function tableOf(element: HTMLElement): HTMLTableElement | null {
  return document.getElementById(element.dataset["table"] ?? "") as HTMLTableElement | null;
}

function draw(element: HTMLElement): void {
  const table = tableOf(element);
  const figures = table && read(table);
  if (!table || !figures || figures.data[0].length === 0) return;
  drawn.get(element)?.plot.destroy();
  const current = { figures } as Drawn;
  current.plot = new uPlot(optionsFor(element, table, () => current.figures), figures.data, element);
  drawn.set(element, current);
  resized.observe(element);
}

function drawAll(): void {
  document.querySelectorAll<HTMLElement>(".plot[data-table]").forEach(draw);
}

/** Take over new figures without drawing anew, so that a reader's pointer keeps its place. */
function refresh(): void {
  for (const [element, current] of drawn) {
    const table = tableOf(element);
    if (element.isConnected && table) {
      current.figures = read(table);
      current.plot.setData(current.figures.data);
    } else drawn.delete(element);
  }
}

drawAll();
document.addEventListener("theme", drawAll);
document.addEventListener("htmx:after:swap", refresh);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
