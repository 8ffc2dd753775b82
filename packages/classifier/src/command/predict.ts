import type { Classifier } from '../classifier';
import type { EngineName } from '../engine/names';
import { forTerminal } from '../run/names';
import type { Prediction } from '../serving/answer';
import type { FailedPhoto } from '../serving/options';
import { inWords, printAnswer, printBars } from './answer';
import { openRun } from './open';
import { engineOption, integer, photoPlaces, viewsOption } from './options';
import { photosAt } from './places';
import { startBar } from './terminal/bar';
import type { Printer, Style } from './terminal/printer';
import { counted } from './terminal/words';
import { widthOf } from './terminal/wrap';
import { UsageError, type Verb } from './verb';

interface PredictOptions {
  readonly views?: number;
  readonly top?: number;
  readonly engine?: EngineName | 'auto';
}

/** Columns that the longest name of a photo may take beside its answer. */
const mostName = 40;

/** `shroom predict <run> <photos...>` */
export const predict: Verb<PredictOptions> = {
  examples: ['shroom predict runs/pets cat.jpg', 'shroom predict runs/pets photos --json'],
  define: command => {
    command
      .argument('<run>', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .argument('<photos...>', photoPlaces)
      .option(
        '--top <count>',
        'classes to print with a bar for each photo (default: 5 for a single photo, otherwise 0)',
        integer(0),
      )
      .addOption(viewsOption())
      .addOption(engineOption());
  },
  run: async (session, [run, ...photos], { views, top, engine }) => {
    const { results, signal, json, notes } = session;
    const { first, total, all, close } = await photosAt(photos);
    let classifier: Classifier | undefined;
    try {
      classifier = await openRun(session, run!, engine);
      requireViews(classifier.file.certainty, views);
      notes.say();
      const longest = first.reduce(
        (most, { name }) => Math.max(most, widthOf(forTerminal(name))),
        0,
      );
      const width = Math.min(mostName, longest);
      const bars = top ?? (total === 1 ? 5 : 0);
      const answers: object[] = [];
      const counts = { sure: 0, unsure: 0, unknown: 0, unreadable: 0 };
      const options = { signal, ...(views !== undefined && { views }) };
      // Where the answers are printed as they come, they show the progress.
      const progress = json ? startBar(notes, 'classifying', 'photos') : undefined;
      let done = 0;
      for await (const each of classifier.predictEach(all, options)) {
        done++;
        progress?.update(done, total);
        if (json) answers.push(plain(each));
        if ('error' in each) {
          const { message } = each.error;
          counts.unreadable += 1;
          results.say(`  ${results.paint('red', '!')} ${forTerminal(message)}`);
          continue;
        }
        counts[standingOf(each)] += 1;
        const style = { sure: 'bold', unsure: 'yellow', unknown: 'yellow' } as const;
        const said = results.paint(style[standingOf(each)] satisfies Style, inWords(each));
        printAnswer(results, each.photo, said, width);
        if (bars > 0) printBars(results, each, bars);
      }
      progress?.stop();
      if (total !== 1) printCounts(results, done, counts);
      const { caution } = classifier.file;
      if (caution) results.say(`\n  ${results.paint('dim', forTerminal(caution.headline))}`);
      return { result: { photos: answers, counts }, failed: counts.unreadable > 0 };
    } finally {
      close();
      await classifier?.dispose();
    }
  },
};

/** An answer for `--json`. Whether the photo is known comes before any class. */
function plain(answer: Prediction | FailedPhoto): object {
  if ('error' in answer) {
    const { name, message } = answer.error;
    return { photo: answer.photo, error: { name, message } };
  }
  const { photo, known, ...rest } = answer;
  return { photo, known, ...rest };
}

/** @throws UsageError when the classifier was not calibrated for that number of views. */
export function requireViews(
  certainty: readonly { readonly views: number }[],
  views: number | undefined,
): void {
  if (views === undefined || certainty.some(each => each.views === views)) return;
  const known = certainty.map(each => each.views).join(' or ');
  throw new UsageError(
    `--views ${views}: how sure such answers are was not measured for this run. It should be ${known}.`,
  );
}

const standingOf = ({ known, sure }: Prediction): 'sure' | 'unsure' | 'unknown' =>
  known ? (sure ? 'sure' : 'unsure') : 'unknown';

function printCounts(
  printer: Printer,
  all: number,
  { sure, unsure, unknown, unreadable }: Readonly<Record<string, number>>,
): void {
  const parts = [
    `${sure} sure`,
    `${unsure} not sure`,
    `${unknown} unlike all training photos`,
    ...(unreadable ? [`${unreadable} unreadable`] : []),
  ];
  printer.say(`\n  ${counted(all, 'photo')}: ${parts.join(', ')}`);
}
