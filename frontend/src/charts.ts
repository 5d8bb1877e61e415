// Charts: each is drawn from the table that stands under it, so that both say the same. Not measured stays a gap, hatched.

import uPlot from "uplot";

const narrow = 760;

type Limit = { value: number; label: string };

function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function read(table: HTMLTableElement): uPlot.AlignedData {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>("tbody tr[data-at]")].reverse();
  const columns = Math.max(0, ...rows.map((row) => row.querySelectorAll("[data-series]").length));
  const at = rows.map((row) => Number(row.dataset["at"]));
  const series = Array.from({ length: columns }, (_, column) =>
    rows.map((row) => {
      const text = row.querySelectorAll<HTMLElement>("[data-series]")[column]?.dataset["value"];
      return text === undefined || text === "" ? null : Number(text);
    }),
  );
  return [at, ...series];
}

function limitsOf(element: HTMLElement): Limit[] {
  return (element.dataset["limits"] ?? "").split("|").filter(Boolean).map((part) => {
    const [value = "0", label = ""] = part.split("=");
    return { value: Number(value), label };
  });
}

/** Hatch the spans in which nothing was measured: a gap is not a zero, and not healthy. */
function hatchGaps(plot: uPlot): void {
  const { ctx, bbox } = plot;
  const [at, values] = plot.data;
  if (!values) return;
  ctx.save();
  ctx.beginPath();
  for (let index = 0; index < at.length; index += 1) {
    if (values[index] !== null) continue;
    const half = ((at[1] ?? 1) - (at[0] ?? 0)) / 2;
    const left = Math.max(bbox.left, plot.valToPos((at[index] ?? 0) - half, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos((at[index] ?? 0) + half, "x", true));
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

/** A limit whose label would run into that of a higher one is drawn without it; the burn table names them all. */
const LINE_HEIGHT = 13;

function drawLimits(limits: Limit[]): (plot: uPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour("bad");
    ctx.font = `${11 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "bottom";
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    const labelled: number[] = [];
    for (const limit of [...limits].sort((one, other) => other.value - one.value)) {
      const y = plot.valToPos(limit.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      if (labelled.some((other) => Math.abs(other - y) < LINE_HEIGHT * devicePixelRatio)) continue;
      labelled.push(y);
      ctx.fillText(limit.label, bbox.left + 4 * devicePixelRatio, y - 2 * devicePixelRatio);
    }
    ctx.restore();
  };
}

function optionsFor(element: HTMLElement, table: HTMLTableElement): uPlot.Options {
  const unit = element.dataset["unit"] ?? "";
  const top = Number(element.dataset["top"] ?? 0);
  const floor = Number(element.dataset["floor"] ?? 0);
  const label = (value: number) => `${value.toLocaleString("en", { maximumFractionDigits: 2 }).replaceAll(",", "\u202f").replace("-", "−")}${unit}`;
  const names = [...table.querySelectorAll<HTMLElement>("thead th[data-series]")].map((head) => head.textContent ?? "");
  const axis = { stroke: colour("ink-2"), font: "11px system-ui, sans-serif", grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  return {
    ...sizeOf(element),
    cursor: { y: false, points: { size: 7 } },
    scales: { y: { range: (_plot, low, high) => [Math.min(floor, low), Math.max(top, high) * 1.04 || 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 30, values: timeLabels },
      { ...axis, size: 52, space: 34, values: (_plot: uPlot, ticks: number[]) => ticks.map(label) },
    ] as uPlot.Axis[],
    series: [
      { label: "Until", value: (plot: uPlot, _at: number, _series: number, index: number | null) => moment(plot.data[0][index ?? newest(plot)]) },
      ...names.map((name, index) => ({
        label: name,
        stroke: colour(index === 0 ? "accent" : "ink-3"),
        width: 1.6,
        dash: index === 0 ? [] : [3, 3],
        fill: index === 0 ? colour("accent-soft") : undefined,
        points: { show: false },
        spanGaps: false,
        value: (plot: uPlot, _value: number | null, series: number, index: number | null) => {
          const shown = plot.data[series]?.[index ?? newest(plot)];
          return shown === null || shown === undefined ? "not measured" : label(shown);
        },
      })),
    ] as uPlot.Series[],
    hooks: { drawAxes: [hatchGaps], draw: [drawLimits(limitsOf(element))] },
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

const plots = new Map<HTMLElement, uPlot>();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) plots.get(target as HTMLElement)?.setSize(sizeOf(target as HTMLElement));
});

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: innerWidth > narrow ? 180 : 150 };
}

function draw(element: HTMLElement): void {
  const table = document.getElementById(element.dataset["table"] ?? "") as HTMLTableElement | null;
  const data = table ? read(table) : null;
  if (!table || !data || data[0].length === 0) return;
  plots.get(element)?.destroy();
  plots.set(element, new uPlot(optionsFor(element, table), data, element));
  resized.observe(element);
}

function drawAll(): void {
  document.querySelectorAll<HTMLElement>(".plot[data-table]").forEach(draw);
}

/** Take over new figures without drawing anew, so that a reader's pointer keeps its place. */
function refresh(): void {
  for (const [element, plot] of plots) {
    const table = document.getElementById(element.dataset["table"] ?? "") as HTMLTableElement | null;
    if (element.isConnected && table) plot.setData(read(table));
    else plots.delete(element);
  }
}

drawAll();
document.addEventListener("theme", drawAll);
document.addEventListener("htmx:after:swap", refresh);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
