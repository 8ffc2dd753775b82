// The main job: trains, evaluates and explains a classifier of mushroom genera.
import { fileURLToPath } from 'node:url';
import { resume, train } from '@shroom/classifier';
import { announcer, asWord, fromHere, printRun } from '@shroom/classifier/command';
import { parseMainJob } from './pipeline/main-job';
import { fact, paint, printer, runProgram, say } from './pipeline/terminal';

await runProgram(async signal => {
  const job = await parseMainJob(process.argv);
  const { stop, ...reports } = announcer(printer);
  const work = { ...job.options, ...reports, signal };
  const run = await ('resume' in job ? resume(job.resume, work) : train(job.photos, work)).finally(
    stop,
  );
  printRun(printer, run);
  const explainer = fromHere(fileURLToPath(new URL('explain.ts', import.meta.url)));
  fact('try it', `npx tsx ${asWord(explainer)} <photo> --model ${asWord(fromHere(run.folder))}`);
  say(paint('dim', '\n  Never eat a mushroom because of a photo.\n'));
});
