import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ComparisonOptions, MetricName } from '@shroom/gradcam/metrics';
import { writeAtomically } from '@shroom/train/node';

/** Figures of one method's map of one photo. */
export interface Figure {
  readonly method: string;
  /** The number of the drawn mushroom. */
  readonly photo: number;
  /** `null` is no number. */
  readonly scores: Partial<Record<MetricName, number | null>>;
}

/** Metrics that look at the map as it is. */
export const ofTheMap = [
  'road',
  'deletion',
  'insertion',
  'averageDrop',
  'averageIncrease',
  'averageGain',
  'infidelity',
  'sparseness',
  'complexity',
] as const satisfies ComparisonOptions['metrics'];

/** Metrics that make the map again, of changed images or by a changed model. */
export const ofTheMethod = [
  'adcc',
  'arcc',
  'sensitivity',
  'randomisation',
] as const satisfies ComparisonOptions['metrics'];

/** What was measured so far, one line a map; a file that a program can go on with. */
export class Figures {
  private constructor(
    private readonly file: string,
    readonly all: Figure[],
  ) {}

  static async open(file: string): Promise<Figures> {
    const text = existsSync(file) ? await readFile(file, 'utf8') : '[]';
    return new Figures(file, JSON.parse(text) as Figure[]);
  }

  /** Which of some metrics one map was not judged by yet. */
  missing<M extends MetricName>(method: string, photo: number, metrics: readonly M[]): M[] {
    const scores = this.of(method, photo)?.scores ?? {};
    return metrics.filter(metric => !(metric in scores));
  }

  async add({ method, photo, scores }: Figure): Promise<void> {
    const short = Object.entries(scores).map(([name, value]) => [
      name,
      Number.isFinite(value) ? Number(value!.toPrecision(4)) : null,
    ]);
    const before = this.of(method, photo);
    const both = { ...before?.scores, ...Object.fromEntries(short) };
    if (before) this.all.splice(this.all.indexOf(before), 1);
    this.all.push({ method, photo, scores: both });
    const lines = this.all.map(each => JSON.stringify(each)).join(',\n');
    await writeAtomically(this.file, `[\n${lines}\n]\n`);
  }

  private of(method: string, photo: number): Figure | undefined {
    return this.all.find(figure => figure.method === method && figure.photo === photo);
  }
}
