// The main job: trains, evaluates and explains a classifier of mushroom genera.
import { resume, train } from '@shroom/classifier';
import { Announcer, announceResult } from './pipeline/announce';
import { parseMainJob } from './pipeline/main-job';
import { runProgram } from './pipeline/terminal';

await runProgram(async signal => {
  const job = await parseMainJob(process.argv);
  const announcer = new Announcer();
  const { onProgress, onEvent } = announcer;
  const work = { ...job.options, onProgress, onEvent, signal };
  try {
    const run = 'resume' in job ? await resume(job.resume, work) : await train(job.photos, work);
    announceResult(run);
  } finally {
    announcer.stop();
  }
});
