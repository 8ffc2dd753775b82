import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  FeaturePlan,
  NamedPhotos,
  OnProgress,
  PhotoSplit,
  Run,
  Stage,
  TrainEvent,
} from '@shroom/classifier';
import { type DuplicateGroup, splitNames } from '@shroom/data';
import type { Assessment, EpochRecord, Interval } from '@shroom/train';
import { ProgressBars } from './progress-bars';
import { duration, fact, heading, paint, say, warn } from './terminal';

const shownFindings = 12;
const shownCopies = 6;

/** Under which heading a stage works. */
const sections: Partial<Record<Stage, string>> = {
  'downloading photos': 'Photos',
  'checking photos': 'Photos',
  'downloading weights': 'Backbone',
  features: 'Backbone',
  training: 'Training',
  'fine-tuning': 'Training',
  calibration: 'Training',
  'heat maps': 'Explanations',
};

/** Says what a training reports, under a heading for each part of it. */
export class Announcer {
  readonly #bars = new ProgressBars();
  #section = '';

  constructor() {
    this.#enter('Engine');
  }

  readonly onProgress: OnProgress = progress => {
    this.#enter(sections[progress.stage] ?? this.#section);
    this.#bars.onProgress(progress);
  };

  readonly onEvent = (event: TrainEvent): void => {
    this.#bars.stop();
    if (event.kind === 'engine') fact(event.engine.name, event.engine.reason);
    else if (event.kind === 'notice') warn(event.text);
    else if (event.kind === 'photos') {
      this.#enter('Photos');
      announceData(event.photos, event.split);
    } else if (event.kind === 'backbone') {
      this.#enter('Backbone');
      announceBackbone(event);
    } else if (event.kind === 'plan') announcePlan(event.plan);
    else {
      this.#enter('Training');
      announceTraining(event.history, event.mostEpochs);
    }
  };

  /** A bar that was not filled is left as it is. */
  stop(): void {
    this.#bars.stop();
  }

  #enter(section: string): void {
    if (section === this.#section) return;
    this.#bars.stop();
    this.#section = section;
    heading(section);
  }
}

/** What is not in the cache yet, where that takes a while. */
function announcePlan({ views, missing, bytes, seconds }: FeaturePlan): void {
  if (seconds === undefined) return;
  const disk = `${Math.ceil(bytes / 1e6)} MB on the disk`;
  fact('to compute', `${missing} of ${views} views: about ${duration(seconds)}, ${disk}`);
}

function announceBackbone({
  extractors,
  cut,
  size,
}: Extract<TrainEvent, { kind: 'backbone' }>): void {
  for (const [index, { backbone, pooling }] of extractors.entries()) {
    const { source, license } = backbone.weights;
    const frozen = cut !== undefined && index === 0 ? `frozen up to ${cut}` : 'frozen';
    const pooled = pooling === 'covariance' ? ', pooled to second order' : '';
    fact(backbone.name, `${source}, ${license}; ${frozen}, photos at ${size} px${pooled}`);
  }
}

/** How many photos there are, which are copies, and every file that will not be used. */
export function announceData(photos: NamedPhotos, parts: PhotoSplit): void {
  announcePhotos(photos, parts);
  announceCopies(photos, parts);
}

function announcePhotos(
  { name, photos, classes, findings }: NamedPhotos,
  { split, rule }: PhotoSplit,
): void {
  fact(name, `${photos.length} photos of ${classes.length} classes: ${classes.join(', ')}`);
  fact(
    'split',
    `${split.train.length} training, ${split.validation.length} validation, ${split.test.length} test`,
  );
  fact('rule', rule);
  const lost = findings.filter(({ kind }) => kind !== 'converted');
  for (const { kind, subject, reason } of lost.slice(0, shownFindings))
    warn(`${kind}: ${subject} (${reason})`);
  if (lost.length > shownFindings)
    warn(`and ${lost.length - shownFindings} more; all are in metrics.json and the report`);
  const converted = findings.length - lost.length;
  if (converted > 0)
    fact('converted', `${converted} photos to upright 8-bit RGB (listed in metrics.json)`);
}

/** How many photos are copies of others, where, and whether a split keeps them together. */
function announceCopies({ photos, copies = [] }: NamedPhotos, { split }: PhotoSplit): void {
  if (copies.length === 0) return;
  const count = (kind: DuplicateGroup['kind']) => {
    const groups = copies.filter(group => group.kind === kind);
    const members = groups.reduce((sum, group) => sum + group.photos.length, 0);
    const what = kind === 'exact' ? 'the same file' : 'nearly the same picture';
    return groups.length > 0 ? [`${members} photos are ${what}, in ${groups.length} groups`] : [];
  };
  const partOf = new Map(
    splitNames.flatMap(part => split[part].map(index => [photos[index]!.id, part] as const)),
  );
  const partsOf = (ids: readonly string[]) => [...new Set(ids.map(id => partOf.get(id)!))];
  const torn = copies.filter(group => partsOf(group.photos).length > 1);
  const kept = torn.length === 0 ? '; each group is in one part' : '';
  fact('copies', [...count('exact'), ...count('near')].join('; ') + kept);
  const rank = (group: DuplicateGroup) => (torn.includes(group) ? 0 : group.acrossClasses ? 1 : 2);
  const worstFirst = [...copies].sort((a, b) => rank(a) - rank(b));
  for (const group of worstFirst.slice(0, shownCopies)) {
    const { kind, photos: ids, acrossClasses } = group;
    const what = [
      kind === 'exact' ? 'the same file' : 'nearly the same',
      ...(acrossClasses ? ['in several classes, so that a label is wrong'] : []),
      ...(torn.includes(group)
        ? [`in ${partsOf(ids).join(' and ')}, as the earlier split has it`]
        : []),
    ].join(', ');
    const more = ids.length > 4 ? [`and ${ids.length - 4} more`] : [];
    warn(`${what}: ${[...ids.slice(0, 4), ...more].join(', ')}`);
  }
  if (copies.length > shownCopies)
    warn(`and ${copies.length - shownCopies} more groups of copies; all are in metrics.json`);
}

/** When training ended, why, and which epoch's weights are kept. */
function announceTraining(history: readonly EpochRecord[], most: number): void {
  const kept = history.findLast(row => row.best)!;
  const why = history.length < most ? 'validation was no longer getting better' : 'all epochs done';
  fact('ended', `after epoch ${history.length}, ${why}`);
  fact(
    'kept',
    `epoch ${kept.epoch}, validation accuracy ${(100 * kept.validation.accuracy).toFixed(1)} %`,
  );
}

/** Where everything is, below what was found. */
export function announceResult({ classes, test, seconds, folder }: Run): void {
  const out = fromHere(folder);
  announceAssessment(classes, test.assessment);
  fact('time', `${duration(seconds.total)}, of it ${duration(seconds.features)} for features`);
  say();
  fact('report', `${out}/report.html`);
  fact('heat maps', `${out}/cams/`);
  fact('try it', `npx tsx ${fromHere(explainer)} <photo> --model ${out}`);
  say(paint('dim', '\n  Never eat a mushroom because of a photo.\n'));
}

/**
 * A bar for each class, accuracy with intervals, and how often the classifier is sure.
 *
 * @param unknown How many of the photos are unlike anything that it was trained on, where that is known.
 */
export function announceAssessment(
  classes: readonly string[],
  { evaluation, figures, calibration, sets, certainty }: Assessment,
  unknown?: number,
): void {
  heading('Test');
  const photos = evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  if (unknown !== undefined)
    fact('unknown', `${unknown} of ${photos} photos are like nothing that it was trained on`);
  const width = Math.max(...classes.map(name => name.length));
  classes.forEach((name, k) => {
    const { f1, support } = evaluation.perClass[k]!;
    const filled = Math.round(24 * f1);
    const bar = paint('green', '█'.repeat(filled)) + paint('dim', '░'.repeat(24 - filled));
    say(
      `  ${name.padEnd(width)}  ${bar}  F1 ${(100 * f1).toFixed(0).padStart(3)} %  of ${support}`,
    );
  });
  say();
  const share = (value: number) => `${Math.round(100 * value)} %`;
  const off = (value: number) => `${(100 * value).toFixed(1)} %`;
  const right =
    sets.sure > 0 ? `; ${share(sets.accuracyWhereSure)} of these answers are right` : '';
  fact('accuracy', withInterval(figures.accuracy));
  fact('macro-F1', withInterval(figures.macroF1));
  const { raw, scaled } = calibration;
  fact(
    'by itself',
    `${raw.verdict}: ${share(raw.confidence)} sure on average, right in ${share(raw.accuracy)}`,
  );
  fact(
    'calibrated',
    `${share(scaled.confidence)} sure at a temperature of ${certainty.temperature.toFixed(2)}; off by ${off(scaled.expectedError)} on average`,
  );
  fact('sure', `of ${share(sets.sure)} of the photos${right}`);
  fact(
    'promise',
    `the class is among those that fit in ${share(certainty.coverage)}; it is in ${share(sets.coverage)}`,
  );
}

/** A share, and where 95 of 100 such test sets would put it. */
function withInterval({ value, low, high }: Interval): string {
  const [most, least] = [high, low].map(bound => (100 * bound).toFixed(0));
  return `${paint('bold', `${(100 * value).toFixed(1)} %`)}  ${paint('dim', low === high ? 'too few photos to tell how surely' : `${least} to ${most} %`)}`;
}

const explainer = fileURLToPath(new URL('../explain.ts', import.meta.url));

/** A path as one would type it here. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? resolve(path) : short;
}
