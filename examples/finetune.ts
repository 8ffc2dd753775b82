// Trains the last stages of the backbone, together with the head, of a classifier that `npm start` trained.
import { finetune } from '@shroom/classifier';
import { Command } from 'commander';
import './pipeline/mushrooms';
import { announceEngine } from './pipeline/open';
import { engineOption, integer } from './pipeline/options';
import { ProgressBars } from './pipeline/progress-bars';
import { fact, heading, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/finetune.ts')
  .description(
    'Trains the last stages of a backbone together with the head that was trained on it.',
  )
  .argument('<run>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option(
    '--from <place>',
    'the last stage or layer that stays frozen (default: the last stage but one, such as layer3)',
  )
  .option('--epochs <count>', 'maximum number of passes over the training photos', integer(1), 12)
  .option(
    '--views <count>',
    'views of each training photo, whose features are kept on disk',
    integer(1, 64),
    4,
  )
  .option('--out <folder>', 'folder for the classifier (default: <run>-finetuned)')
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const run = command.args[0]!.replace(/[/\\]+$/, '');
  const { engine, ...given } = command.opts<{
    from?: string;
    epochs: number;
    views: number;
    out?: string;
    engine: 'auto';
  }>();
  const { out = `${run}-finetuned` } = given;
  await announceEngine(engine);

  heading('Fine-tuning');
  const bars = new ProgressBars();
  const work = { ...given, out, onProgress: bars.onProgress, signal };
  const { cut, before, after } = await finetune(run, work).finally(() => bars.stop());
  fact('cut', `${cut}; the layers after it were trained`);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const compare = (name: string, then: number, now: number) =>
    fact(name, `${percent(then)} before, ${percent(now)} after`);
  compare('accuracy', before.accuracy, after.accuracy);
  compare('macro-F1', before.macroF1, after.macroF1);
  if ('meanAveragePrecision' in before && 'meanAveragePrecision' in after)
    compare('mean AP', before.meanAveragePrecision, after.meanAveragePrecision);
  fact('classifier', `${out}; npx tsx examples/explain.ts <photo> --model ${out}`);
});
