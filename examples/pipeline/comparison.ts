import type { ComparisonRow, MetricName } from '@shroom/gradcam/metrics';

export interface Standing {
  readonly name: string;
  readonly baseline: boolean;
  readonly scores: Readonly<Record<string, number>>;
}

/** The mean of each method over the photos, sorted by the first metric, best first. */
export function standings(
  rows: readonly ComparisonRow[],
  metrics: readonly MetricName[],
): Standing[] {
  const names = [...new Set(rows.map(({ name }) => name))];
  const means = names.map(name => {
    const own = rows.filter(row => row.name === name);
    const mean = (metric: MetricName) =>
      own.reduce((sum, { scores }) => sum + scores[metric]!, 0) / own.length;
    const scores = Object.fromEntries(metrics.map(metric => [metric, mean(metric)]));
    return { name, baseline: own[0]!.baseline, scores };
  });
  return means.sort((a, b) => b.scores[metrics[0]!]! - a.scores[metrics[0]!]!);
}

/** A Markdown table that is also readable on a terminal; baselines are in italics. */
export function markdown(means: readonly Standing[], metrics: readonly MetricName[]): string {
  const cells = [
    ['method', ...metrics],
    ...means.map(({ name, baseline, scores }) => [
      baseline ? `*${name}*` : name,
      ...metrics.map(metric => scores[metric]!.toFixed(3)),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |\n`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|\n`;
  return line(cells[0]!) + rule + cells.slice(1).map(line).join('');
}
