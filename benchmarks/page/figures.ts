import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './pages';

/** Reads the figures from those of `results.json`, `growth.json`, `limits.json` and `costs.json` that exist. */
export function readFigures(folder: string, costsFolder: string): Figures {
  const read = <T>(path: string, missing: T): T =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : missing;
  return {
    results: read(join(folder, 'results.json'), []),
    growth: read(join(folder, 'growth.json'), []),
    limits: read(join(folder, 'limits.json'), undefined),
    costs: read(join(costsFolder, 'costs.json'), []),
  };
}
