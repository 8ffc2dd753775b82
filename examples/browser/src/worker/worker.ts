// This worker does all slow work, so that the page never blocks. It handles one call after the other.
import { type Classifier, openClassifier } from '@shroom/classifier/browser';
import type { AnswerMessage, CallMessage, CallName, Calls } from '../calls';
import { drawFile, draws } from './drawing';
import { startEngine } from './engine';
import { Explainer } from './explainer';
import { KeptFiles } from './kept-files';
import { measureEngine } from './probe';

let explainer: Explainer | undefined;

function ready(): Explainer {
  if (!explainer) throw new Error('The model is not loaded yet.');
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
  measure: async ({ engine }) => {
    await startEngine(engine);
    return { milliseconds: await measureEngine() };
  },
  start: async ({ engine }) => {
    await startEngine(engine);
    return undefined;
  },
  open: async ({ from }, id) => {
    const opened = typeof from === 'string' ? await openKept(from, id) : await openChosen(from);
    const { classifier, kept } = opened;
    explainer = new Explainer(classifier);
    await explainer.warmUp();
    const { file, fallback } = classifier;
    const { layers } = explainer;
    return { file, ...(fallback && { fallback }), layers, draws: draws(file.classes), kept };
  },
  look: ({ photo, file }) => ready().look(photo, file),
  explain: question => ready().explain(question),
  forget: async ({ photo }) => explainer?.forget(photo) as undefined,
  drawMushroom: ({ seed }) => drawFile(seed),
};

/** A classifier, and whether it is stored for offline use. */
interface Opened {
  readonly classifier: Classifier;
  readonly kept: boolean;
}

async function openKept(folder: string, id: number): Promise<Opened> {
  const files = await KeptFiles.in(folder);
  const classifier = await openClassifier(folder, {
    fetch: files.fetch,
    onProgress: ({ done, total }) => {
      const progress = { received: 1e6 * done, total: 1e6 * total, kept: files.kept };
      send({ id, progress });
    },
  }).catch(async error => {
    throw await files.explain(error);
  });
  await files.finish();
  return { classifier, kept: files.keeps };
}

const openChosen = async (zip: File): Promise<Opened> => ({
  classifier: await openClassifier(zip),
  kept: false,
});

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
  // Waiting one turn of the event loop between two calls lets messages that cancel calls arrive.
  const turn = () => new Promise(done => setTimeout(done));
  queue = queue.then(turn).then(() => answer(id, name, argument));
});
