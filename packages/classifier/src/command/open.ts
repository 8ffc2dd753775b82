import type { Classifier } from '../classifier';
import type { EngineName } from '../engine/names';
import { computesInt8, precisionOf } from '../network/precision';
import { licenseNotices } from '../results/license-notices';
import { forTerminal } from '../run/names';
import { printEngine } from './engine';
import type { Printer } from './terminal/printer';
import type { ProgressBars } from './terminal/progress-bars';
import type { Session } from './verb';

/**
 * Starts an engine, and prints its name and why it was chosen.
 *
 * @example
 * ```ts
 * await announceEngine(printerTo(process.stderr), 'auto');
 * ```
 */
export async function announceEngine(
  printer: Printer,
  wanted?: EngineName | 'auto',
): Promise<void> {
  const { startEngine } = await import('../engine/engine');
  const engine = await startEngine(wanted);
  for (const why of engine.failed) printer.warn(why);
  printEngine(printer, engine);
}

/**
 * Opens a trained classifier, and shows the download of its weights.
 *
 * @example
 * ```ts
 * const bars = progressBars(printerTo(process.stderr));
 * const classifier = await openWithBars('runs/pets', bars, signal);
 * ```
 */
export async function openWithBars(
  run: string,
  { onProgress, stop }: ProgressBars,
  signal: AbortSignal,
): Promise<Classifier> {
  const { openClassifier } = await import('../classifier');
  return openClassifier(run, { onProgress, signal }).finally(stop);
}

/** Starts the engine, opens a trained classifier, and prints what it was trained on. */
export async function openRun(
  { notes, bars, signal }: Session,
  run: string,
  engine: EngineName | 'auto' | undefined,
): Promise<Classifier> {
  await announceEngine(notes, engine);
  const classifier = await openWithBars(run, bars, signal);
  const { title, trainedOn, licenses } = classifier.file;
  const precision = computesInt8(classifier.file) ? `; in ${precisionOf(classifier.file)}` : '';
  const { photos, kind } = trainedOn;
  notes.fact('classifier', forTerminal(`${title}; trained on ${photos} ${kind}${precision}`));
  if (classifier.fallback) notes.warn(classifier.fallback);
  for (const text of licenseNotices(licenses)) notes.warn(forTerminal(text));
  return classifier;
}
