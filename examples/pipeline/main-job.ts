import { readFile } from 'node:fs/promises';
import type { TrainConfiguration, TrainOptions } from '@shroom/classifier';
import { tableColumns } from './columns';
import { mushrooms } from './mushrooms';
import { trainCommand } from './train-command';

/** The task of the main job: a new run, or a run to resume. */
export type MainJob =
  | { readonly photos: string; readonly options: TrainOptions }
  | { readonly resume: string; readonly options: Pick<TrainOptions, 'engine' | 'command'> };

/** Options as they are typed, or as a file holds them. */
interface Given extends Omit<TrainConfiguration, 'columns'> {
  readonly data: string;
  readonly drawn: number;
  readonly columns?: string | TrainConfiguration['columns'];
  readonly labelSeparator?: string;
  readonly seed: number;
  readonly out?: string;
  readonly overwrite?: boolean;
}

/** @throws Error when the file of `--config` cannot be read. */
export async function parseMainJob(argv: readonly string[]): Promise<MainJob> {
  const command = `npm start -- ${argv.slice(2).join(' ')}`.trim();
  const parsed = trainCommand().parse(argv);
  const isTyped = (name: string) => parsed.getOptionValueSource(name) === 'cli';
  const { resume, config, ...typed } = parsed.opts<Given & { resume?: string; config?: string }>();
  if (resume !== undefined) {
    const engine = isTyped('engine') && typed.engine ? { engine: typed.engine } : {};
    return { resume, options: { ...engine, command } };
  }
  const stored = Object.entries(config === undefined ? {} : await fromFile(config));
  const untyped = Object.fromEntries(stored.filter(([name]) => !isTyped(name))) as Partial<Given>;
  const { data, drawn, columns, labelSeparator, ...rest } = { ...typed, ...untyped };
  const { photos, ...words } = mushrooms(data, drawn);
  const named = tableColumns(columns, labelSeparator);
  return {
    photos,
    options: {
      ...words,
      ...(photos !== data && { out: `runs/${data}-seed${rest.seed}` }),
      ...rest,
      ...(named && { columns: named }),
      command,
    },
  };
}

/**
 * Reads options from a file, such as the `config.json` of a run. Its `name` is ignored, because it follows from the photos.
 */
async function fromFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  let options: unknown;
  try {
    options = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`--config ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new Error(`--config ${path} should hold an object of options, such as {"size": 224}.`);
  const { name: _, data = 'drawn', ...rest } = options as Record<string, unknown>;
  if (typeof data !== 'string') throw new Error(`--config ${path}: data should be a string.`);
  const [, count] = /^drawn:(\d+)$/.exec(data) ?? [];
  return count === undefined ? { data, ...rest } : { data: 'drawn', drawn: Number(count), ...rest };
}
