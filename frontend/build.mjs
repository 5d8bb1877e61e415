// Bundles the islands and the style sheets into the package: hashed names, a manifest with integrity hashes, and the
// licence texts of everything that was bundled. Stops on a licence that nobody has looked at.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "src", "watchbill", "web", "static", "dist");
// “BSD-0-Clause” is how htmx names the Zero-Clause BSD licence (0BSD) in its package file; its LICENSE text is that one.
const knownLicences = new Set(["0BSD", "Apache-2.0", "BSD-0-Clause", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: "src/app.ts", charts: "src/charts.ts", look: "css/look.css", plots: "css/plots.css" },
    bundle: true,
    charset: "utf8",
    entryNames: "[name]-[hash]",
    format: "esm",
    legalComments: "none",
    metafile: true,
    minify: true,
    outdir: dist,
    target: ["es2022", "chrome123", "firefox121", "safari17.5"],
    write: true,
  });
  return result.metafile;
}

async function manifestOf(metafile) {
  const files = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const file = relative(dist, join(here, path));
    const digest = createHash("sha384").update(await readFile(join(dist, file))).digest("base64");
    files[file.replace(/-[A-Z0-9]+(\.[a-z]+)$/, "$1")] = { file, integrity: `sha384-${digest}` };
  }
  return Object.fromEntries(Object.entries(files).sort());
}

function packagesIn(metafile) {
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found) names.add(found[1]);
  }
  return [...names].sort();
}

async function licenceOf(name) {
  const folder = join(here, "node_modules", name);
  const description = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (!knownLicences.has(description.license)) {
    throw new Error(`${name} ${description.version} has the licence “${description.license}”: look at it before bundling it`);
  }
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} ${description.version} carries no licence text`);
  const text = (await readFile(join(folder, file), "utf8")).trim();
  return `${name} ${description.version} (${description.license})\n\n${text}\n`;
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const metafile = await bundle();
const licences = await Promise.all(packagesIn(metafile).map(licenceOf));
await writeFile(join(dist, "THIRD_PARTY.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(await manifestOf(metafile), null, 2)}\n`);
