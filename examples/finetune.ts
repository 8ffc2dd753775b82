// Trains the last stages of the backbone, together with the head, of a classifier that `npm start` trained.
import { type FinetuneOptions, finetune } from '@shroom/classifier';
import { asWord, finetuneOptions, printFinetuned, progressBars } from '@shroom/classifier/command';
import { Command } from 'commander';
import './pipeline/mushrooms';
import { announceEngine } from './pipeline/open';
import { fact, heading, printer, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/finetune.ts')
  .description(
    'Trains the last stages of a backbone together with the head that was trained on it.',
  )
  .argument('<run>', 'a run of `npm start`, such as runs/drawn-seed0');
for (const option of finetuneOptions()) command.addOption(option);

await runProgram(async signal => {
  command.parse();
  const run = command.args[0]!.replace(/[/\\]+$/, '');
  const { engine = 'auto', ...given } = command.opts<FinetuneOptions>();
  await announceEngine(engine);

  heading('Fine-tuning');
  const { onProgress, stop } = progressBars(printer);
  const tuned = await finetune(run, { ...given, onProgress, signal }).finally(stop);
  printFinetuned(printer, tuned);
  fact(
    'try it',
    `npx tsx examples/explain.ts <photo> --model ${asWord(given.out ?? `${run}-finetuned`)}`,
  );
});
