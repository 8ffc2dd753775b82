import { type Evaluated, openClassifier, type Run, train } from '@shroom/classifier';

export async function trainOn(photos: string, out: string): Promise<Run> {
  return train(photos, {
    out,
    backbone: 'convnext_base',
    onProgress: ({ stage, done, total }) => {
      const share: number = done / total;
      if (share === 1) process.stdout.write(`${stage}\n`);
    },
  });
}

export async function evaluated(folder: string): Promise<Evaluated> {
  const classifier = await openClassifier(folder, { engine: 'ort' });
  for await (const answer of classifier.predictEach('more'))
    if ('error' in answer) process.stderr.write(answer.error.photo);
    else process.stdout.write(answer.known ? answer.class : 'unknown');
  return classifier.evaluate();
}
declare const process: {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
};
