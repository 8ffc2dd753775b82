/** What the browser test runs inside the page: `globalThis.results` is filled in, or `globalThis.failure`. */
import { type Framing, normalize, readPicture } from '../../src/index';

export interface BrowserResults {
  /** The PNG file that the page made, as numbers. */
  readonly file: number[];
  /** Its pixels, by the way they were had. */
  readonly pixels: Record<string, number[]>;
  /** The JPEG of the reference, by how it was brought to its size. */
  readonly jpeg: Record<JpegWay, { readonly data: number[]; readonly fallback?: string }>;
  /** What is said of other files. */
  readonly fallbacks: Record<'turned' | 'png' | 'canvas', string | undefined>;
  /** Sides of a JPEG that is turned by EXIF data, and of one by XMP. */
  readonly upright: [number, number, number, number];
  /** Pixels of a PNG that is turned by each kind of its texts, and of one that is transparent, on white and on blue. */
  readonly pngs: Record<string, number[]>;
  readonly normalized: number[];
  readonly errors: string[];
}

export type JpegWay = keyof typeof jpegWays;

const size = [96, 96] as const;
const crop = { resize: 'crop', cropFraction: 0.9, interpolation: 'bicubic' } as const;
export const jpegWays = {
  whole: undefined,
  squashed: [150, 170],
  halved: [60, 44],
  framed: { size, ...crop },
} as const satisfies Record<string, readonly [number, number] | Framing | undefined>;

/** Opaque, with every channel different. */
function draw(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(37, 23);
  const context = canvas.getContext('2d')!;
  const picture = context.createImageData(37, 23);
  for (let place = 0; place < 37 * 23; place++) {
    picture.data.set([(place * 7) % 256, (place * 3) % 256, (place * 11) % 256, 255], 4 * place);
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

async function run(): Promise<BrowserResults> {
  const canvas = draw();
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  const sources = {
    blob,
    file: new File([blob], 'a.png', { type: 'image/png' }),
    address: URL.createObjectURL(blob),
    url: new URL(URL.createObjectURL(blob)),
    canvas,
    bitmap: await createImageBitmap(blob),
    imageData: canvas.getContext('2d')!.getImageData(0, 0, 37, 23),
  };
  const pixels: Record<string, number[]> = {};
  for (const [name, source] of Object.entries(sources)) {
    pixels[name] = Array.from((await readPicture(source)).data);
  }
  const jpeg: Partial<BrowserResults['jpeg']> = {};
  for (const way of Object.keys(jpegWays) as JpegWay[]) {
    const { data, fallback } = await readPicture('/waves.jpg', jpegWays[way]);
    jpeg[way] = { data: Array.from(data), ...(fallback && { fallback }) };
  }
  const turned = await readPicture('/turned.jpg');
  const turnedByXmp = await readPicture('/xmp.jpg');
  const pngs: Record<string, number[]> = {};
  for (const name of ['exif', 'raw', 'xmp', 'clear'])
    pngs[name] = Array.from((await readPicture(`/${name}.png`)).data);
  const onBlue = await readPicture('/clear.png', undefined, { background: [0, 0, 255] });
  pngs.clearOnBlue = Array.from(onBlue.data);
  const normalized = new Float32Array(37 * 23 * 3);
  const plain = { channelOrder: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  normalize(await readPicture(blob), plain, normalized);
  const failed = (source: string | Blob) =>
    readPicture(source).then(
      () => 'nothing',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  return {
    file: Array.from(new Uint8Array(await blob.arrayBuffer())),
    pixels,
    jpeg: jpeg as BrowserResults['jpeg'],
    fallbacks: {
      turned: turned.fallback,
      png: (await readPicture(blob)).fallback,
      canvas: (await readPicture(canvas)).fallback,
    },
    upright: [turned.height, turned.width, turnedByXmp.height, turnedByXmp.width],
    pngs,
    normalized: Array.from(normalized),
    errors: [
      await failed('/missing.jpg'),
      await failed(new Blob(['hello'])),
      await failed(new Blob(['P6\n2 2\n255\n'])),
    ],
  };
}

if ('document' in globalThis)
  run().then(
    results => Object.assign(globalThis, { results }),
    error => Object.assign(globalThis, { failure: String(error?.stack ?? error) }),
  );
