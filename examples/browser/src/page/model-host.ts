import type { Calls, FetchedModel, LoadProgress } from '../calls';
import type { EngineName, Measurement } from '../engine-name';
import { WorkerClient } from '../worker-client';
import { type EngineMemory, measureEngines, order, recall, remember } from './engine-choice';
import { engineLabels } from './words';

/** What the host tells the page while it works. */
interface HostEvents {
  onProgress(progress: LoadProgress): void;
  onBusy(text: string): void;
  onEngines(memory: Pick<EngineMemory, 'wanted' | 'measurements'>): void;
  onRunning(engine: EngineName, wanted: EngineName | 'auto', notes: readonly string[]): void;
}

/** The worker with the model in it, on the engine that was measured or chosen. */
export class ModelHost {
  #client = new WorkerClient();
  #memory = recall();
  readonly #events: HostEvents;

  constructor(events: HostEvents) {
    this.#events = events;
  }

  /** Fetches the model, measures the engines where that is not known, and starts. May be called again. */
  async load(): Promise<FetchedModel> {
    this.#client.end();
    const client = new WorkerClient();
    this.#client = client;
    this.#events.onEngines(this.#memory);
    const folder = new URL('model/', document.baseURI).href;
    const { onProgress } = this.#events;
    // One after the other: while files are hashed and kept, an engine would be measured too slow.
    const fetched = await client.call('fetchModel', { folder }, { onProgress });
    if (this.#memory.measurements.length === 0) await this.#measure();
    await this.#start(client);
    return fetched;
  }

  call<Name extends 'look' | 'explain' | 'forget' | 'drawMushroom'>(
    name: Name,
    argument: Calls[Name]['argument'],
    signal?: AbortSignal,
  ): Promise<Calls[Name]['answer']> {
    return this.#client.call(name, argument, signal ? { signal } : {});
  }

  want(wanted: EngineName | 'auto'): void {
    this.#remember({ ...this.#memory, wanted });
  }

  /** They are measured again at the next load. */
  forgetMeasurements(): void {
    this.#remember({ ...this.#memory, measurements: [] });
  }

  async #measure(): Promise<void> {
    this.#events.onBusy('Measuring what computes fastest in this browser …');
    const measurements = await measureEngines(some =>
      this.#events.onEngines({ wanted: this.#memory.wanted, measurements: some }),
    );
    this.#remember({ ...this.#memory, measurements });
  }

  async #start(client: WorkerClient): Promise<void> {
    const { wanted, measurements } = this.#memory;
    const notes: string[] = [];
    for (const engine of order(this.#memory)) {
      this.#events.onBusy(`Starting ${engineLabels[engine]} …`);
      try {
        await client.call('start', { engine });
        this.#events.onRunning(engine, wanted, notes);
        return;
      } catch (error) {
        if ((error as Error).name === 'AbortError') throw error;
        notes.push(`${engineLabels[engine]} did not start: ${(error as Error).message}`);
      }
    }
    throw new Error(
      `Nothing in this browser can compute the model. ${[...notes, ...measurements.flatMap(reasons)].join(' ')}`,
    );
  }

  #remember(memory: EngineMemory): void {
    this.#memory = memory;
    remember(memory);
  }
}

const reasons = (each: Measurement): string[] =>
  'reason' in each ? [`${engineLabels[each.engine]}: ${each.reason}`] : [];
