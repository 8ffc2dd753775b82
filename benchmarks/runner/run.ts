import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type OnRound, waySeparator } from './comparison';
import { Contestant } from './contestant';
import type { Machine } from './machine';
import type { FoundPeers } from './peers';
import { type Result, resultOf } from './results';
import type { Command, Peer, Place, Row } from './row';

export interface RunOptions {
  readonly found: FoundPeers;
  readonly photos: string;
  readonly machine: Machine;
  readonly onRound: OnRound;
  /** Called for a way to run a peer that cannot start, and for peers that are left out. */
  readonly onLeftOut?: (name: string, error: Error) => void;
}

/**
 * Measures one row: prepares its files, starts every available contestant, alternates between them, and takes medians.
 *
 * @throws Error when a contestant fails, with the end of what it wrote.
 */
export async function runRow(row: Row, options: RunOptions): Promise<Result> {
  const { found, photos, machine, onRound, onLeftOut } = options;
  const settings = { python: found.python, threads: machine.threads };
  const folder = await mkdtemp(join(tmpdir(), 'shroom-bench-'));
  const place: Place = { folder, photos, found };
  try {
    const commands: Record<string, Command> = { ours: row.ours(place) };
    for (const [name, peer] of Object.entries(row.peers))
      Object.assign(commands, commandsOf(name, peer, place));
    for (const command of row.prepare?.(place) ?? []) {
      if (command.language === 'python' && !found.versions.torch) continue;
      onRound('files', -row.warmup - 1);
      const preparation = new Contestant(command, settings);
      await preparation.ready();
      await preparation.close();
    }
    const measured = await compare(row, commands, settings, onRound, onLeftOut);
    return resultOf(row, measured, machine);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The commands of a peer by their names; none if it is not installed. */
function commandsOf(name: string, { command, needs }: Peer, place: Place): Record<string, Command> {
  const { versions } = place.found;
  if (needs && versions[needs] === undefined) return {};
  const own = command(place);
  const ways = 'ways' in own ? own.ways : { '': own };
  const able = Object.entries(ways).filter(
    ([, { language }]) => language === 'node' || needs || versions.torch !== undefined,
  );
  return Object.fromEntries(
    able.map(([way, each]) => [way ? `${name}${waySeparator}${way}` : name, each]),
  );
}
