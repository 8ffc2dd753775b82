// A process that computes: opens the classifier, and answers the tasks that the server sends.
import { configureOrt } from '@shroom/backend-ort';
import { type Classifier, openClassifier } from '../classifier';
import { startEngine } from '../engine/engine';
import { precisionOf } from '../network/precision';
import { outcomeOf } from './answering';
import type { Opened, Opening, Order, Report } from './protocol';

// Ctrl+C in a terminal reaches this process too. The server ends it by disconnecting, after the last answer.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());

const report = (what: Report): void => {
  // The server may be gone. `disconnect` then ends this process.
  process.send?.(what, undefined, undefined, () => {});
};

let classifier: Classifier | undefined;

async function open({ run, engine, threads, ...options }: Opening): Promise<Opened> {
  configureOrt({ threads });
  const { name } = await startEngine(engine ?? 'auto');
  const onBatch = (photos: number) => report({ kind: 'batch', photos });
  classifier = await openClassifier(run, { ...options, onBatch });
  const { file, fallback } = classifier;
  const { title, classes, licenses } = file;
  const precision = precisionOf(file);
  return { title, classes, engine: name, precision, ...(fallback && { fallback }), licenses };
}

process.on('message', (order: Order) => {
  if (order.kind === 'open') {
    open(order.opening).then(
      opened => report({ kind: 'opened', opened }),
      ({ name, message }: Error) => report({ kind: 'failed', name, message }),
    );
    return;
  }
  // All tasks of an order begin together, so that the classifier computes them in one batch.
  for (const { id, task } of order.tasks)
    void outcomeOf(classifier!, task).then(outcome => report({ kind: 'computed', id, outcome }));
});
