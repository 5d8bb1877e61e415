// The map: the box that is pointed at or has the focus shows what it is tied to, with a line to each; all the rest steps back.

const space = "http://www.w3.org/2000/svg";
let shown: SVGElement | null = null;
let lines: SVGElement | null = null;

function edges(box: SVGElement): DOMRect {
  return (box.querySelector(".box") as SVGGraphicsElement).getBBox();
}

function line(from: DOMRect, to: DOMRect, kind: string): SVGElement {
  const drawn = document.createElementNS(space, "path");
  const [leaves, arrives] = from.x < to.x ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  const [start, end, middle] = [from.y + from.height / 2, to.y + to.height / 2, (leaves + arrives) / 2];
  drawn.setAttribute("class", `tie ${kind}`);
  drawn.setAttribute("d", `M${leaves} ${start}C${middle} ${start} ${middle} ${end} ${arrives} ${end}`);
  return drawn;
}

function clear(): void {
  lines?.remove();
  const picture = shown?.closest("svg");
  picture?.classList.remove("pointed");
  for (const box of picture?.querySelectorAll(".near") ?? []) box.classList.remove("near");
  shown = lines = null;
}

function show(box: SVGElement): void {
  const picture = box.closest("svg") as SVGSVGElement;
  clear();
  shown = box;
  box.classList.add("near");
  picture.classList.add("pointed");
  lines = document.createElementNS(space, "g");
  for (const tie of (box.dataset.near ?? "").split(" ").filter(Boolean)) {
    const [number, kind] = tie.split(":");
    const other = picture.querySelector<SVGElement>(`[data-box="${number}"]`);
    other?.classList.add("near");
    if (other && kind) lines.append(line(edges(box), edges(other), kind));
  }
  picture.append(lines);
}

function follow(event: Event): void {
  const box = (event.target as Element).closest<SVGElement>(".whole-map [data-box]");
  if (box && box !== shown) show(box);
  else if (!box && shown) clear();
}

/** Listen for boxes of a map that are pointed at or come into focus. */
export function startMap(): void {
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
}
