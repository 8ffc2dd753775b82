// Draws the picture of the README: a column of drawn mushrooms for each genus, and below it the masks of its last mushroom.
import { fileURLToPath } from 'node:url';
import type { Pixels } from '@shroom/data';
import { drawMushroom, type Genus, genera } from '@shroom/drawn';
import { Command } from 'commander';
import sharp, { type OverlayOptions } from 'sharp';
import { maskPicture } from './pipeline/mask-picture';
import { fact, heading, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/contact-sheet.ts')
  .description('Draws six mushrooms of each of the nine genera, and the masks of one row.')
  .argument(
    '[file]',
    'a JPEG file',
    fileURLToPath(new URL('../docs/images/drawn-mushrooms.jpg', import.meta.url)),
  );

/** Seeds for which a column shows its genus from several sides. */
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
const [rows, cell, gap, margin, header, caption] = [6, 156, 6, 30, 92, 30];
const left = (column: number) => margin + column * (cell + gap);
const top = (row: number) => header + row * (cell + gap) + (row === rows ? caption : 0);
const width = left(genera.length) - gap + margin;
const height = top(rows) + cell + margin;

/** One square of the sheet, drawn at twice its size. */
async function tile({ data, ...size }: Pixels, column: number, row: number) {
  const input = await sharp(data, { raw: { ...size, channels: 3 } })
    .resize(cell)
    .png()
    .toBuffer();
  return { input, left: left(column), top: top(row) };
}

const nameOf = (genus: Genus, column: number) =>
  `<text x="${left(column) + cell / 2}" y="${header - 14}" class="genus">${genus}</text>`;
const lettering = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <style>
    text { fill: #3a2f25; font-family: Georgia, 'DejaVu Serif', serif; }
    .genus { font-size: 19px; font-style: italic; text-anchor: middle; }
    .title { font-size: 24px; }
    .note { font-size: 14px; }
  </style>
  <text x="${margin}" y="42" class="title">Nine genera, drawn</text>${genera.map(nameOf).join('')}
  <text x="${margin}" y="${top(rows) - 11}" class="note">Masks of the row above: cap, stem and drops of milk, without hidden parts</text>
</svg>`;

await runProgram(async () => {
  const file = command.parse().processedArgs[0] as string;
  const tiles: OverlayOptions[] = [];
  for (const [column, genus] of genera.entries()) {
    const drawn = seeds[genus].map(seed => drawMushroom(genus, { seed, size: 2 * cell }));
    for (const [row, { pixels, ...size }] of drawn.entries())
      tiles.push(await tile({ data: pixels, ...size }, column, row));
    tiles.push(await tile(maskPicture(drawn.at(-1)!), column, rows));
  }
  const { size } = await sharp({ create: { width, height, channels: 3, background: '#f6f1e6' } })
    .composite([...tiles, { input: Buffer.from(lettering) }])
    .jpeg({ quality: 84, mozjpeg: true })
    .toFile(file);
  heading('Contact sheet');
  fact(file, `${width} x ${height}, ${Math.round(size / 1024)} KiB`);
});
