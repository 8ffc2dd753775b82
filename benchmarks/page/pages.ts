import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Growth } from '../growth/series';
import type { Limits } from '../limits/measure';
import { rows } from '../rows/table';
import type { Result } from '../runner/results';
import { benchmarksPage } from './benchmarks-page';
import { growthPicture } from './growth-picture';
import { limitsPicture } from './limits-picture';
import {
  best,
  type CountedCost,
  costsTable,
  distances,
  distanceTable,
  limitsTable,
} from './limits-tables';
import { ratiosPicture } from './ratios';
import { slowPeers } from './slow-peers';

/** All measured and counted figures. */
export interface Figures {
  readonly results: readonly Result[];
  readonly growth: readonly Growth[];
  readonly limits: Limits | undefined;
  readonly costs: readonly CountedCost[];
}

/**
 * The pages and pictures made from the figures, by their path below `docs/`.
 *
 * @param performance Current text of `performance.md`. Only its tables are replaced.
 */
function pagesOf(
  { results, growth, limits, costs }: Figures,
  performance: string | undefined,
): Record<string, string> {
  const pages: Record<string, string> = {
    'benchmarks.md': benchmarksPage(results, growth, rows, result =>
      slowPeers(result, costs, limits),
    ),
    'images/benchmarks/ratios.svg': ratiosPicture(results),
  };
  for (const series of growth)
    pages[`images/benchmarks/${series.name}.svg`] = growthPicture(series);
  if (!limits) return pages;
  const far = distances(results, costs, limits);
  pages['images/benchmarks/limits.svg'] = limitsPicture(far, best(limits, 'GFLOP/s'));
  if (performance !== undefined) {
    const tables = {
      limits: limitsTable(limits),
      costs: costsTable(costs),
      distances: distanceTable(results, costs, limits),
    };
    pages['performance.md'] = Object.entries(tables).reduce(renewed, performance);
  }
  return pages;
}

/** Replaces the table between two comments. */
function renewed(page: string, [name, table]: [string, string]): string {
  const begin = `<!-- ${name}: written by npm run bench -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`performance.md: '${begin}' or '${end}' is missing.`);
  return `${page.slice(0, from)}${begin}\n${table}\n${page.slice(to)}`;
}

/** Writes the pages and pictures below a folder. @returns their paths. */
export function writePages(figures: Figures, docs: string): string[] {
  const performance = join(docs, 'performance.md');
  const known = existsSync(performance) ? readFileSync(performance, 'utf8') : undefined;
  return Object.entries(pagesOf(figures, known)).map(([name, content]) => {
    const file = join(docs, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  });
}
