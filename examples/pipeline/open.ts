import { type Classifier, type EngineName, openClassifier, startEngine } from '@shroom/classifier';
import { ProgressBars } from './progress-bars';
import { fact, heading, warn } from './terminal';

/** Starts an engine for TensorFlow.js, and prints which one runs and why. */
export async function announceEngine(wanted: EngineName | 'auto'): Promise<void> {
  heading('Engine');
  const { name, reason, failed } = await startEngine(wanted);
  for (const why of failed) warn(why);
  fact(name, reason);
}

/** Opens a trained classifier, and shows the download of its backbone's weights. */
export async function open(folder: string, signal: AbortSignal): Promise<Classifier> {
  const bars = new ProgressBars();
  try {
    return await openClassifier(folder, { onProgress: bars.onProgress, signal });
  } finally {
    bars.stop();
  }
}
