// Compares how this project frames photographs with how timm does. Run `python tools/reference/framing.py FOLDER` first, then
// `npx tsx tools/reference/framing.ts FRAMES`.
import { readFileSync } from 'node:fs';
import { decode } from '../../packages/data/src/node/index';

interface Frame {
  readonly photo: string;
  /** File of raw pixels `[224, 224, 3]`. */
  readonly frame: string;
  readonly resize: 'squash' | 'crop';
  readonly cropFraction: number;
  readonly interpolation: 'bilinear' | 'bicubic';
}

const frames: Frame[] = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
const apart = { equal: 0, most: 0, sum: 0, numbers: 0 };
for (const { photo, frame, ...framing } of frames) {
  const { data } = await decode(photo, { size: [224, 224], ...framing });
  const expected = readFileSync(frame);
  let most = 0;
  data.forEach((value, index) => {
    const difference = Math.abs(value - expected[index]!);
    most = Math.max(most, difference);
    apart.sum += difference;
  });
  apart.numbers += data.length;
  apart.most = Math.max(apart.most, most);
  if (most === 0) apart.equal++;
}
console.log(
  `${frames.length} frames: ${apart.equal} equal to the byte, at most ${apart.most} of 255 apart, ${(apart.sum / apart.numbers).toFixed(6)} in the mean`,
);
