import { expect, test } from 'vitest';
import { parseMainJob } from '../pipeline/main-job';

const parse = (...typed: string[]) => parseMainJob(['node', 'train-mushrooms.ts', ...typed]);

test('options that are typed are those of the training', async () => {
  const columns = 'path=Foto,label=Art,part=Teil';
  const job = await parse('--data', 'named.csv', '--columns', columns, '--group', 'none');
  expect(job).toMatchObject({
    photos: 'named.csv',
    options: {
      columns: { path: 'Foto', label: 'Art', part: 'Teil' },
      group: 'none',
      recipe: 'reference',
      seed: 0,
      command: `npm start -- --data named.csv --columns ${columns} --group none`,
    },
  });
});

test('a run that is resumed has the options that it was started with', async () => {
  const command = 'npm start -- --resume runs/pets --engine wasm';
  expect(await parse('--resume', 'runs/pets', '--engine', 'wasm')).toEqual({
    resume: 'runs/pets',
    options: { engine: 'wasm', command },
  });
});
