import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Metric, type MetricName, metrics } from '@shroom/gradcam/metrics';
import { writeAtomically } from '@shroom/train/node';
import type { layers } from '@tensorflow/tfjs-layers';

/** Figures of one method's map of one photo. */
export interface Figure {
  readonly method: string;
  /** The number of the drawn mushroom. */
  readonly photo: number;
  /** `null` is no number. */
  readonly scores: Partial<Record<MetricName, number | null>>;
}

const withoutMasks = (Object.keys(metrics) as MetricName[]).filter(
  name => factsOf(name).needs !== 'masks',
);

/** Metrics that look at the map as it is. */
export const ofTheMap = withoutMasks.filter(name => !factsOf(name).remakes);

/** Metrics that make the map again, of changed images or by a changed model. */
export const ofTheMethod = withoutMasks.filter(name => factsOf(name).remakes);

function factsOf(name: MetricName): Metric {
  return metrics[name];
}

/** Tells classifiers apart: the start of the SHA-256 of a head's weights. */
export async function fingerprint(head: layers.Layer): Promise<string> {
  const hash = createHash('sha256');
  for (const weights of head.getWeights()) hash.update(await weights.data());
  return hash.digest('hex').slice(0, 16);
}

interface FiguresFile {
  /** Its {@link fingerprint}. */
  readonly classifier: string;
  readonly figures: Figure[];
}

/** What was measured of one classifier so far, one line a map; a file that a program can go on with. */
export class Figures {
  readonly #file: string;
  readonly #classifier: string;

  private constructor(
    file: string,
    classifier: string,
    readonly all: Figure[],
  ) {
    this.#file = file;
    this.#classifier = classifier;
  }

  /** @throws Error when the file has figures of another classifier: theirs cannot stand in one table. */
  static async open(file: string, classifier: string): Promise<Figures> {
    if (!existsSync(file)) return new Figures(file, classifier, []);
    const known = JSON.parse(await readFile(file, 'utf8')) as FiguresFile;
    if (known.classifier !== classifier) {
      throw new Error(
        `${file} holds figures of classifier ${known.classifier}, and this one is ${classifier}: a classifier that is trained anew is another one. Name another file with --figures, or remove this one.`,
      );
    }
    return new Figures(file, classifier, known.figures);
  }

  /** Which of some metrics are still missing for one map. */
  missing<M extends MetricName>(method: string, photo: number, metrics: readonly M[]): M[] {
    const scores = this.#of(method, photo)?.scores ?? {};
    return metrics.filter(metric => !(metric in scores));
  }

  async add({ method, photo, scores }: Figure): Promise<void> {
    const short = Object.entries(scores).map(([name, value]) => [
      name,
      Number.isFinite(value) ? Number(value!.toPrecision(4)) : null,
    ]);
    const before = this.#of(method, photo);
    const both = { ...before?.scores, ...Object.fromEntries(short) };
    if (before) this.all.splice(this.all.indexOf(before), 1);
    this.all.push({ method, photo, scores: both });
    const lines = this.all.map(each => JSON.stringify(each)).join(',\n');
    const start = `{"classifier":"${this.#classifier}","figures":[`;
    await writeAtomically(this.#file, `${start}\n${lines}\n]}\n`);
  }

  #of(method: string, photo: number): Figure | undefined {
    return this.all.find(figure => figure.method === method && figure.photo === photo);
  }
}
