import { picture, text } from '../../benchmarks/page/svg';
import type { Importer, Imports } from './read';

const [width, left, right, gap, between] = [936, 110, 916, 8, 72];
/** Distance of the programs' arrow to the leaves from the boxes that it passes, on the left and below. */
const lane = 16;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws packages in rows, with arrows to what they import, as SVG. Leaves import nothing and are imported by other packages. The roof is a
 * package that imports others than leaves; its imports are written as text. All other packages are the domain.
 */
export function packagesPicture({ packages, programs }: Imports): string {
  const floors = floorsOf(packages);
  const rows = [
    { title: 'programs', members: programs, lines: programs.map(each => [of(each, packages)]) },
    ...Object.entries(floors).map(([title, members]) => ({
      ...{ title, members },
      lines: members.map(each => [
        ...(members === floors.roof ? [of(each, packages)] : []),
        ...each.others.map(name => name.replace('@tensorflow/', '')),
      ]),
    })),
  ].filter(({ members }) => members.length > 0);

  const boxes = new Map<string, Box>();
  /** Arrows of the programs, which pass behind the boxes. */
  const behind: string[] = [];
  const parts: string[] = [];
  let y = 24;
  for (const { title, members, lines } of rows) {
    const height = 36 + 15 * Math.max(...lines.map(({ length }) => length));
    parts.push(text(20, y + height / 2 + 5, title, 'floor'));
    const each = (right - left + gap) / members.length - gap;
    // The programs share a box. An arrow from it means that at least one of them imports the package.
    if (members === programs)
      parts.push(rectangle(title, { x: left, y, width: right - left, height }));
    members.forEach(({ name }, index) => {
      const box = { x: left + index * (each + gap), y, width: each, height };
      const middle = box.x + each / 2;
      boxes.set(name, box);
      if (members !== programs) parts.push(rectangle(title, box));
      parts.push(
        text(middle, y + 22, name, 'middle strong'),
        ...lines[index]!.map((line, at) => text(middle, y + 41 + 15 * at, line, 'middle other')),
      );
    });
    y += height + between;
  }

  const place = (name: string) => boxes.get(name)!;
  const below = [...floors.domain, ...floors.leaves];
  for (const { name, ours } of below) {
    ours.forEach((imported, index) => {
      const [from, to] = [place(name), place(imported)];
      const importers = below
        .filter(each => each.ours.includes(imported))
        .map(each => place(each.name).x)
        .sort((a, b) => a - b);
      const x1 = from.x + (from.width * (index + 1)) / (ours.length + 1);
      const x2 = to.x + (to.width * (importers.indexOf(from.x) + 1)) / (importers.length + 1);
      const [y1, y2] = [from.y + from.height, to.y];
      const middle = (y1 + y2) / 2;
      parts.push(
        arrow(
          'package',
          `M${tenth(x1)} ${y1}C${tenth(x1)} ${middle} ${tenth(x2)} ${middle} ${tenth(x2)} ${y2}`,
        ),
      );
    });
  }
  const start = place(programs[0]!.name);
  const [y1, around] = [start.y + start.height, y - between + lane];
  for (const imported of new Set(programs.flatMap(({ ours }) => ours))) {
    const to = place(imported);
    const x = tenth(to.x + to.width / 2);
    behind.push(
      floors.leaves.some(({ name }) => name === imported)
        ? arrow(
            'program',
            `M${left} ${start.y + start.height / 2}H${left - lane}V${around}H${x}V${to.y + to.height}`,
          )
        : arrow('program', `M${x} ${y1}V${to.y}`),
    );
  }
  return picture(
    width,
    around + 20,
    'Packages and what they import',
    [styles, ...behind, ...parts].join('\n'),
  );
}

/**
 * Sorts packages into rows, from the top. In the domain, packages that import the same leaves stand side by side, so that few arrows cross.
 */
function floorsOf(packages: readonly Importer[]) {
  const imported = new Set(packages.flatMap(({ ours }) => ours));
  const isLeaf = ({ name, ours, others }: Importer) =>
    ours.length + others.length === 0 && imported.has(name);
  const leaves = packages.filter(isLeaf);
  const names = leaves.map(({ name }) => name);
  const isRoof = ({ ours }: Importer) => ours.some(name => !names.includes(name));
  const side = ({ ours }: Importer) =>
    ours.length === 0
      ? names.length
      : ours.reduce((sum, name) => sum + names.indexOf(name), 0) / ours.length;
  const domain = packages.filter(each => !isLeaf(each) && !isRoof(each));
  return {
    roof: packages.filter(isRoof),
    domain: domain.sort((a, b) => side(a) - side(b)),
    leaves,
  };
}

/** Lists the imports of a folder of programs, or of the roof, in one line. */
function of({ name, ours }: Importer, packages: readonly Importer[]): string {
  const missing = packages
    .map(each => each.name)
    .filter(each => each !== name && !ours.includes(each));
  if (missing.length === 0) return 'every package';
  return missing.length < ours.length ? `every package but ${missing.join(', ')}` : ours.join(', ');
}

const rectangle = (kind: string, { x, y, width, height }: Box) =>
  `<rect class="${kind}" x="${tenth(x)}" y="${y}" width="${tenth(width)}" height="${height}" rx="6"/>`;

const arrow = (kind: 'package' | 'program', path: string) =>
  `<path class="arrow from-${kind}" d="${path}" marker-end="url(#from-${kind})"/>`;

const tenth = (value: number): number => Math.round(10 * value) / 10;

const head = (kind: string) =>
  `<marker id="from-${kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse"><path class="head-${kind}" d="M0 0L8 4L0 8z"/></marker>`;

const styles = `<style>
rect { stroke-width: 1; }
.programs { fill: #f4f4f6; stroke: #c9c9d2; } .roof { fill: #f3eefe; stroke: #8b5cf6; }
.domain { fill: #fdf1ea; stroke: #c2410c; } .leaves { fill: #e9f6f1; stroke: #0f8a6d; }
.floor { fill: #6b6b76; } .other { font-size: 11px; fill: #5c5c68; } .strong { fill: #1f1f26; }
.arrow { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.from-package { stroke: #0f8a6d; } .head-package { fill: #0f8a6d; }
.from-program { stroke: #a0a0ac; } .head-program { fill: #a0a0ac; }
@media (prefers-color-scheme: dark) {
.programs { fill: #2a2b32; stroke: #50515c; } .roof { fill: #2c2540; }
.domain { fill: #3a251b; stroke: #e8743c; } .leaves { fill: #17322a; stroke: #34b391; }
.floor { fill: #a3a3b0; } .other { fill: #b4b4c0; } .strong { fill: #f2f2f7; }
.from-package { stroke: #34b391; } .head-package { fill: #34b391; }
.from-program { stroke: #7c7c88; } .head-program { fill: #7c7c88; }
}
</style>
<defs>${head('package')}${head('program')}</defs>`;
