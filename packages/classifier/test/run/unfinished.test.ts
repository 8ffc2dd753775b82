import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assessMultiLabel, figureIntervals, fitMultiLabelCertainty } from '@shroom/train';
import { saveRun } from '@shroom/train/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareRuns } from '../../src/compare';
import { formatClassifierFile } from '../../src/file/classifier-file';
import { requireClassifier } from '../../src/file/load';
import { file } from '../file/example-file';

let folder: string;
const at = (name: string) => join(folder, name);
const finetuning = { run: '/runs/pets', from: 'layer3', extractor: 0, epochs: 12, views: 1 };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfinished-'));
  for (const name of ['run', 'tuned', 'photos', 'exported']) await mkdir(at(name));
  await saveRun(at('run'), { configuration: { seed: 0 }, versions: {} });
  await saveRun(at('tuned'), { configuration: { seed: 0, finetuning }, versions: {} });
  await writeFile(join(at('exported'), 'classifier.json'), '{}');
});
afterAll(() => rm(folder, { recursive: true }));

const resume = () => `Continue it with \`npx @shroom/classifier resume "${at('run')}"\``;
const finetune = () => "Continue it with `finetune` again for '/runs/pets', with the same options";

test('opening an unfinished run says how to finish it', async () => {
  const opened = (name: string) => requireClassifier(at(name)).catch(String);
  expect(await opened('run')).toContain(`the run is not finished. ${resume()}`);
  expect(await opened('tuned')).toContain(`the fine-tuning is not finished. ${finetune()}`);
  expect(await opened('photos')).toContain('there is no trained classifier. `train` makes one');
});

test('comparing says which folder is no finished run, and what to do', async () => {
  const compared = (name: string) => compareRuns([at(name), at('run')]).catch(String);
  expect(await compared('run')).toContain(
    `RunFolderError: ${at('run')} cannot be compared: the run is not finished. ${resume()}`,
  );
  expect(await compared('tuned')).toContain(finetune());
  expect(await compared('photos')).toContain('there is no trained classifier. `train` makes one');
  expect(await compared('nowhere')).toContain(`${at('nowhere')} does not exist. Name the folders`);
  expect(await compared('exported')).toContain('holds a classifier without its run');
});

test('runs that answer with one class and with several are not compared', async () => {
  const finished = async (name: string, tested: object, answer: string) => {
    await mkdir(at(name));
    await saveRun(at(name), { configuration: { seed: 0 }, versions: {} });
    const entry = (id: string) => ({ id, class: 'a', sha256: id.repeat(64) });
    const manifest = {
      ...{ version: 1, rule: 'r', seed: 0, classes: ['a', 'b'] },
      ...{ train: [entry('1')], validation: [entry('2')], test: [entry('3')] },
    };
    const files = {
      'classifier.json': formatClassifierFile(file),
      'split.json': JSON.stringify(manifest),
      'metrics.json': JSON.stringify({ test: tested }),
      'predictions.csv': `photo,part,truth,prediction\n3,test,a,${answer}\n`,
    };
    for (const [file, text] of Object.entries(files)) await writeFile(join(at(name), file), text);
    return at(name);
  };
  const intervals = figureIntervals([0, 1], [0.9, 0.1, 0.2, 0.8], 2);
  const one = await finished('one', { intervals }, 'a');
  const other = await finished('other', { intervals }, 'b');
  const [targets, logits] = [
    [1, 0, 1, 1],
    [2, -1, 3, 1],
  ];
  const certainty = fitMultiLabelCertainty(targets, logits, 2);
  const { figures } = assessMultiLabel(targets, logits, 2, certainty);
  const several = await finished('several', { task: 'multi-label', intervals: figures }, 'a');
  expect((await compareRuns([one, other])).runs.map(({ photos }) => photos)).toEqual([1, 1]);
  await expect(compareRuns([one, several])).rejects.toThrow(RangeError);
  await expect(compareRuns([one, several])).rejects.toThrow(/Compare runs of the same task/);
});
