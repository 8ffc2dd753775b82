/** Tries one model: `child.ts FILE RESULT`. */
import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import { writeFileSync } from 'node:fs';
import { tried } from './trial';

const [file, result] = process.argv.slice(2) as [string, string];
writeFileSync(
  result,
  JSON.stringify(await tried(file), (_, value) => (Number.isNaN(value) ? 'NaN' : value)),
);
