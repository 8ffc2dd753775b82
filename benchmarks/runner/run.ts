import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type OnRound } from './comparison';
import { Contestant } from './contestant';
import type { Machine } from './machine';
import type { FoundPeers } from './peers';
import { type Result, resultOf } from './results';
import type { Command, Place, Row } from './row';

export interface RunOptions {
  readonly found: FoundPeers;
  readonly photos: string;
  readonly machine: Machine;
  readonly onRound: OnRound;
}

/**
 * Measures one row: prepares its files, starts every available contestant, alternates between them, and takes medians.
 *
 * @throws Error when a contestant fails, with the end of what it wrote.
 */
export async function runRow(row: Row, options: RunOptions): Promise<Result> {
  const { found, photos, machine, onRound } = options;
  const settings = { python: found.torch?.python, threads: machine.threads };
  const folder = await mkdtemp(join(tmpdir(), 'shroom-bench-'));
  const place: Place = { folder, photos, found };
  try {
    const commands: Record<string, Command> = { ours: row.ours(place) };
    for (const [name, { command, needs }] of Object.entries(row.peers)) {
      if (needs && !found[needs]) continue;
      const own = command(place);
      if (own.language === 'node' || found.torch) commands[name] = own;
    }
    for (const command of row.prepare?.(place) ?? []) {
      if (command.language === 'python' && !found.torch) continue;
      onRound('files', -row.warmup - 1);
      const preparation = new Contestant(command, settings);
      await preparation.ready();
      await preparation.close();
    }
    return resultOf(row, await compare(row, commands, settings, onRound), machine);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
