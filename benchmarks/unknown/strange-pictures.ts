import { createHash } from 'node:crypto';
import { type Pixels, randomStream } from '@shroom/data';
import sharp from 'sharp';

const side = 299;
const count = 60;

/** Pictures that no camera took, by kind. The same ones each time. */
export async function strangePictures(): Promise<Record<string, Pixels[]>> {
  const numbers = [...Array(count).keys()];
  return {
    'blank pages': numbers.map(blank),
    'pages of text': await Promise.all(numbers.map(text)),
    noise: numbers.map(noise),
    clouds: numbers.map(clouds),
  };
}

const painted = (paint: (x: number, y: number, channel: number) => number): Pixels => {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, place) => {
    const spot = Math.floor(place / 3);
    const value = paint((spot % side) / side, Math.floor(spot / side) / side, place % 3);
    return Math.min(255, Math.max(0, Math.round(value)));
  });
  return { data, height: side, width: side };
};

/** One color; the first pages are white, gray and black. */
function blank(index: number): Pixels {
  const stream = randomStream('unknown', 'blank', index);
  const grays = [255, 128, 0];
  const color = [0, 1, 2].map(() => grays[index] ?? stream.between(0, 255));
  return painted((_x, _y, channel) => color[channel]!);
}

/** Each channel of each pixel by chance. */
function noise(index: number): Pixels {
  const stream = randomStream('unknown', 'noise', index);
  return painted(() => stream.between(0, 255));
}

/** Soft waves of color. */
function clouds(index: number): Pixels {
  const stream = randomStream('unknown', 'clouds', index);
  const waves = Array.from({ length: 18 }, () => stream.between(0, 6));
  return painted(
    (x, y, c) =>
      127 +
      40 * Math.sin((4 * x * waves[c]!) / 3 + waves[c + 3]!) +
      40 * Math.sin(4 * y * waves[c + 6]! + waves[c + 9]!) +
      40 * Math.sin(3 * (x + y) * waves[c + 12]! + waves[c + 15]!),
  );
}

const words =
  'the a of to and photo class layer network page light forest cap gill stem spore ring year table number result method'.split(
    ' ',
  );

/** Black words on white, in lines and sizes of a printed page or a screenshot. */
async function text(index: number): Promise<Pixels> {
  const stream = randomStream('unknown', 'text', index);
  const size = stream.between(9, 24);
  const font = ['serif', 'sans-serif', 'monospace'][index % 3];
  const lines = Array.from({ length: Math.floor((side - 20) / (1.4 * size)) }, (_, line) => {
    const row = Array.from(
      { length: 14 },
      () => words[Math.floor(stream.between(0, words.length))]!,
    );
    return `<text x="10" y="${20 + 1.4 * size * line}" font-family="${font}" font-size="${size}">${row.join(' ')}</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="white"/>${lines.join('')}</svg>`;
  const { data } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), height: side, width: side };
}

/** Files at even steps of the order of their names' hashes, so that each kind of name is among them. */
export function someOf(paths: readonly string[], most: number): string[] {
  const hash = (path: string) => createHash('sha256').update(path).digest('hex');
  return [...paths].sort((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, most);
}
