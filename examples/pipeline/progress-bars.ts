import type { OnProgress, Stage } from '@shroom/classifier';
import { Progress, say } from './terminal';

/** Shorter names for some stages on a terminal. */
const labels: Partial<Record<Stage, string>> = {
  'downloading photos': 'download',
  'downloading weights': 'download',
  'checking photos': 'checking',
  'inspecting photos': 'inspecting',
  'worse photos': 'worse',
  training: 'head',
};

/** Shows a bar for each stage that `@shroom/classifier` reports. */
export class ProgressBars {
  #bar: Progress | undefined;
  #key = '';
  #done = 0;

  readonly onProgress: OnProgress = ({ stage, done, total, unit, rate, remaining, note }) => {
    const isDownload = stage === 'downloading weights';
    // Each of several networks has its own download.
    const key = isDownload ? `${stage} ${note}` : stage;
    if (key !== this.#key || done < this.#done) {
      this.stop();
      if (isDownload) say(`  Downloading the weights ${note} (${total} MB), once:`);
      this.#bar = new Progress(labels[stage] ?? stage, unit);
      this.#key = key;
    }
    this.#done = done;
    this.#bar!.show(done, total, { rate, remaining, note: isDownload ? '' : note });
  };

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#key = '';
    this.#done = 0;
  }
}
