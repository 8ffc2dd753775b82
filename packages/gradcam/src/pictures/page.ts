import { type ColourMap, inferno } from '../colours';
import type { HeatMap } from '../explain';
import type { Picture } from '../picture';
import { dataAddress, type PhotoFile } from './address';
import { base64, escaped } from './markup';
import { script } from './page-script';
import { style } from './page-style';

/** A map with what it is of. */
export interface PageMap {
  readonly className: string;
  readonly layer: string;
  readonly method: string;
  /** Of the whole photo, at any size; what is below 0 is not drawn. */
  readonly map: HeatMap;
}

export interface PageOptions {
  readonly title: string;
  /** A sentence below the title. */
  readonly note?: string;
  /** Stand beside the classes, the highest first. */
  readonly probabilities?: readonly { readonly className: string; readonly probability: number }[];
  readonly colours?: ColourMap;
}

/** Longest side of the canvas, in pixels. More cannot be told apart in a map that is stretched. */
const finest = 960;

/**
 * One page to explore maps in: sliders for threshold and opacity, choices of class, layer and method, the photograph below at
 * its full size. It loads nothing, and its own policy forbids it to. Maps are kept in steps of 1/255 of their largest value.
 *
 * @param maps Shown by choice, the first one at first. Classes, layers and methods need not all be combined: the page says what
 *   was not computed.
 * @throws RangeError when there is no map, one twice, or one with values that are not finite.
 */
export async function toHtml(
  photo: Picture | PhotoFile,
  maps: readonly PageMap[],
  options: PageOptions,
): Promise<string> {
  const { title, note = '', probabilities = [], colours = inferno } = options;
  check(maps);
  const names = {
    className: classNames(maps, probabilities),
    layer: [...new Set(maps.map(({ layer }) => layer))],
    method: [...new Set(maps.map(({ method }) => method))],
  };
  const data = { colours: base64(colours), names, maps: maps.map(embedded) };
  const scale = Math.min(1, finest / Math.max(photo.height, photo.width));
  const [height, width] = [photo.height, photo.width].map(side =>
    Math.max(1, Math.round(side * scale)),
  );
  // As wide as it can be with its whole height on the screen.
  const fit = `calc(68vh * ${photo.width / photo.height})`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main style="--full:${photo.width}px;--fit:${fit}">
<h1>${escaped(title)}</h1>
<p class="note">${escaped(note)}</p>
<div class="desk">
<figure>
<div class="frame" tabindex="0" role="region" aria-label="Photograph"><div class="photo">
<img src="${await dataAddress(photo)}" width="${photo.width}" height="${photo.height}" alt="The photograph that was explained">
<canvas width="${width}" height="${height}" role="img"></canvas>
</div></div>
<figcaption>
<p aria-live="polite"></p>
<div class="scale" aria-hidden="true"><span>0</span><div class="ramp" style="background:${gradient(colours)}"><i></i></div><span>100 %</span><span>of the largest value of the map that is shown</span></div>
</figcaption>
</figure>
<form>
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
  if (maps.length === 0)
    throw new RangeError('A page of heat maps should have at least one; there is none.');
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

/** Classes with a probability, the highest first, then those that only have maps. */
function classNames(
  maps: readonly PageMap[],
  probabilities: NonNullable<PageOptions['probabilities']>,
): string[] {
  const ranked = [...probabilities].sort((a, b) => b.probability - a.probability);
  return [...new Set([...ranked, ...maps].map(({ className }) => className))];
}

function embedded({ className, layer, method, map }: PageMap) {
  const largest = map.values.reduce((most, value) => Math.max(most, value), 0);
  const share = (value: number) => (largest > 0 ? Math.max(0, value) / largest : 0);
  const values = base64(Uint8Array.from(map.values, value => Math.round(255 * share(value))));
  return { className, layer, method, height: map.height, width: map.width, largest, values };
}

function classChoices(
  names: readonly string[],
  maps: readonly PageMap[],
  probabilities: NonNullable<PageOptions['probabilities']>,
): string {
  const shares = new Map(
    probabilities.map(({ className, probability }) => [className, probability]),
  );
  const choices = names.map((name, index) => {
    const share = shares.get(name);
    const shown = maps.some(({ className }) => className === name);
    const state = name === maps[0]!.className ? ' checked' : shown ? '' : ' disabled';
    const remarks = [
      share === undefined ? '' : `${(100 * share).toFixed(1)} %`,
      shown ? '' : 'no map',
    ];
    const remark = remarks.filter(Boolean).join(', ');
    return (
      `<label style="--share:${share ?? 0}"><input type="radio" name="className" value="${index}"${state}>` +
      `<span>${escaped(name)}</span><small>${remark}</small></label>`
    );
  });
  return choices.join('');
}

/** A list to choose from, named by number so that no name has to be unique once it is escaped. */
const choice = (id: string, name: string, values: readonly string[]): string =>
  `<div><label class="name" for="${id}">${name}</label><select id="${id}" name="${id}">` +
  `${values.map((value, index) => `<option value="${index}">${escaped(value)}</option>`).join('')}</select></div>`;

const slider = (id: string, name: string, value: number): string =>
  `<div class="slider"><label class="name" for="${id}">${name}</label><output for="${id}"></output>` +
  `<input type="range" id="${id}" name="${id}" min="0" max="100" value="${value}" autocomplete="off"></div>`;

/** A colour map as CSS has it, at seventeen places. */
function gradient(colours: ColourMap): string {
  const stops = Array.from({ length: 17 }, (_, stop) => {
    const index = Math.round((stop / 16) * 255) * 3;
    return `rgb(${colours.subarray(index, index + 3).join()})`;
  });
  return `linear-gradient(90deg,${stops.join()})`;
}
