import type { Calls, LoadProgress, OpenedModel } from '../calls';
import type { EngineName, Measurement } from '../engine-name';
import { WorkerClient } from '../worker-client';
import { type EngineMemory, measureEngines, order, recall, remember } from './engine-choice';
import { engineLabels } from './words';

/** Events that the host reports to the page. */
interface HostEvents {
  onProgress(progress: LoadProgress): void;
  onBusy(text: string): void;
  onEngines(memory: Pick<EngineMemory, 'wanted' | 'measurements'>): void;
  onRunning(engine: EngineName, wanted: EngineName | 'auto', notes: readonly string[]): void;
}

/** Runs the model in a worker, on the engine that was measured as fastest or chosen by the user. */
export class ModelHost {
  #client = new WorkerClient();
  #memory = recall();
  readonly #events: HostEvents;

  constructor(events: HostEvents) {
    this.#events = events;
  }

  /**
   * Measures the engines if that was not done before, starts one, and opens the model on it. Can be called again.
   *
   * @param zip A classifier that the user has chosen. Default: the one of the server.
   */
  async load(zip?: File): Promise<OpenedModel> {
    this.#client.end();
    const client = new WorkerClient();
    this.#client = client;
    this.#events.onEngines(this.#memory);
    // Engines are measured before the model is loaded, because hashing and storing its files would slow the measurement.
    if (this.#memory.measurements.length === 0) await this.#measure();
    return this.#open(client, zip ?? new URL('model/', document.baseURI).href);
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

  /** Forgets the measurements, so that the next load measures the engines again. */
  forgetMeasurements(): void {
    this.#remember({ ...this.#memory, measurements: [] });
  }

  async #measure(): Promise<void> {
    this.#events.onBusy('Measuring which engine is the fastest in this browser …');
    const measurements = await measureEngines(some =>
      this.#events.onEngines({ wanted: this.#memory.wanted, measurements: some }),
    );
    this.#remember({ ...this.#memory, measurements });
  }

  async #open(client: WorkerClient, from: string | File): Promise<OpenedModel> {
    const { wanted, measurements } = this.#memory;
    const { onProgress, onBusy, onRunning } = this.#events;
    const notes: string[] = [];
    for (const engine of order(this.#memory)) {
      onBusy(`Starting ${engineLabels[engine]} …`);
      try {
        await client.call('start', { engine });
        const opened = await client.call('open', { from }, { onProgress });
        onRunning(engine, wanted, notes);
        return opened;
      } catch (error) {
        const { name, message } = error as Error;
        if (ofAllEngines.has(name)) throw error;
        notes.push(`${engineLabels[engine]} did not start: ${message}`);
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

/** Names of errors that would occur with every engine. */
const ofAllEngines = new Set([
  'AbortError',
  'ClassifierFileError',
  'ModelMissingError',
  'OfflineError',
  'ModelDamagedError',
]);

const reasons = (each: Measurement): string[] =>
  'reason' in each ? [`${engineLabels[each.engine]}: ${each.reason}`] : [];
