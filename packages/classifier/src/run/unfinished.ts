import { openRun } from '@shroom/train/node';
import { holdsRun, type RunConfiguration } from './folder';

/**
 * Says why a folder has no trained classifier, and what to do: a run that is not finished is continued, anything else is not a run.
 *
 * @example
 * ```ts
 * await whyUntrained('/photos/runs/pets'); // the run is not finished. Continue it with `npx @shroom/classifier resume ...
 * ```
 */
export async function whyUntrained(folder: string): Promise<string> {
  if (!holdsRun(folder))
    return 'there is no trained classifier. `train` makes one and says where it is.';
  const { configuration } = await openRun<RunConfiguration>(folder);
  const { finetuning } = configuration;
  const how = finetuning
    ? `\`finetune\` again for '${finetuning.run}', with the same options`
    : `\`npx @shroom/classifier resume "${folder}"\`, or \`resume\` in a program`;
  return `${finetuning ? 'the fine-tuning' : 'the run'} is not finished. Continue it with ${how}.`;
}
