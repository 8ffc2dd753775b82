/**
 * Writes docs/images/drawn-mushrooms.jpg: a column of drawn pictures for each genus, and under it
 * the masks of its last picture.
 *
 *     npx tsx examples/contact-sheet.ts [file]
 */
import { fileURLToPath } from 'node:url';
import { type DrawnMushroom, drawMushroom, type Genus, genera } from '@shroom/data';
import sharp, { type OverlayOptions } from 'sharp';

const cell = 156;
const gap = 6;
const margin = 30;
const heading = 92;
const caption = 30;
/** Chosen so that a column shows its genus from several sides. */
const seeds: Readonly<Record<Genus, readonly number[]>> = {
  Agaricus: [6, 9, 7, 4, 8, 3],
  Amanita: [9, 0, 5, 1, 7, 8],
  Boletus: [9, 8, 1, 6, 7, 5],
  Cortinarius: [2, 3, 4, 6, 8, 5],
  Entoloma: [0, 2, 4, 8, 6, 7],
  Hygrocybe: [0, 3, 8, 9, 1, 5],
  Lactarius: [0, 1, 3, 9, 8, 5],
  Russula: [2, 3, 5, 6, 8, 1],
  Suillus: [4, 2, 8, 6, 3, 0],
};
const rows = 6;
const paper = '#f6f1e6';
const ink = '#3a2f25';

/** Cap, stem and the rest of the mushroom in flat colours. */
function maskPicture({ masks, width, height }: DrawnMushroom): Buffer {
  const colours = {
    ground: [0xe4, 0xdb, 0xc8],
    cap: [0xa8, 0x4b, 0x2f],
    stem: [0xd9, 0xa8, 0x5c],
    rest: [0x3a, 0x2f, 0x25],
  };
  const picture = Buffer.alloc(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const part = masks.cap[i]
      ? 'cap'
      : masks.stem[i]
        ? 'stem'
        : masks.mushroom[i]
          ? 'rest'
          : 'ground';
    picture.set(colours[part], 3 * i);
  }
  return picture;
}

const left = (column: number) => margin + column * (cell + gap);
const top = (row: number) => heading + row * (cell + gap) + (row === rows ? caption : 0);
const width = left(genera.length) - gap + margin;
const height = top(rows) + cell + margin;

/** One square of the sheet, drawn at twice its size. */
async function tile(picture: Uint8Array, column: number, row: number): Promise<OverlayOptions> {
  const raw = { width: 2 * cell, height: 2 * cell, channels: 3 } as const;
  const input = await sharp(picture, { raw }).resize(cell).png().toBuffer();
  return { input, left: left(column), top: top(row) };
}

const tiles: OverlayOptions[] = [];
for (const [column, genus] of genera.entries()) {
  const drawn = seeds[genus].map(seed => drawMushroom(genus, { seed, size: 2 * cell }));
  for (const [row, { pixels }] of drawn.entries()) tiles.push(await tile(pixels, column, row));
  tiles.push(await tile(maskPicture(drawn[rows - 1]!), column, rows));
}

const names = genera
  .map(
    (genus, i) =>
      `<text x="${left(i) + cell / 2}" y="${heading - 14}" class="genus">${genus}</text>`,
  )
  .join('');
const lettering = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <style>
    text { fill: ${ink}; font-family: Georgia, 'DejaVu Serif', serif; }
    .genus { font-size: 19px; font-style: italic; text-anchor: middle; }
    .title { font-size: 24px; }
    .note { font-size: 14px; }
  </style>
  <text x="${margin}" y="42" class="title">Nine genera, drawn</text>${names}
  <text x="${margin}" y="${top(rows) - 11}" class="note">Masks of the row above: cap, stem, and drops of milk; what blades and leaves hide is left out</text>
</svg>`;

const file =
  process.argv[2] ?? fileURLToPath(new URL('../docs/images/drawn-mushrooms.jpg', import.meta.url));
const { size } = await sharp({ create: { width, height, channels: 3, background: paper } })
  .composite([...tiles, { input: Buffer.from(lettering) }])
  .jpeg({ quality: 84, mozjpeg: true })
  .toFile(file);
console.log(`${file}: ${width} x ${height}, ${Math.round(size / 1024)} KiB`);
