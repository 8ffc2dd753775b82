// Exports networks with weights from a formula for timm: `npx tsx tools/reference/timm-exports.ts FOLDER`. Then run
// `python tools/reference/timm_exports.py FOLDER`.
import { join } from 'node:path';
import { startEngine } from '../../packages/classifier/src/engine/engine';
import { exportToTimm } from '../../packages/classifier/src/exports/timm';
import { formulaClassifier } from '../../packages/classifier/test/exports/formula-network';
import { timmCases } from '../../packages/classifier/test/exports/timm-cases';

await startEngine('auto');
for (const [name, side] of timmCases)
  await exportToTimm(await formulaClassifier(name, side), join(process.argv[2]!, name), {});
