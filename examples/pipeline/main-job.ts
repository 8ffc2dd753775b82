import type { TrainConfiguration, TrainOptions } from '@shroom/classifier';
import { type GivenColumns, readConfig, tableColumns } from '@shroom/classifier/command';
import { mushrooms } from './mushrooms';
import { trainCommand } from './train-command';

/** The task of the main job: a new run, or a run to resume. */
export type MainJob =
  | { readonly photos: string | readonly string[]; readonly options: TrainOptions }
  | { readonly resume: string; readonly options: Pick<TrainOptions, 'engine' | 'command'> };

/** Options as they are typed, or as a file holds them. */
interface Given extends Omit<TrainConfiguration, 'columns'>, GivenColumns {
  readonly data: string | readonly string[];
  readonly drawn: number;
  readonly seed: number;
  readonly out?: string;
  readonly overwrite?: boolean;
}

const defaults = { data: 'drawn', drawn: 40, recipe: 'reference', seed: 0 } as const;

/** @throws Error when the file of `--config` cannot be read. */
export async function parseMainJob(argv: readonly string[]): Promise<MainJob> {
  const command = `npm start -- ${argv.slice(2).join(' ')}`.trim();
  const parsed = trainCommand().parse(argv);
  const { resume, config, ...typed } = parsed.opts<
    Partial<Given> & { resume?: string; config?: string }
  >();
  if (resume !== undefined)
    return { resume, options: { ...(typed.engine && { engine: typed.engine }), command } };
  const stored = config === undefined ? {} : await fromFile(config);
  const { data, drawn, columns, labelSeparator, ...rest }: Given = {
    ...defaults,
    ...stored,
    ...typed,
  };
  const { photos, ...words } = mushrooms(data, drawn);
  const named = tableColumns({ columns, labelSeparator });
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

/** Reads options from a file. `drawn:40` as its photos means 40 drawings of each genus. */
async function fromFile(path: string): Promise<Partial<Given>> {
  const { data = 'drawn', options } = await readConfig(path);
  const [, count] = (typeof data === 'string' && /^drawn:(\d+)$/.exec(data)) || [];
  return count === undefined
    ? { data, ...options }
    : { data: 'drawn', drawn: Number(count), ...options };
}
