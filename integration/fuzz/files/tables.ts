import { mkdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { openTable } from '@shroom/data/node';
import sharp from 'sharp';
import { damageBytes, damageJson, type Random } from './damage';
import { type FileTarget, refusal } from './target';

const photos = ['a b.png', 'c.png', 'd/e.png', 'ü.png', 'f,g.png', 'h.png', 'i.png', 'j.png'];
const genera = ['Amanita', 'Boletus'];

const csv = (separator: string) =>
  [
    ['file', 'class', 'split'],
    ...photos.map((photo, k) => [`"${photo}"`, genera[k % 2]!, ['train', 'val', 'test'][k % 3]!]),
  ]
    .map(row => row.join(separator))
    .join('\n');
const rows = photos.map((photo, k) => ({ image: photo, label: genera[k % 2]!, weight: k }));

const seeds: readonly (readonly [ending: string, text: string])[] = [
  ['csv', csv(',')],
  ['csv', csv(';')],
  ['tsv', csv('\t')],
  ['csv', csv(',').replaceAll('"', '').replace('f,g.png', 'h.png')],
  ['json', JSON.stringify(rows)],
  ['jsonl', rows.map(row => JSON.stringify(row)).join('\n')],
];

/** Tables of every kind. The first byte of an input says which kind it is. */
export async function tableTarget(folder: string): Promise<FileTarget> {
  await mkdir(join(folder, 'd'), { recursive: true });
  for (const [k, photo] of photos.entries()) {
    const create = {
      width: 3,
      height: 3,
      channels: 3,
      background: { r: 30 * k, g: 9, b: 9 },
    } as const;
    await sharp({ create }).png().toFile(join(folder, photo));
  }
  return {
    damage(random: Random) {
      const kind = random.below(seeds.length);
      const [ending, text] = seeds[kind]!;
      const bytes =
        ending.startsWith('json') && random.below(2) === 0
          ? Buffer.from(damageJson(text, random))
          : damageBytes(Buffer.from(text), random);
      return new Uint8Array(Buffer.concat([Uint8Array.of(kind), bytes]));
    },
    async check(input) {
      const bytes = input.subarray(1);
      const [ending] = seeds[input[0]!]!;
      const path = join(folder, `table.${ending}`);
      await writeFile(path, bytes);
      let set: Awaited<ReturnType<typeof openTable>> | undefined;
      const read = async () => {
        set = await openTable(path, { leastPerClass: 1, givenSplit: 'ignore' });
      };
      if ((await refusal(read, 'PhotoSetError')) || !set) return false;
      const said = saidBy(bytes, ending);
      for (const { id, label } of set.photos) {
        const className = set.classes[label]!;
        const rows = said.filter(row => row.includes(id));
        const isSaid = rows.some(row =>
          row.some(value => value.toLowerCase() === className.toLowerCase()),
        );
        if (!isSaid)
          throw new Error(`'${id}' is '${className}', which no row says: ${JSON.stringify(said)}`);
      }
      return true;
    },
  };
}

/** The values of each row with normalized paths, read by a short program without any checks. */
function saidBy(bytes: Uint8Array, ending: string): string[][] {
  const text = textOf(bytes);
  const spelled = (value: unknown) => [
    String(value).trim(),
    posix.normalize(String(value).trim().replaceAll('\\', '/')),
  ];
  if (ending === 'json')
    return (JSON.parse(text) as object[]).map(row => Object.values(row).flatMap(spelled));
  if (ending === 'jsonl')
    return text
      .split('\n')
      .filter(line => line.trim() !== '')
      .map(line => Object.values(JSON.parse(line)).flatMap(spelled));
  return [',', ';', '\t', '|']
    .flatMap(separator => fieldsOf(text, separator))
    .map(row => row.flatMap(spelled));
}

/** Splits a line into fields by RFC 4180, with any separator. */
function fieldsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') field += text[at++];
      else quoted = false;
    } else if (letter === '"' && field.trim() === '') [quoted, field] = [true, ''];
    else if (letter === separator) {
      row.push(field);
      field = '';
    } else if (letter === '\n' || letter === '\r') {
      rows.push([...row, field]);
      [row, field] = [[], ''];
    } else field += letter;
  }
  return [...rows, [...row, field]];
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return buffer.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
