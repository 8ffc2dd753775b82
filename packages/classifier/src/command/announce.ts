import type { Backbone } from '@shroom/models';
import type { EpochRecord } from '@shroom/train';
import type { TrainEvent } from '../events';
import { poolingInWords, precisionInWords } from '../network/extractor';
import type { FeaturePlan } from '../network/plan';
import type { OnProgress, Stage } from '../progress';
import type { Run } from '../results/results';
import { forTerminal } from '../run/names';
import { announcePhotos } from './announce-photos';
import { printAssessment } from './assessment';
import { printEngine } from './engine';
import { fromHere } from './from-here';
import type { Printer } from './terminal/printer';
import { progressBars } from './terminal/progress-bars';
import { duration, size } from './terminal/words';

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

/** Prints what a training reports. */
export interface Announcer {
  readonly onProgress: OnProgress;
  readonly onEvent: (event: TrainEvent) => void;
  /** Stops; an unfinished bar stays as it is. */
  stop(): void;
}

/**
 * Prints the events and the progress of a training, with a heading for each part.
 *
 * @param verbose Whether to print all findings of the photos. Default: the first few.
 * @example
 * ```ts
 * const { stop, ...reports } = announcer(printerTo(process.stderr));
 * const run = await train('photos', { ...reports, out: 'runs/pets' }).finally(stop);
 * ```
 */
export function announcer(printer: Printer, verbose = false): Announcer {
  const bars = progressBars(printer);
  let section = '';
  const enter = (name: string) => {
    if (name === section) return;
    bars.stop();
    section = name;
    printer.heading(name);
  };
  return {
    onProgress: progress => {
      enter(sections[progress.stage] ?? section);
      bars.onProgress(progress);
    },
    onEvent: event => {
      bars.stop();
      // Notices about engines that do not load come first.
      if (section === '') enter('Engine');
      if (event.kind === 'engine') printEngine(printer, event.engine);
      else if (event.kind === 'notice') printer.warn(forTerminal(event.text));
      else if (event.kind === 'photos') {
        enter('Photos');
        announcePhotos(printer, event.photos, event.split, verbose);
      } else if (event.kind === 'backbone') {
        enter('Backbone');
        announceBackbone(printer, event);
      } else if (event.kind === 'plan') announcePlan(printer, event.plan);
      else if (event.kind === 'task') announceTask(printer, event);
      else {
        enter('Training');
        announceTraining(printer, event.history, event.mostEpochs);
      }
    },
    stop: bars.stop,
  };
}

/** Prints the kind of task, unless each photo has one class. */
function announceTask(
  { fact }: Printer,
  { task, reason }: Extract<TrainEvent, { kind: 'task' }>,
): void {
  if (task === 'multi-label')
    fact('task', forTerminal(`${task}: ${reason}; each class is answered by itself`));
}

/** Prints which features still have to be computed, if that takes a while. */
function announcePlan({ fact }: Printer, { views, missing, bytes, seconds }: FeaturePlan): void {
  if (seconds === undefined) return;
  fact(
    'to compute',
    `${missing} of ${views} views: about ${duration(seconds)}, ${size(bytes)} on the disk`,
  );
}

function announceBackbone(
  { fact }: Printer,
  { extractors, cut, size: side }: Extract<TrainEvent, { kind: 'backbone' }>,
): void {
  for (const [index, extractor] of extractors.entries()) {
    const { backbone, pooling } = extractor;
    const { source, license } = backbone.weights;
    const frozen = cut !== undefined && index === 0 ? `frozen up to ${cut}` : 'frozen';
    const pooled = `${poolingInWords(pooling)}${precisionInWords(extractor)}`;
    const told = `${source}, ${license}; ${frozen}, photos at ${side} px${unseen(backbone, side)}${pooled}`;
    fact(backbone.name, forTerminal(told));
  }
}

/** The pixels at two edges that fill no patch of a transformer, which it leaves out. */
function unseen({ tokens, taps }: Backbone, side: number): string {
  const patch = taps[0]!.stride;
  const rest = tokens ? side % patch : 0;
  return rest > 0
    ? ` (${rest} at the right and at the bottom ${rest === 1 ? 'fills' : 'fill'} no patch of ${patch}, and ${rest === 1 ? 'is' : 'are'} not seen)`
    : '';
}

/** Prints when and why training ended, and which epoch's weights are kept. */
function announceTraining({ fact }: Printer, history: readonly EpochRecord[], most: number): void {
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

/**
 * Prints how good a run is and where its results are.
 *
 * @example
 * ```ts
 * printRun(printerTo(process.stdout), await train('photos'));
 * ```
 */
export function printRun(printer: Printer, { classes, test, seconds, folder }: Run): void {
  const { fact } = printer;
  const out = forTerminal(fromHere(folder));
  printAssessment(printer, classes, test.assessment);
  fact('time', `${duration(seconds.total)}, including ${duration(seconds.features)} for features`);
  printer.say();
  fact('report', `${out}/report.html`);
  fact('heat maps', `${out}/cams/`);
}
