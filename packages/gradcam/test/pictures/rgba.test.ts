import { expect, test } from 'vitest';
import {
  blend,
  contrastPanels,
  drawContours,
  encodePng,
  grid,
  jetPanels,
  signedOverlay,
  toHtml,
  toSvg,
} from '../../src/pictures/index';

const rgb = { data: Uint8Array.from([100, 150, 200, 10, 20, 30]), height: 1, width: 2 };
const rgba = { ...rgb, data: Uint8ClampedArray.from([100, 150, 200, 255, 10, 20, 30, 255]) };
const map = { values: Float32Array.of(-1, 2), height: 1, width: 2 };
const contours = [
  {
    level: 0.5,
    rings: [
      [
        [0, 0],
        [2, 0],
        [2, 1],
      ] as [number, number][],
    ],
  },
];
const title = 'Amanita';

test.each(
  Object.entries({
    blend: photo => blend(photo, photo),
    contrastPanels: photo => contrastPanels(photo, [map]),
    drawContours: photo => drawContours(photo, contours),
    encodePng: photo => encodePng(photo),
    grid: photo => grid([photo, rgb]),
    jetPanels: photo => jetPanels(photo, map),
    signedOverlay: photo => signedOverlay(photo, map),
    toHtml: photo => toHtml(photo, [{ className: 'a', layer: 'b', method: 'c', map }], { title }),
    toSvg: photo => toSvg(photo, { title, description: 'none' }),
  } satisfies Record<string, (photo: typeof rgba | typeof rgb) => unknown>),
)('%s draws the RGBA of a canvas as RGB', async (_, draw) => {
  expect(await draw(rgba)).toEqual(await draw(rgb));
});
