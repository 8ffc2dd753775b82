import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawMushroom } from '@shroom/drawn';
import { inferno } from '@shroom/gradcam';
import sharp from 'sharp';
import { expect } from 'vitest';
import { madeOnce } from './made-once';
import { root, runProgram } from './program';

/** Side length of the model's images in pixels. */
export const side = 128;
/** Height and width of the photo. It is not square, so a map has to be resized with different factors. */
export const photoSize = [220, 320] as const;

/** What the tests of the page use. They only read it. */
interface Prepared {
  readonly run: string;
  readonly site: string;
  readonly photo: string;
}

/** Trains a small classifier, builds the page with it, and draws a photo, once for all test files. */
export async function preparedSite(): Promise<Prepared> {
  const within = (folder: string): Prepared => ({
    run: join(folder, 'run'),
    site: join(folder, 'site'),
    photo: join(folder, 'Amanita.png'),
  });
  return within(await madeOnce('page', folder => prepare(within(folder))));
}

async function prepare({ run, site, photo }: Prepared): Promise<void> {
  const few = ['--drawn', '6', '--views', '1', '--size', String(side), '--epochs', '6'];
  const trained = await runProgram(join(root, 'examples/train-mushrooms.ts'), [
    ...few,
    '--out',
    run,
  ]);
  expect(trained.code, trained.stderr).toBe(0);
  // The temperature is 1, so that the probabilities can be computed from the logits by hand.
  const file = join(run, 'classifier.json');
  const classifier = JSON.parse(await readFile(file, 'utf8'));
  const plain = { temperature: 1, threshold: 0.5, coverage: 0.9 };
  await writeFile(file, JSON.stringify({ ...classifier, certainty: [{ views: 1, ...plain }] }));
  const demo = ['--model', run, '--no-serve', '--out', site];
  const built = await runProgram(join(root, 'examples/demo.ts'), demo);
  expect(built.code, built.stderr).toBe(0);
  expect(built.stderr).toMatch(
    /float16, 5\d\.\d MB in 1\d files; changes logits by at most \S+ of the largest/,
  );
  const [height, width] = photoSize;
  const drawn = drawMushroom('Amanita', { seed: 9001, size: width });
  await sharp(drawn.pixels, { raw: { width, height: width, channels: 3 } })
    .extract({ left: 0, top: 60, width, height })
    .png()
    .toFile(photo);
}

/** The map, 0 to 255, in a picture of `examples/explain.ts`: the second of three panels, in the colors of inferno. */
export async function secondPanel(
  file: string,
  [height, width]: readonly [number, number],
): Promise<number[]> {
  const panel = sharp(file).extract({ left: width + 6, top: 0, width, height });
  const colors = await panel.removeAlpha().raw().toBuffer();
  const known = new Map<string, number>();
  for (let k = 255; k >= 0; k--) known.set(inferno.subarray(3 * k, 3 * k + 3).join(), k);
  return Array.from({ length: height * width }, (_, place) => {
    const value = known.get(colors.subarray(3 * place, 3 * place + 3).join());
    if (value === undefined)
      throw new Error(`${file}: pixel ${place} is not in a color of inferno.`);
    return value;
  });
}
