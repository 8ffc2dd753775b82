import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Metric, type MetricName, metrics } from '@shroom/gradcam/metrics';
import { writeAtomically } from '@shroom/train/node';
import { type Contestant, groups } from './contestants';
import type { Figure } from './figures';

interface Column {
  readonly metric: MetricName;
  readonly title: string;
  readonly better: Metric['better'];
}

const titles: Readonly<Record<MetricName, string>> = {
  road: 'ROAD',
  insertion: 'insertion',
  deletion: 'deletion',
  averageDrop: 'drop',
  averageIncrease: 'increase',
  averageGain: 'gain',
  adcc: 'ADCC',
  arcc: 'ARCC',
  infidelity: 'infidelity',
  energyInMask: 'energy in mask',
  pointingGame: 'pointing game',
  rankAccuracy: 'rank accuracy',
  intersectionOverUnion: 'IoU',
  sensitivity: 'sensitivity',
  randomization: 'randomization',
  sparseness: 'sparseness',
  complexity: 'complexity',
};

const arrows: Readonly<Record<Metric['better'], string>> = {
  higher: ' ↑',
  lower: ' ↓',
  neither: '',
};

/** What a metric measures: the score, the place, or whether the map can be trusted. */
function askedBy({ better, needs, remakes = false }: Metric): 'score' | 'place' | 'trust' {
  if (needs === 'masks') return 'place';
  const aboutScore = better !== 'neither' && (!remakes || needs === 'probability');
  return aboutScore ? 'score' : 'trust';
}

const columnsOf = (question: ReturnType<typeof askedBy>): Column[] =>
  (Object.keys(metrics) as MetricName[])
    .filter(metric => askedBy(metrics[metric]) === question)
    .map(metric => {
      const { better } = metrics[metric];
      return { metric, better, title: `${titles[metric]}${arrows[better]}` };
    });

/** The tables of the page with their columns. Methods are sorted by the first column. */
const tables: Readonly<Record<string, readonly Column[]>> = {
  score: columnsOf('score'),
  place: columnsOf('place'),
  trust: columnsOf('trust'),
};

/**
 * Writes each table between its marks, `<!-- table: score -->` and `<!-- /table -->`. The rest of the page is not changed.
 */
export async function writeTables(
  page: string,
  contestants: Readonly<Record<string, Contestant>>,
  figures: readonly Figure[],
): Promise<void> {
  const marks = [...Object.keys(tables), 'photos'].map(
    name => `<!-- table: ${name} -->\n<!-- /table -->`,
  );
  const text = existsSync(page) ? await readFile(page, 'utf8') : marks.join('\n\n');
  const written = text.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (_, start: string, name: string, end: string) => {
      const lines =
        name === 'photos' ? standing(contestants, figures) : tableOf(name, contestants, figures);
      return `${start}\n${lines.join('\n')}\n\n${end}`;
    },
  );
  await writeAtomically(page, written);
}

/** A table of all metrics of one kind, with the methods in groups. The best method of each column is in bold. */
function tableOf(
  name: string,
  contestants: Readonly<Record<string, Contestant>>,
  figures: readonly Figure[],
): string[] {
  const columns = tables[name]!;
  const shared = columns.map(({ metric }) => common(contestants, figures, metric));
  /** Values on the photos that all methods were measured on; if a method lacks one of them, on its own photos. */
  const values = (method: string, i: number) => {
    const { metric } = columns[i]!;
    const photos = complete(method, i) ? shared[i] : undefined;
    return valuesOf(figures, method, metric, photos);
  };
  const complete = (method: string, i: number) =>
    valuesOf(figures, method, columns[i]!.metric, shared[i]).length === shared[i]!.length;
  const means = new Map(
    Object.keys(contestants).map(method => [
      method,
      columns.map((_, i) => mean(values(method, i))),
    ]),
  );
  const rivals = Object.keys(contestants).filter(method => isFaithful(contestants[method]!.group));
  const best = columns.map(({ better }, i) => {
    // A method that was measured on fewer photos cannot be the best.
    const all = rivals.filter(method => complete(method, i)).map(method => means.get(method)![i]!);
    return better === 'higher'
      ? Math.max(...all)
      : better === 'lower'
        ? Math.min(...all)
        : undefined;
  });
  const cell = (value: number, i: number, method: string) => {
    if (!Number.isFinite(value)) return '–';
    const text = value.toFixed(2);
    const rival = rivals.includes(method) && complete(method, i);
    return rival && best[i]?.toFixed(2) === text ? `**${text}**` : text;
  };
  const [first] = columns;
  const order = (method: string) => {
    const value = means.get(method)![0]!;
    return !Number.isFinite(value) ? -Infinity : first!.better === 'lower' ? -value : value;
  };
  return inGroups(
    ['method', ...columns.map(({ title }) => title)],
    contestants,
    figures,
    order,
    method => means.get(method)!.map((value, i) => cell(value, i, method)),
    method => complete(method, 0),
    shared.map(photos => String(photos.length)),
  );
}

/** ROAD with its interval, and the number of photos on which it is above the centered blob. */
function standing(
  contestants: Readonly<Record<string, Contestant>>,
  figures: readonly Figure[],
): string[] {
  const road = (method: string, photo: number) =>
    figures.find(each => each.method === method && each.photo === photo)?.scores.road;
  return inGroups(
    [
      'method',
      'cost besides the forward pass',
      'photos',
      'ROAD ↑',
      'above a centered blob',
      'above Grad-CAM',
    ],
    contestants,
    figures,
    method => mean(valuesOf(figures, method, 'road')),
    (method, { cost }) => {
      const own = figures.filter(each => each.method === method && each.scores.road != null);
      const above = (other: string) => {
        if (method === other) return '';
        const pairs = own.filter(({ photo }) => road(other, photo) != null);
        const won = pairs.filter(({ photo, scores }) => scores.road! > road(other, photo)!);
        return `${won.length} of ${pairs.length}`;
      };
      const values = valuesOf(figures, method, 'road');
      return [cost, `${values.length}`, interval(values), above('center'), above('gradCam')];
    },
    () => true,
  );
}

function inGroups(
  titles: readonly string[],
  contestants: Readonly<Record<string, Contestant>>,
  figures: readonly Figure[],
  order: (method: string) => number,
  cells: (method: string, contestant: Contestant) => readonly string[],
  complete: (method: string) => boolean,
  counts?: readonly string[],
): string[] {
  const photos = (method: string) => valuesOf(figures, method, 'road').length;
  const lines = [
    `| ${titles.join(' | ')} |`,
    `|${titles.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
  ];
  if (counts)
    lines.push(`| *photos, where a method has no number of its own* | ${counts.join(' | ')} |`);
  for (const group of groups) {
    const rows = Object.entries(contestants)
      .filter(([method, each]) => each.group === group && photos(method) > 0)
      .sort(([a], [b]) => order(b) - order(a));
    if (rows.length === 0) continue;
    lines.push(`| *${group}* |${' |'.repeat(titles.length - 1)}`);
    for (const [method, contestant] of rows) {
      const few = complete(method) ? '' : ` (${photos(method)})`;
      lines.push(`| ${method}${few} | ${cells(method, contestant).join(' | ')} |`);
    }
  }
  return lines;
}

/** The photos on which a metric was measured for every method that is not costly. */
function common(
  contestants: Readonly<Record<string, Contestant>>,
  figures: readonly Figure[],
  metric: MetricName,
): number[] {
  const cheap = Object.keys(contestants).filter(method => !contestants[method]!.costly);
  const photos = [...new Set(figures.map(({ photo }) => photo))];
  return photos.filter(photo =>
    cheap.every(method => valuesOf(figures, method, metric, [photo]).length > 0),
  );
}

const isFaithful = (group: string) => group !== groups.at(-1) && group !== groups.at(-2);

const valuesOf = (
  figures: readonly Figure[],
  method: string,
  metric: MetricName,
  photos?: readonly number[],
): number[] =>
  figures
    .filter(each => each.method === method && (photos?.includes(each.photo) ?? true))
    .flatMap(({ scores }) => scores[metric] ?? []);

const mean = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** 97.5 % quantiles of Student's t for 1 to 9 degrees of freedom. */
const quantiles = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** Mean and half the width of its 95 % interval. */
function interval(values: readonly number[]): string {
  const middle = mean(values);
  if (values.length < 3) return middle.toFixed(3);
  const variance =
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  const quantile = quantiles[values.length - 2] ?? 1.96;
  const half = quantile * Math.sqrt(variance / values.length);
  // Uses non-breaking spaces.
  return `${middle.toFixed(3)}\u00a0±\u00a0${half.toFixed(3)}`;
}
