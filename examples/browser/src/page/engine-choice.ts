import { type EngineName, engineNames, type Measurement } from '../engine-name';
import { WorkerClient } from '../worker-client';

/** Milliseconds after which a measurement is given up. */
const timeout = 15_000;
const place = 'shroom.engine';

export interface EngineMemory {
  /** The browser in which the engines were measured. Another version is measured again. */
  readonly browser: string;
  readonly wanted: EngineName | 'auto';
  readonly measurements: readonly Measurement[];
}

/** The measurements and the choice of an earlier visit. */
export function recall(): EngineMemory {
  const nothing: EngineMemory = { browser: navigator.userAgent, wanted: 'auto', measurements: [] };
  try {
    const memory = JSON.parse(localStorage.getItem(place) ?? 'null') as EngineMemory | null;
    return memory && memory.browser === navigator.userAgent ? memory : nothing;
  } catch {
    return nothing;
  }
}

export function remember(memory: Omit<EngineMemory, 'browser'>): void {
  try {
    const kept: EngineMemory = { browser: navigator.userAgent, ...memory };
    localStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // A private window may not store anything. The engines are then measured again at the next visit.
  }
}

/** Times a block of the network on each engine, one after the other, each in a separate worker. */
export async function measureEngines(
  onMeasured: (measurements: readonly Measurement[]) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const engine of engineNames) {
    measurements.push(await measure(engine));
    onMeasured([...measurements]);
  }
  return measurements;
}

async function measure(engine: EngineName): Promise<Measurement> {
  const client = new WorkerClient();
  const late = setTimeout(() => client.end(), timeout);
  try {
    return { engine, ...(await client.call('measure', { engine })) };
  } catch (error) {
    const { name, message } = error as Error;
    const reason = name === 'AbortError' ? `No answer within ${timeout / 1000} s.` : message;
    return { engine, reason };
  } finally {
    clearTimeout(late);
    client.end();
  }
}

/** The order in which engines are tried: the wanted one first, then the others that work, the fastest first. */
export function order({ wanted, measurements }: Omit<EngineMemory, 'browser'>): EngineName[] {
  const timed = measurements.filter(each => 'milliseconds' in each);
  const fastest = [...timed]
    .sort((a, b) => a.milliseconds - b.milliseconds)
    .map(({ engine }) => engine);
  return [...new Set(wanted === 'auto' ? fastest : [wanted, ...fastest])];
}
