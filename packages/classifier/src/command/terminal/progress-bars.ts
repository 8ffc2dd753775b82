import type { OnProgress, Stage } from '../../progress';
import { type Bar, startBar } from './bar';
import type { Printer } from './printer';

/** Shorter names of some stages. */
const labels: Partial<Record<Stage, string>> = {
  'downloading photos': 'download',
  'downloading weights': 'download',
  'checking photos': 'checking',
  'inspecting photos': 'inspecting',
  'packing photos': 'packing',
  'worse photos': 'worse',
  training: 'head',
};

/** A progress bar for each stage. */
export interface ProgressBars {
  readonly onProgress: OnProgress;
  /** Ends the current bar. It stays as it is. */
  stop(): void;
}

/**
 * Shows a progress bar for each stage that `train` and the other functions report.
 *
 * @example
 * ```ts
 * const bars = progressBars(printerTo(process.stderr));
 * await inspect('photos', { onProgress: bars.onProgress });
 * bars.stop();
 * ```
 */
export function progressBars(printer: Printer): ProgressBars {
  let bar: Bar | undefined;
  let key = '';
  let last = 0;
  const stop = () => {
    bar?.stop();
    bar = undefined;
    key = '';
    last = 0;
  };
  return {
    onProgress: ({ stage, done, total, unit, rate, remaining, note }) => {
      const isDownload = stage === 'downloading weights';
      // Each of several networks has its own download.
      const own = isDownload ? `${stage} ${note}` : stage;
      if (own !== key || done < last) {
        stop();
        if (isDownload) printer.say(`  Downloading the weights ${note} (${total} MB), once:`);
        bar = startBar(printer, labels[stage] ?? stage, unit);
        key = own;
      }
      last = done;
      bar!.show({ done, total, rate, remaining, note: isDownload ? '' : note });
    },
    stop,
  };
}
