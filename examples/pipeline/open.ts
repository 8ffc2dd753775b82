import type { Classifier, EngineName } from '@shroom/classifier';
import { announceEngine as announce, openWithBars, progressBars } from '@shroom/classifier/command';
import { heading, printer } from './terminal';

/** Starts an engine for TensorFlow.js, and prints which one runs and why. */
export async function announceEngine(wanted?: EngineName | 'auto'): Promise<void> {
  heading('Engine');
  await announce(printer, wanted);
}

/** Opens a trained classifier, and shows the download of its backbone's weights. */
export const open = (folder: string, signal: AbortSignal): Promise<Classifier> =>
  openWithBars(folder, progressBars(printer), signal);
