// Trains, and kills itself when a stage has come so far: training-to-kill.ts <[photos, options] in JSON> <stage> <share>
import { train } from '@shroom/classifier';

const [given, stage, share] = process.argv.slice(2) as [string, string, string];
const [photos, options] = JSON.parse(given);
await train(photos, {
  ...options,
  engine: 'ort',
  onProgress: progress => {
    if (progress.stage === stage && progress.done >= progress.total * Number(share))
      process.kill(process.pid, 'SIGKILL');
  },
});
