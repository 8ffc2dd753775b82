import type { EngineName } from '../engine/names';
import type { Check } from './check';
import { checkDisk } from './disk';
import { checkEngines } from './engines';
import { checkMachine } from './machine';
import { checkNetwork } from './network';

/** What works on this machine. */
export interface Diagnosis {
  /** Whether an engine works, and photos can be read. */
  readonly works: boolean;
  /** The fastest engine that works; `null` if there is none. */
  readonly engine: EngineName | null;
  readonly checks: readonly Check[];
}

/** Finds out what works on this machine. @param options `signal` stops it. */
export async function diagnose(
  options: { readonly signal?: AbortSignal } = {},
): Promise<Diagnosis> {
  const network = checkNetwork(options);
  // Reported where it is awaited.
  network.catch(() => undefined);
  const { fastest, checks } = await checkEngines();
  options.signal?.throwIfAborted();
  const all = [...checks, ...(await checkMachine()), ...(await checkDisk()), ...(await network)];
  const canRead = all.every(({ name, standing }) => name !== 'photos' || standing !== 'bad');
  return { works: fastest !== null && canRead, engine: fastest, checks: all };
}
