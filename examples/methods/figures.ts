import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Metric, type MetricName, metrics } from '@shroom/gradcam/metrics';
import { writeAtomically } from '@shroom/train/node';
import type { layers } from '@tensorflow/tfjs-layers';

/** The metrics of one method's map of one photo. */
export interface Figure {
  readonly method: string;
  /** Number of the drawn mushroom. */
  readonly photo: number;
  /** Scores by metric; `null` stands for NaN. */
  readonly scores: Partial<Record<MetricName, number | null>>;
}

const withoutMasks = (Object.keys(metrics) as MetricName[]).filter(
  name => factsOf(name).needs !== 'masks',
);

/** Metrics that need only the map itself. */
export const ofTheMap = withoutMasks.filter(name => !factsOf(name).remakes);

/** Metrics that compute the map again, for changed images or by a changed model. */
export const ofTheMethod = withoutMasks.filter(name => factsOf(name).remakes);

function factsOf(name: MetricName): Metric {
  return metrics[name];
}

/** Identifies a classifier by the beginning of the SHA-256 of its head's weights. */
export async function fingerprint(head: layers.Layer): Promise<string> {
  const hash = createHash('sha256');
  for (const weights of head.getWeights()) hash.update(await weights.data());
  return hash.digest('hex').slice(0, 16);
}

interface FiguresFile {
  /** The {@link fingerprint} of the classifier. */
  readonly classifier: string;
  readonly figures: Figure[];
}

/** A file with the figures of one classifier that were measured so far, one line per map. A program can continue it. */
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

  /** @throws Error when the file has figures of another classifier, because one table cannot mix both. */
  static async open(file: string, classifier: string): Promise<Figures> {
    if (!existsSync(file)) return new Figures(file, classifier, []);
    const known = JSON.parse(await readFile(file, 'utf8')) as FiguresFile;
    if (known.classifier !== classifier) {
      throw new Error(
        `${file} holds figures of classifier ${known.classifier}, but this is classifier ${classifier}. Training again makes a different ` +
          'classifier. Name another file with --figures, or remove this one.',
      );
    }
    return new Figures(file, classifier, known.figures);
  }

  /** The metrics that are still missing for one map. */
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
