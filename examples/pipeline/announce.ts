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
import type { EpochRecord } from '@shroom/train';
import { announceAssessment } from './assessment';
import { ProgressBars } from './progress-bars';
import { duration, fact, heading, paint, say, warn } from './terminal';

const shownFindings = 12;
const shownCopies = 6;

/** The heading under which a stage is printed. */
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

/** Prints the reports of a training, with a heading for each part. */
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
    else if (event.kind === 'task') announceTask(event);
    else {
      this.#enter('Training');
      announceTraining(event.history, event.mostEpochs);
    }
  };

  /** Stops; an unfinished bar stays as it is. */
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

/** Prints the kind of task, unless each photo has one class. */
function announceTask({ task, reason }: Extract<TrainEvent, { kind: 'task' }>): void {
  if (task === 'multi-label') fact('task', `${task}: ${reason}; each class is answered by itself`);
}

/** Prints which features still have to be computed, if that takes a while. */
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

/** Prints how many photos there are, which are copies, and every file that will not be used. */
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

/** Prints how many photos are copies of others, where they are, and whether the split keeps them together. */
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
      ...(acrossClasses ? ['in several classes, so a label is wrong'] : []),
      ...(torn.includes(group)
        ? [`in ${partsOf(ids).join(' and ')}, as in the earlier split`]
        : []),
    ].join(', ');
    const more = ids.length > 4 ? [`and ${ids.length - 4} more`] : [];
    warn(`${what}: ${[...ids.slice(0, 4), ...more].join(', ')}`);
  }
  if (copies.length > shownCopies)
    warn(`and ${copies.length - shownCopies} more groups of copies; all are in metrics.json`);
}

/** Prints when and why training ended, and which epoch's weights are kept. */
function announceTraining(history: readonly EpochRecord[], most: number): void {
  const kept = history.findLast(row => row.best)!;
  const why = history.length < most ? 'validation no longer improved' : 'all epochs done';
  fact('ended', `after epoch ${history.length}, ${why}`);
  fact('kept', `epoch ${kept.epoch}, validation ${scoreInWords(kept.validation)}`);
}

function scoreInWords(validation: EpochRecord['validation']): string {
  const [name, score] =
    'meanAveragePrecision' in validation
      ? ['mean average precision', Number(validation.meanAveragePrecision)]
      : ['accuracy', validation.accuracy];
  return `${name} ${(100 * score).toFixed(1)} %`;
}

/** Prints where the results are. */
export function announceResult({ classes, test, seconds, folder }: Run): void {
  const out = fromHere(folder);
  announceAssessment(classes, test.assessment);
  fact('time', `${duration(seconds.total)}, including ${duration(seconds.features)} for features`);
  say();
  fact('report', `${out}/report.html`);
  fact('heat maps', `${out}/cams/`);
  fact('try it', `npx tsx ${fromHere(explainer)} <photo> --model ${out}`);
  say(paint('dim', '\n  Never eat a mushroom because of a photo.\n'));
}

const explainer = fileURLToPath(new URL('../explain.ts', import.meta.url));

/** A path as it has to be typed in the current folder. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? resolve(path) : short;
}
