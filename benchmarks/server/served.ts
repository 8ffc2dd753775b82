// Serves a run in a process of its own, and tells its address and processes: `served.ts RUN WORKERS`.
import { serve } from '@shroom/classifier/server';

const [run, workers] = process.argv.slice(2) as [string, string];
const { url, workers: pids } = await serve(run, { port: 0, workers: Number(workers) });
process.send!({ url, pids: [process.pid, ...pids] });
process.on('disconnect', () => process.exit());
