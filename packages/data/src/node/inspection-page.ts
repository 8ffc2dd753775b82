import { escapeMarkup } from '@shroom/formats';
import sharp from 'sharp';
import type { Inspection } from '../inspection/inspection';
import { labelsOf } from '../labels';
import type { DuplicateGroup, Photo, PhotoSet } from '../photo';
import { readBytes } from './bytes';
import { inParallel } from './collection';
import { decodeWithin } from './decode';
import type { DecodeOptions } from './decode-options';
import { isOfTheFile } from './examination';
import { readPixels } from './pixels';

export interface PageOptions {
  /** The options with which the set was opened. */
  readonly decoding?: DecodeOptions;
  /** Number of photos shown of each class, evenly spaced over its list. Default 24. */
  readonly perClass?: number;
  /** Number of groups of duplicates that are shown; the JSON file has all. Default 40. */
  readonly groups?: number;
  /** Heading of the page. */
  readonly title?: string;
}

/** Side length of the thumbnails in pixels: twice their size on the page, for high-resolution screens. */
const thumbnailSide = 192;
/** Maximum number of photos shown of one group of duplicates. */
const mostOfGroup = 8;
const mostConcerns = 200;

/**
 * Renders the result of an inspection as one HTML file that loads nothing, with a contact sheet for each class.
 *
 * @param set The set that was inspected. Its photos are shown on the page, except those that have vanished since.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const set = await openPhotos('photos', { leastPerClass: 1 });
 * await writeFile('inspection.html', await renderInspection(await inspect(set), set, { perClass: 12 }));
 * ```
 */
export async function renderInspection(
  inspection: Inspection,
  set: PhotoSet,
  options: PageOptions = {},
): Promise<string> {
  const { perClass = 24, groups = 40, title = 'Inspection', decoding } = options;
  const shownGroups = worstFirst(inspection.duplicates).slice(0, groups);
  const sheets = set.classes.map((name, label) => ({
    name,
    photos: spaced(
      set.photos.filter(photo => labelsOf(photo).includes(label)),
      perClass,
    ),
  }));
  const wanted = new Set([
    ...sheets.flatMap(({ photos }) => photos.map(({ id }) => id)),
    ...shownGroups.flatMap(({ photos }) => photos.slice(0, mostOfGroup)),
  ]);
  const thumbnails = await readThumbnails(
    set.photos.filter(({ id }) => wanted.has(id)),
    decoding,
  );
  const classes = new Map(inspection.photos.map(photo => [photo.id, photo.class]));
  const figure = (id: string, caption: string) => {
    const address = thumbnails.get(id);
    const picture =
      address === undefined
        ? '<p>cannot be read any more</p>'
        : `<img src="${address}" alt="" title="${escapeMarkup(id)}" loading="lazy">`;
    return `<figure>${picture}<figcaption>${escapeMarkup(caption)}</figcaption></figure>`;
  };

  const rows = shownGroups.map(group => {
    const more = group.photos.length - mostOfGroup;
    const figures = group.photos
      .slice(0, mostOfGroup)
      .map(id => figure(id, `${classes.get(id)}: ${baseName(id)}`));
    return `<h3>${describe(group)}</h3><div class="sheet">${figures.join('')}${more > 0 ? `<p>and ${more} more</p>` : ''}</div>`;
  });
  const hidden = inspection.duplicates.length - shownGroups.length;
  const sheetsHtml = sheets.map(({ name, photos }) => {
    const count = inspection.counts[name] ?? 0;
    return `<h3>${escapeMarkup(name)} <small>${photos.length} of ${count}</small></h3><div class="sheet">${photos
      .map(({ id }) => figure(id, baseName(id)))
      .join('')}</div>`;
  });
  return page(escapeMarkup(title), [
    summary(inspection),
    `<h2>Classes</h2>${bars(inspection)}`,
    `<h2>Duplicates</h2>${rows.join('') || '<p>None.</p>'}${hidden > 0 ? `<p>${hidden} more groups are in the JSON file.</p>` : ''}`,
    `<h2>Files to look at</h2>${concernsTable(inspection)}`,
    `<h2>Contact sheets</h2>${sheetsHtml.join('')}`,
  ]);
}

/** Sorts duplicates: contradicting classes first, then leaks between parts, then the largest groups. */
function worstFirst(duplicates: readonly DuplicateGroup[]): DuplicateGroup[] {
  const weight = ({ acrossClasses, acrossParts }: DuplicateGroup) =>
    (acrossClasses ? 2 : 0) + (acrossParts ? 1 : 0);
  return [...duplicates].sort((a, b) => weight(b) - weight(a) || b.photos.length - a.photos.length);
}

function describe({ kind, photos, acrossClasses, acrossParts }: DuplicateGroup): string {
  const what = kind === 'exact' ? 'The same file' : 'Nearly the same picture';
  const warnings = [
    ...(acrossClasses ? ['<em>different classes: at least one label is wrong</em>'] : []),
    ...(acrossParts
      ? ['<em>in different parts of the split: the score will be too good</em>']
      : []),
  ];
  return [`${what}, ${photos.length} times`, ...warnings].join('; ');
}

/** Selects up to `count` items, evenly spaced over the list. */
function spaced<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, k) => items[Math.floor((k * items.length) / count)]!);
}

/** Thumbnails of the photos as data addresses, by id. Photos that have vanished since they were inspected have none. */
async function readThumbnails(
  photos: readonly Photo[],
  decoding: DecodeOptions | undefined,
): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  await inParallel(photos.length, async index => {
    const { id, origin } = photos[index]!;
    const pixels = await (origin.kind === 'generated'
      ? readPixels(origin, [thumbnailSide, thumbnailSide])
      : readBytes(origin).then(bytes => decodeWithin(bytes, thumbnailSide, decoding))
    ).catch((error: unknown) => {
      if (!isOfTheFile(error)) throw error;
    });
    if (!pixels) return;
    const { data, width, height } = pixels;
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 72 })
      .toBuffer();
    result.set(id, `data:image/jpeg;base64,${jpeg.toString('base64')}`);
  });
  return result;
}

function summary({ photos, concerns, duplicates, quarantine }: Inspection): string {
  const of = (kind: DuplicateGroup['kind']) =>
    duplicates.filter(group => group.kind === kind).length;
  const facts: readonly (readonly [number, string])[] = [
    [photos.length, 'photos'],
    [of('exact'), 'groups of equal files'],
    [of('near'), 'groups of near-duplicates'],
    [duplicates.filter(({ acrossClasses }) => acrossClasses).length, 'of them across classes'],
    [duplicates.filter(({ acrossParts }) => acrossParts).length, 'of them across the split'],
    [concerns.length, 'other concerns'],
    [quarantine.length, 'suggested for quarantine'],
  ];
  return `<dl>${facts.map(([count, name]) => `<div><dt>${count}</dt><dd>${name}</dd></div>`).join('')}</dl>`;
}

function bars({ counts }: Inspection): string {
  const most = Math.max(1, ...Object.values(counts));
  const rows = Object.entries(counts).map(
    ([name, count]) =>
      `<tr><th>${escapeMarkup(name)}</th><td class="bar"><i style="width:${((100 * count) / most).toFixed(1)}%"></i></td><td>${count}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function concernsTable({ concerns }: Inspection): string {
  if (concerns.length === 0) return '<p>None.</p>';
  const rows = concerns
    .slice(0, mostConcerns)
    .map(
      ({ kind, subject, reason }) =>
        `<tr><td>${kind}</td><td>${escapeMarkup(subject)}</td><td>${escapeMarkup(reason)}</td></tr>`,
    );
  const hidden = concerns.length - rows.length;
  return `<table class="list">${rows.join('')}</table>${hidden > 0 ? `<p>${hidden} more are in the JSON file.</p>` : ''}`;
}

const style = `
body { margin: 0 auto; max-width: 1180px; padding: 28px 24px 60px; color: #24211c; background: #fbf9f5;
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; margin: 0 0 18px; } h2 { font-size: 20px; margin: 40px 0 12px; }
h3 { font-size: 15px; margin: 22px 0 8px; } small, figcaption { color: #6f685c; font-weight: normal; }
em { color: #a8321f; font-style: normal; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 10px; margin: 0; }
dl div { background: #fff; border: 1px solid #e6e0d4; border-radius: 8px; padding: 10px 16px; }
dt { font-size: 24px; font-weight: 600; } dd { margin: 0; color: #6f685c; font-size: 13px; }
table { border-collapse: collapse; } th { text-align: left; font-weight: normal; padding-right: 16px; }
td { padding: 2px 12px 2px 0; vertical-align: top; overflow-wrap: anywhere; }
.bar { width: 420px; } .bar i { display: block; height: 14px; margin-top: 5px; background: #a8734b; border-radius: 3px; }
.list td { border-top: 1px solid #e6e0d4; padding: 5px 16px 5px 0; } .list td:first-child { white-space: nowrap; }
.sheet { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start; }
figure { margin: 0; width: 132px; } img { display: block; width: 132px; height: 132px; object-fit: contain; background: #efeae0; border-radius: 4px; }
figcaption { font-size: 11px; line-height: 1.3; padding-top: 3px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
@media (max-width: 600px) { .bar { width: 40vw; } }`;

const page = (title: string, sections: readonly string[]): string =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1>
${sections.join('\n')}
</body></html>
`;

const baseName = (id: string) => id.split('/').at(-1)!;
