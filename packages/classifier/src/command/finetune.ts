import type { Evaluation, MultiLabelEvaluation } from '@shroom/train';
import { InvalidArgumentError, Option } from 'commander';
import type { EngineName } from '../engine/names';
import type { Finetuned, FinetuneOptions } from '../finetune';
import { licenseNotices } from '../results/license-notices';
import { forTerminal } from '../run/names';
import { asWord, callName, fromHere } from './from-here';
import { announceEngine } from './open';
import { engineOption, integer } from './options';
import type { Printer } from './terminal/printer';
import type { Verb } from './verb';

interface Given
  extends Pick<FinetuneOptions, 'from' | 'extractor' | 'epochs' | 'layerDecay' | 'views' | 'out'> {
  readonly engine?: EngineName | 'auto';
}

/** `shroom finetune <run>` */
export const finetune: Verb<Given> = {
  examples: ['shroom finetune runs/pets', 'shroom finetune runs/pets --from layer2 --epochs 20'],
  define: command => {
    command
      .description(
        'Trains the last stages of the network together with the trained head, and writes a new classifier to a new folder. The same command again ' +
          'continues an interrupted fine-tuning.',
      )
      .argument('<run>', 'the folder of a run');
    for (const option of finetuneOptions()) command.addOption(option);
  },
  run: async (session, [run], { engine, ...options }) => {
    const { notes, results, bars, signal } = session;
    await announceEngine(notes, engine);
    const { finetune } = await import('../finetune');
    const { onProgress, stop } = bars;
    const tuned = await finetune(run!, { ...options, onProgress, signal }).finally(stop);
    for (const text of licenseNotices(tuned.licenses)) notes.warn(forTerminal(text));
    printFinetuned(results, tuned);
    results.fact('try it', `${callName()} predict ${asWord(fromHere(tuned.folder))} <photos>`);
    const { folder, classes, cut, before, after } = tuned;
    return {
      result: { folder, classes, cut, before: scoresOf(before), after: scoresOf(after) },
    };
  },
};

/**
 * The options of a fine-tuning. An option that is not typed has no value.
 *
 * @example
 * ```ts
 * for (const option of finetuneOptions()) command.addOption(option);
 * await finetune('runs/pets', command.opts());
 * ```
 */
export const finetuneOptions = (): readonly Option[] => [
  new Option(
    '--from <place>',
    'the last stage or layer that stays frozen (default: the last stage but one, such as layer3; of a transformer, all but the last two blocks)',
  ),
  new Option(
    '--extractor <index>',
    'which of several networks is trained (default: 0, the first)',
  ).argParser(integer(0)),
  new Option(
    '--epochs <count>',
    'maximum number of passes over the training photos (default: 12)',
  ).argParser(integer(1)),
  new Option(
    '--layer-decay <factor>',
    'learning rate of a stage, divided by that of the stage above (default: 0.3; for the blocks of a transformer 0.75)',
  ).argParser(factor),
  new Option(
    '--views <count>',
    "views of each training photo, whose features are kept on disk (default: the run's)",
  ).argParser(integer(1, 64)),
  new Option('--out <folder>', 'folder for the classifier (default: <run>-finetuned)'),
  engineOption(),
];

function factor(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It should be a number above 0, at most 1.');
}

/**
 * Prints what a fine-tuning has changed.
 *
 * @example
 * ```ts
 * printFinetuned(printerTo(process.stdout), await finetune('runs/pets'));
 * ```
 */
export function printFinetuned(
  { heading, fact }: Printer,
  { cut, before, after, folder }: Finetuned,
): void {
  heading('Fine-tuned');
  fact('cut', `${forTerminal(cut)}; the layers after it were trained`);
  const inPercent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const [then, now] = [scoresOf(before), scoresOf(after)];
  for (const [name, label] of Object.entries(labels))
    if (then[name] !== undefined && now[name] !== undefined)
      fact(label, `${inPercent(then[name])} before, ${inPercent(now[name])} after`);
  fact('classifier', forTerminal(fromHere(folder)));
}

const labels = { accuracy: 'accuracy', macroF1: 'macro-F1', meanAveragePrecision: 'mean AP' };

/** The scores of an evaluation that are printed. */
function scoresOf(evaluation: Evaluation | MultiLabelEvaluation): Record<string, number> {
  const { accuracy, macroF1 } = evaluation;
  return 'meanAveragePrecision' in evaluation
    ? { accuracy, macroF1, meanAveragePrecision: evaluation.meanAveragePrecision }
    : { accuracy, macroF1 };
}
