// Everything that takes time happens here, so that the page never waits: one call after the other.
import type { AnswerMessage, CallMessage, CallName, Calls } from '../calls';
import { drawFile } from './drawing';
import { startEngine } from './engine';
import { Explainer } from './explainer';
import { fetchModel, type ModelBytes } from './model-files';
import { measureEngine } from './probe';

let model: ModelBytes | undefined;
let explainer: Explainer | undefined;

function ready(): Explainer {
  if (!explainer) throw new Error('The model is not there yet.');
  return explainer;
}

const send = (message: AnswerMessage, transfer: Transferable[] = []) =>
  postMessage(message, { transfer });

type Handlers = {
  [Name in CallName]: (
    argument: Calls[Name]['argument'],
    id: number,
  ) => Promise<Calls[Name]['answer']>;
};

const handlers: Handlers = {
  fetchModel: async ({ folder }, id) => {
    model = await fetchModel(folder, progress => send({ id, progress }));
    const { manifest, kept } = model;
    return { manifest, kept };
  },
  measure: async ({ engine }) => {
    await startEngine(engine);
    return { milliseconds: await measureEngine() };
  },
  start: async ({ engine }) => {
    const start = performance.now();
    if (!model) throw new Error('The files of the model are not there yet.');
    await startEngine(engine);
    explainer = await Explainer.create(model);
    // They are in the engine now, and in the browser's storage.
    model = undefined;
    return { milliseconds: performance.now() - start };
  },
  look: ({ photo, file }) => ready().look(photo, file),
  explain: question => ready().explain(question),
  forget: async ({ photo }) => explainer?.forget(photo) as undefined,
  drawMushroom: ({ seed }) => drawFile(seed),
};

const canceled = new Set<number>();
let queue: Promise<unknown> = Promise.resolve();

async function answer(id: number, name: CallName, argument: unknown): Promise<void> {
  if (canceled.delete(id)) return;
  try {
    const handler = handlers[name] as (argument: unknown, id: number) => Promise<unknown>;
    const answer = await handler(argument, id);
    send({ id, answer }, transferableIn(answer));
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
    send({ id, error: { name: kind, message } });
  }
}

function transferableIn(answer: unknown): Transferable[] {
  const { pixels } = (answer ?? {}) as { pixels?: Uint8ClampedArray<ArrayBuffer> };
  return pixels ? [pixels.buffer] : [];
}

addEventListener('message', ({ data }: MessageEvent<CallMessage>) => {
  if ('canceled' in data) {
    canceled.add(data.id);
    return;
  }
  const { id, name, argument } = data;
  // A turn of the loop between two calls: what was canceled meanwhile is heard.
  const turn = () => new Promise(done => setTimeout(done));
  queue = queue.then(turn).then(() => answer(id, name, argument));
});
