// Trains, and kills itself when a stage has begun: training-to-kill.ts <[photos, options] in JSON> <stage>
import { train } from '@shroom/classifier';

const [given, stage] = process.argv.slice(2) as [string, string];
const [photos, options] = JSON.parse(given);
await train(photos, {
  ...options,
  engine: 'ort',
  onProgress: progress => {
    if (progress.stage === stage && progress.done >= progress.total / 2)
      process.kill(process.pid, 'SIGKILL');
  },
});
