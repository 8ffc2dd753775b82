import { escapeMarkup } from '@shroom/formats';
import { dataAddress, type PhotoFile } from './address';
import { base64 } from './base64';
import { inferno } from './colors';
import type { PageMap, PageOptions } from './page-content';
import { choice, classChoices, classNames, gradient, slider } from './page-controls';
import { script } from './page-script';
import { style } from './page-style';
import type { PicturePixels } from './picture';

/** Longest side of the canvas, in pixels. A stretched map would not show more detail on a larger canvas. */
const finest = 960;

/**
 * Makes one HTML page to explore maps in, with sliders for threshold and opacity, choices of class, layer and method, and
 * the photograph at its full size. The page loads nothing, and its content security policy forbids loading. Maps are stored
 * in steps of 1/255 of their largest value.
 *
 * @param maps Maps to choose from; the first one is shown at the start. Not every combination of class, layer and method is needed:
 *   the page says which ones were not computed.
 * @throws RangeError when there is no map, when a map occurs twice, or when a map has values that are not finite.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const maps = await Promise.all(
 *   ['layer3', 'layer4'].map(async layer => {
 *     const [{ map, classIndex }] = await explain(model, images, { tap: layer });
 *     return { className: classNames[classIndex], layer, method: 'Grad-CAM', map };
 *   }),
 * );
 * await writeFile('maps.html', await toHtml(pixels, maps, { title: 'Where it looked' }));
 * ```
 */
export async function toHtml(
  photo: PicturePixels | PhotoFile,
  maps: readonly PageMap[],
  options: PageOptions,
): Promise<string> {
  const { title, note = '', probabilities = [], colors = inferno } = options;
  check(maps);
  const names = {
    className: classNames(maps, probabilities),
    layer: [...new Set(maps.map(({ layer }) => layer))],
    method: [...new Set(maps.map(({ method }) => method))],
  };
  const data = { colors: base64(colors), names, maps: maps.map(embedded) };
  const scale = Math.min(1, finest / Math.max(photo.height, photo.width));
  const [height, width] = [photo.height, photo.width].map(side =>
    Math.max(1, Math.round(side * scale)),
  );
  // The photograph is as wide as possible while its whole height fits on the screen.
  const fit = `calc(68vh * ${photo.width / photo.height})`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<main style="--full:${photo.width}px;--fit:${fit}">
<h1>${escapeMarkup(title)}</h1>
${note && `<p class="note">${escapeMarkup(note)}</p>`}
<div class="desk">
<figure>
<div class="frame" tabindex="0" role="region" aria-label="Photograph"><div class="photo">
<img src="${await dataAddress(photo)}" width="${photo.width}" height="${photo.height}" alt="The photograph that was explained">
<canvas width="${width}" height="${height}" role="img"></canvas>
</div></div>
<figcaption>
<p aria-live="polite"></p>
<div class="scale" aria-hidden="true"><span>0</span><div class="ramp" style="background:${gradient(colors)}"><i></i></div><span>100 %</span><span>of the largest value of the map that is shown</span></div>
</figcaption>
</figure>
<form autocomplete="off">
<div class="pair">${slider('threshold', 'Threshold', 0)}${slider('opacity', 'Opacity', 75)}</div>
<div class="pair"><button type="button" id="photo" aria-pressed="false">Photo only<kbd>P</kbd></button><button type="button" id="full" aria-pressed="false">Full size<kbd>F</kbd></button></div>
<fieldset><legend>Class</legend><div class="classes">${classChoices(names.className, maps, probabilities)}</div></fieldset>
${choice('layer', 'Layer', names.layer)}
${choice('method', 'Method', names.method)}
</form>
</div>
<noscript>The maps are drawn by a script in this page, which this browser does not run.</noscript>
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function check(maps: readonly PageMap[]): void {
  if (maps.length === 0) throw new RangeError('A page needs at least one heat map; none is given.');
  const seen = new Set<string>();
  for (const { className, layer, method, map } of maps) {
    const name = `'${className}' at '${layer}' by '${method}'`;
    if (seen.has(name)) throw new RangeError(`The map of ${name} is given twice.`);
    seen.add(name);
    if (!map.values.every(Number.isFinite))
      throw new RangeError(
        `The map of ${name} has values that are not finite numbers. Leave it out, and say why in the note.`,
      );
  }
}

function embedded({ className, layer, method, map }: PageMap) {
  const largest = map.values.reduce((most, value) => Math.max(most, value), 0);
  const share = (value: number) => (largest > 0 ? Math.max(0, value) / largest : 0);
  const values = base64(Uint8Array.from(map.values, value => Math.round(255 * share(value))));
  const { height, width, covers } = map;
  return { className, layer, method, height, width, covers, largest, values };
}
