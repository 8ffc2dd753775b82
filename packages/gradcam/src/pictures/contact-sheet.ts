import { escapeMarkup } from '@shroom/formats';
import { dataAddress } from './address';
import { type Picture, type PicturePixels, rgbOf } from './picture';
import { opening } from './svg';

export interface GridOptions {
  /** Number of columns. Default: as many columns as rows, or one more. */
  readonly columns?: number;
  /** White space between the cells, in pixels. Default 6. */
  readonly gap?: number;
}

/** Layout of a grid. All cells are as large as the largest picture, and smaller pictures are centered in their cells. */
interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly cell: { readonly height: number; readonly width: number };
}

function layoutOf(pictures: readonly PicturePixels[], columns: number | undefined): Layout {
  if (pictures.length === 0)
    throw new RangeError('A grid needs at least one picture; none is given.');
  const wanted = columns ?? Math.ceil(Math.sqrt(pictures.length));
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new RangeError(
      `A grid should have a whole number of columns, 1 or more; it is ${columns}.`,
    );
  return {
    columns: wanted,
    rows: Math.ceil(pictures.length / wanted),
    cell: {
      height: Math.max(...pictures.map(({ height }) => height)),
      width: Math.max(...pictures.map(({ width }) => width)),
    },
  };
}

/**
 * Places pictures row by row on a white background, without text.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const maps = explanations.map(each => normalizeMap(resizeMap(each.map, [224, 224])));
 * const picture = grid(maps.map(heat => colorize(heat)), { columns: 4 });
 * ```
 */
export function grid(pictures: readonly PicturePixels[], options: GridOptions = {}): Picture {
  const { columns: wanted, gap = 6 } = options;
  const { columns, rows, cell } = layoutOf(pictures, wanted);
  const height = rows * (cell.height + gap) - gap;
  const width = columns * (cell.width + gap) - gap;
  const data = new Uint8Array(height * width * 3).fill(255);
  pictures.forEach((picture, index) => {
    const row = Math.floor(index / columns) * (cell.height + gap);
    const column = (index % columns) * (cell.width + gap);
    const top = row + Math.floor((cell.height - picture.height) / 2);
    const left = column + Math.floor((cell.width - picture.width) / 2);
    const { data: own } = rgbOf(picture);
    for (let y = 0; y < picture.height; y++) {
      const line = own.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(line, ((top + y) * width + left) * 3);
    }
  });
  return { data, height, width };
}

export interface SheetCell {
  readonly picture: PicturePixels;
  /** Caption below the picture; wrapped if it is wider than the picture. */
  readonly caption: string;
}

export interface SheetOptions extends GridOptions {
  /** Title above the pictures. */
  readonly title: string;
  /** Text alternative for screen readers. Default: all captions. */
  readonly description?: string;
}

const margin = 24;
const heading = 56;
const letter = 7.2;
const line = 18;

/**
 * Draws pictures in a grid, each with its caption below, as one SVG that loads nothing.
 *
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const svg = await contactSheet(
 *   [
 *     { picture: pixels, caption: 'The photo' },
 *     { picture: overlay(pixels, heat), caption: 'Grad-CAM' },
 *   ],
 *   { title: 'Amanita, 93 %' },
 * );
 * ```
 */
export async function contactSheet(
  cells: readonly SheetCell[],
  options: SheetOptions,
): Promise<string> {
  const { columns: wanted, gap = 16, title } = options;
  const { description = cells.map(({ caption }) => caption).join('; ') } = options;
  const layout = layoutOf(
    cells.map(({ picture }) => picture),
    wanted,
  );
  const { columns, rows, cell } = layout;
  const captions = cells.map(({ caption }) => brokenInto(caption, cell.width / letter));
  const lettering = Math.max(...captions.map(({ length }) => length)) * line + 8;
  const height = heading + rows * (cell.height + lettering + gap) - gap + margin;
  const width = 2 * margin + columns * (cell.width + gap) - gap;
  const drawn = await Promise.all(
    cells.map(async ({ picture }, index) => {
      const x = margin + (index % columns) * (cell.width + gap);
      const y = heading + Math.floor(index / columns) * (cell.height + lettering + gap);
      const left = x + (cell.width - picture.width) / 2;
      const top = y + (cell.height - picture.height) / 2;
      const text = captions[index]!.map(
        (words, number) =>
          `<text x="${x}" y="${y + cell.height + line * (number + 1)}">${escapeMarkup(words)}</text>`,
      );
      return `<image x="${left}" y="${top}" width="${picture.width}" height="${picture.height}" href="${await dataAddress(picture)}"/>${text.join('')}`;
    }),
  );
  return (
    `${opening(width, height, title, description)}<rect width="100%" height="100%" fill="#faf8f4"/>` +
    `<g font-family="system-ui,'DejaVu Sans',sans-serif" font-size="13" fill="#24211c">` +
    `<text x="${margin}" y="36" font-size="20" font-weight="600">${escapeMarkup(title)}</text>` +
    `${drawn.join('')}</g></svg>\n`
  );
}

/** Breaks text into lines of whole words with at most this many letters. A longer word gets its own line. */
function brokenInto(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
