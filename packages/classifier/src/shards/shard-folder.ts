import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '@shroom/train/node';
import * as v from 'valibot';
import { ForeignShardError } from '../errors';
import type { OpenPlan } from './plan-file';
import { type DoneShard, doneSchema, failureSchema } from './schema';

/**
 * The files of a shard. Blocks of rows are stored while it is being done: `blocks-<plan>/<block>`. At the end they become one file `rows`, and
 * `done.json`, which is written last, makes the shard done. `log.txt` tells what happened, and `failed.json` why the last attempt failed.
 */
export class ShardFolder {
  readonly path: string;
  readonly #plan: OpenPlan;
  readonly #shard: number;

  constructor(results: string, plan: OpenPlan, shard: number) {
    this.#plan = plan;
    this.#shard = shard;
    this.path = join(results, String(shard).padStart(5, '0'));
  }

  get rowsFile(): string {
    return join(this.path, 'rows');
  }

  get logFile(): string {
    return join(this.path, 'log.txt');
  }

  get #blocks(): string {
    return join(this.path, `blocks-${this.#plan.sha256.slice(0, 16)}`);
  }

  /**
   * What the shard says about itself if it is done.
   *
   * @throws ForeignShardError when it belongs to another plan.
   */
  async done(): Promise<DoneShard | undefined> {
    const text = await textOf(join(this.path, 'done.json'));
    if (text === undefined) return undefined;
    const result = v.safeParse(doneSchema, parsed(text));
    if (!result.success) throw new ForeignShardError(this.path, 'has a damaged done.json.');
    if (result.output.plan !== this.#plan.sha256)
      throw new ForeignShardError(this.path, `belongs to another plan than ${this.#plan.path}.`);
    if (result.output.shard !== this.#shard)
      throw new ForeignShardError(
        this.path,
        `has shard ${result.output.shard}, not ${this.#shard}.`,
      );
    return result.output;
  }

  /** Why the last attempt failed, if it did. */
  async failure(): Promise<{ readonly name: string; readonly message: string } | undefined> {
    const text = await textOf(join(this.path, 'failed.json'));
    const result = v.safeParse(failureSchema, text === undefined ? undefined : parsed(text));
    if (!result.success || result.output.plan !== this.#plan.sha256) return undefined;
    const { name, message } = result.output;
    return { name, message };
  }

  async begin(): Promise<void> {
    await mkdir(this.#blocks, { recursive: true });
    await rm(join(this.path, 'failed.json'), { force: true });
    // Blocks of an earlier plan are of no use.
    for (const name of await readdir(this.path))
      if (name.startsWith('blocks-') && join(this.path, name) !== this.#blocks)
        await rm(join(this.path, name), { recursive: true, force: true });
  }

  /** Numbers of the blocks that are stored. */
  async blocks(): Promise<Set<number>> {
    const names = await readdir(this.#blocks).catch(() => []);
    return new Set(names.filter(name => /^\d+$/.test(name)).map(Number));
  }

  /** The lines of a block. Undefined if it is not there, or not whole. @param photos Number of photos of the block. */
  async block(index: number, photos: number): Promise<Block | undefined> {
    const text = await textOf(join(this.#blocks, String(index)));
    if (text === undefined) return undefined;
    const { sha256, ...block } = (parsed(text) ?? {}) as Partial<StoredBlock>;
    const isWhole = block.lines?.length === photos && sha256 === hashOf(block.lines.join(''));
    return isWhole ? (block as Block) : undefined;
  }

  async writeBlock(index: number, block: Block): Promise<void> {
    const stored: StoredBlock = { ...block, sha256: hashOf(block.lines.join('')) };
    await writeAtomically(join(this.#blocks, String(index)), JSON.stringify(stored));
  }

  /** Makes the shard done. */
  async finish(
    rows: Buffer,
    facts: Omit<DoneShard, 'plan' | 'shard' | 'rows'>,
  ): Promise<DoneShard> {
    await writeAtomically(this.rowsFile, rows);
    const done: DoneShard = {
      ...{ plan: this.#plan.sha256, shard: this.#shard, ...facts },
      rows: { bytes: rows.length, sha256: hashOf(rows) },
    };
    await writeAtomically(join(this.path, 'done.json'), `${JSON.stringify(done)}\n`);
    await rm(this.#blocks, { recursive: true, force: true });
    return done;
  }

  async fail({ name, message }: Error): Promise<void> {
    const failure = { plan: this.#plan.sha256, name, message, at: new Date().toISOString() };
    await writeAtomically(join(this.path, 'failed.json'), `${JSON.stringify(failure)}\n`);
  }

  /** Adds a line to the log. A log that cannot be written does not stop the work. */
  async log(text: string): Promise<void> {
    const who = `${hostname()} ${process.pid}`;
    await appendFile(this.logFile, `${new Date().toISOString()} ${who}: ${text}\n`).catch(() => {});
  }
}

/** Rows of some photos: one line for each. */
export interface Block {
  /** With line ends. */
  readonly lines: readonly string[];
  /** Number of photos that could not be read. */
  readonly unread: number;
  /** Time that they took. */
  readonly seconds: number;
  /** The engine and the machine that computed them. */
  readonly made: string;
}

interface StoredBlock extends Block {
  readonly sha256: string;
}

const hashOf = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
