import type { Classifier } from '@shroom/classifier';
import { drawMushroom, genera } from '@shroom/drawn';
import { type BaselineName, baselines, compare, type MetricName } from '@shroom/gradcam/metrics';
import { chosen } from '../pipeline/methods';
import { type Contestant, groups } from './contestants';
import { type Figure, type Figures, ofTheMap, ofTheMethod } from './figures';

/** Seed of the first drawing, far from the seeds of the training photos. */
const unseen = 10_000;

/** One map to be evaluated. */
export interface Job {
  readonly method: string;
  readonly photo: number;
  readonly metrics: readonly MetricName[];
}

export interface JobOptions {
  /** Number of photos per genus. */
  readonly drawn: number;
  /** Number of photos for methods that take seconds per map. */
  readonly costly: number;
  /** Number of these photos for metrics that compute such maps again. */
  readonly again: number;
  readonly methods?: string;
  readonly metrics?: string;
  /** Number of the first photo. */
  readonly first: number;
}

/** The methods, and baselines that do not depend on the model. */
export function withBaselines(
  methods: Readonly<Record<string, Contestant>>,
): Record<string, Contestant> {
  const { parts } = methods.gradCam!;
  const baseline = { parts, group: groups.at(-1)!, cost: 'none' };
  const known = (Object.keys(baselines) as BaselineName[]).map(
    name => [name, { ...baseline, method: baselines[name]() }] as const,
  );
  return { ...methods, ...Object.fromEntries(known) };
}

/**
 * The missing maps, photo by photo, with costly methods last. So a program that is stopped early has compared all methods
 * on the same photos.
 */
export function openJobs(
  contestants: Readonly<Record<string, Contestant>>,
  figures: Figures,
  options: JobOptions,
): Job[] {
  const jobs = (costly: boolean, count: number, metrics: readonly MetricName[]) =>
    Array.from({ length: count }, (_, photo) =>
      Object.entries(chosen(contestants, options.methods))
        .filter(([, each]) => Boolean(each.costly) === costly)
        .map(([method]) => {
          const asked = options.metrics?.split(',') ?? metrics;
          const possible = metrics.filter(metric => asked.includes(metric));
          return { method, photo, metrics: figures.missing(method, photo, possible) };
        }),
    ).flat();
  return [
    ...jobs(false, genera.length * options.drawn, [...ofTheMap, ...ofTheMethod]),
    ...jobs(true, options.costly, ofTheMap),
    ...jobs(true, options.again, ofTheMethod),
  ].filter(({ metrics, photo }) => metrics.length > 0 && photo >= options.first);
}

/** Evaluates one map. */
export async function evaluateMap(
  { method, photo, metrics }: Job,
  contestant: Contestant,
  classifier: Classifier,
  signal: AbortSignal,
): Promise<Figure> {
  const size = classifier.preprocessing.size[0];
  const drawn = drawMushroom(genera[photo % genera.length]!, { seed: unseen + photo, size });
  const images = classifier.imagesOf([{ ...drawn, data: drawn.pixels }]);
  const options = {
    metrics,
    masks: [{ ...drawn, values: drawn.masks.mushroom }],
    percentiles: [20, 40, 60, 80],
    steps: 10,
    samples: 4,
    seed: photo,
    model: classifier.model,
    baselines: [],
    signal,
  };
  const [row] = await compare(contestant.parts, images, { [method]: contestant }, options);
  images.dispose();
  return { method, photo, scores: row!.scores };
}
