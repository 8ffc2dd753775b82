import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  checkFloat,
  ElementTypeError,
  openPytorch,
  PickleGlobalError,
  PytorchError,
  type PytorchTensor,
  toFloat32,
  ZipError,
  zipChunks,
} from '../src/index';
import { dict, legacyFile, op, storage, tensor } from './pytorch-file';

interface Said {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

const folder = new URL('reference/', import.meta.url);
const file = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
/** Written by PyTorch: tools/reference/checkpoints.py. */
const figures: Record<'state' | 'training', Record<string, Said>> = JSON.parse(
  readFileSync(new URL('checkpoints.json', folder), 'utf8'),
);

const dtypes: Readonly<Record<string, string>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  bool: 'BOOL',
};

async function expectSaid(
  tensors: ReadonlyMap<string, PytorchTensor>,
  said: Readonly<Record<string, Said>>,
): Promise<void> {
  expect([...tensors.keys()]).toEqual(Object.keys(said));
  for (const [name, { shape, dtype, values }] of Object.entries(said)) {
    const found = tensors.get(name)!;
    expect([name, found.shape, found.dtype]).toEqual([name, shape, dtypes[dtype]]);
    if (dtype === 'int64' || dtype === 'bool') {
      expect(() => checkFloat(found)).toThrow(ElementTypeError);
      continue;
    }
    const numbers = toFloat32(await found.read(), found);
    // PyTorch rounds 1e300 to infinity, which JSON does not have.
    const limited = Array.from(numbers, value => Math.min(Math.max(value, -3.5e38), 3.5e38));
    expect([name, limited]).toEqual([name, values]);
  }
}

describe('a checkpoint of PyTorch', () => {
  test.each(['legacy.pth', 'zip.pth', 'zip-protocol-4.pth', 'zip-without-checksums.pth'])(
    '%s has the tensors that were saved: views, shared numbers, all types',
    async name => {
      const { state } = figures;
      await expectSaid(await openPytorch(file(name)), state);
      await expectSaid(await openPytorch(new Blob([file(name)])), state);
    },
  );

  test.each(['training.pth', 'training-legacy.pth'])(
    '%s of a training program has its network under state_dict, with the names of one GPU',
    async name => {
      await expectSaid(await openPytorch(file(name)), figures.training);
    },
  );

  test('is read by ranges, and only what is asked for', async () => {
    const bytes = file('zip.pth');
    const ranges: [number, number][] = [];
    const read = async (start: number, end: number) => {
      ranges.push([start, end]);
      return bytes.subarray(start, end);
    };
    const tensors = await openPytorch({ size: bytes.length, read });
    ranges.length = 0;
    await tensors.get('column')!.read();
    // 4 numbers, 6 apart: from the third of `base` to the twenty-first.
    expect(ranges.map(([start, end]) => end - start)).toEqual([19 * 4]);
    const memory = new Uint8Array(100);
    const held = await tensors.get('base')!.read(count => memory.subarray(0, count));
    expect(held).toHaveLength(96);
  });

  test('is found in a wheel, compressed or not, if it is the only one there', async () => {
    const legacy = file('legacy.pth');
    const wheel = (...names: string[]) =>
      Buffer.concat([...zipChunks(names.map(path => ({ path, bytes: legacy })))]);
    await expectSaid(await openPytorch(wheel('pkg/data/weights.pth')), figures.state);
    await expect(openPytorch(wheel('a.pth', 'b.pt'), { source: 'two.whl' })).rejects.toThrow(
      'two.whl is not a whole PyTorch checkpoint: it is an archive of 2 files that may be meant: a.pth, b.pt; unpack one.',
    );
    await expect(openPytorch(wheel('a.py'))).rejects.toThrow(/without a checkpoint/);
    const inner = wheel('a.pth');
    const nested = Buffer.concat([...zipChunks([{ path: 'b.pth', bytes: inner }])]);
    await expect(openPytorch(nested, { source: 'n.zip' })).rejects.toThrow(
      /^n\.zip#b\.pth is not a whole PyTorch checkpoint: it is a zip archive without/,
    );
  });

  test('may be of Python 2, with parts of storages', async () => {
    const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);
    // The part begins with the third number, and the tensor with the second of the part.
    const part = [...op.mark, ...op.text('view'), ...op.int(2), ...op.int(4), ...op.tuple];
    const pair = [
      ...op.list,
      ...op.mark,
      ...op.string('w'),
      ...tensor(storage('0', 6, part), 1, [3], [1]),
      ...op.appends,
    ];
    const saved = [
      ...op.global('collections', 'OrderedDict'),
      ...op.mark,
      ...[...op.list, ...op.mark, ...pair, ...op.appends],
      ...op.tuple,
      ...op.reduce,
    ];
    const tensors = await openPytorch(legacyFile(saved, { 0: numbers }));
    const w = tensors.get('w')!;
    expect([...toFloat32(await w.read(), w)]).toEqual([4, 5, 6]);
  });
});

describe('refused by name', () => {
  const numbers = { 0: Float32Array.of(1, 2, 3, 4) };
  const saved = (value: readonly number[]) => legacyFile(dict({ w: value }), numbers);
  const refused = async (bytes: Uint8Array, why: RegExp) => {
    const reading = openPytorch(bytes, { source: 'x.pth' });
    await expect(reading).rejects.toThrow(PytorchError);
    await expect(reading).rejects.toThrow(/^x\.pth is not a whole PyTorch checkpoint: /);
    await expect(reading).rejects.toThrow(why);
  };

  const archive = (files: Record<string, string>) =>
    Buffer.concat([
      ...zipChunks(
        Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text, 'latin1') })),
      ),
    ]);

  test('the arguments of a training program, which are an object of Python', async () => {
    const source = 'arguments.pth';
    const reading = openPytorch(file(source), { source });
    await expect(reading).rejects.toThrow(PickleGlobalError);
    await expect(reading).rejects.toMatchObject({ global: 'argparse.Namespace', source });
  });

  test('any other object of Python, before the rest of the file is read', async () => {
    const evil = [
      ...op.global('posix', 'system'),
      ...[...op.mark, ...op.text('rm -rf /'), ...op.tuple],
      ...op.reduce,
    ];
    for (const [module, name] of [
      ['posix', 'system'],
      ['torch', 'load'],
      ['torch._utils', '__class__'],
      ['constructor', 'constructor'],
      ['__proto__', 'x'],
    ] as const)
      await expect(openPytorch(saved(op.global(module, name)))).rejects.toMatchObject({
        global: `${module}.${name}`,
      });
    await expect(openPytorch(saved(evil))).rejects.toThrow(/'posix\.system'/);
  });

  test('tensors that are not within their numbers', async () => {
    await refused(saved(tensor(storage('0', 4), 0, [2, 2], [3, 2])), /ends at element 5, .* has 4/);
    await refused(saved(tensor(storage('0', 4), 4, [1], [1])), /ends at element 4/);
    await refused(saved(tensor(storage('0', 4), -1, [1], [1])), /of 0 or more/);
    await refused(saved(tensor(storage('0', 4), 1, [2], [-1])), /of 0 or more/);
    await refused(saved(tensor(storage('0', 4), 0, [2, 2], [1])), /no offset, shape and strides/);
    await refused(saved(tensor(op.none, 0, [1], [1])), /a tensor has no storage/);
    // A stride of 0 repeats one number.
    await refused(saved(tensor(storage('0', 4), 0, [1e9], [0])), /more bytes than the file/);
    await refused(saved(tensor(storage('0', 3), 0, [1], [1])), /has 4 elements, not 3/);
    await refused(saved(tensor(storage('1', 4), 0, [1], [1])), /lists a storage '0', which no/);
    const whole = tensor(storage('0', 4), 0, [4], [1]);
    const both = dict({ a: whole, b: tensor(storage('0', 3), 0, [1], [1]) });
    await refused(legacyFile(both, numbers), /'0' is F32 of 4, and F32 of 3/);
    const part = (...values: number[]) => [
      ...op.mark,
      ...op.text('0'),
      ...values.flatMap(value => op.int(value)),
      ...op.tuple,
    ];
    await refused(saved(tensor(storage('0', 4, part(3, 2)), 0, [1], [1])), /part of its storage/);
  });

  test('views of opposite sign, of which PyTorch stores a flag and the numbers without the sign', async () => {
    const flagged = (...flags: readonly number[]) =>
      saved(tensor(storage('0', 4), 0, [4], [1], flags));
    // What torch.save writes of `torch._neg_view(t)`, and of `t.conj()`.
    for (const flag of ['neg', 'conj'])
      await refused(
        flagged(...dict({ [flag]: op.true })),
        new RegExp(`a view marked '${flag}'; save what its resolve_${flag}\\(\\) gives\\.`),
      );
    const numbers = [1, 2, 3, 4];
    for (const flags of [op.none, op.dict]) {
      const w = (await openPytorch(flagged(...flags))).get('w')!;
      expect([...toFloat32(await w.read(), w)]).toEqual(numbers);
    }
  });

  test('what is no state dict', async () => {
    const whole = tensor(storage('0', 4), 0, [4], [1]);
    await refused(legacyFile(whole, numbers), /one tensor and no state dict/);
    await refused(legacyFile(op.none), /holds no dictionary/);
    const other = dict({ epoch: op.int(3), teacher: dict({ w: whole }) });
    await refused(
      legacyFile(other, numbers),
      /dictionary has "epoch", "teacher", and one is looked for under state_dict, model_state_dict/,
    );
  });

  test('files of another machine, version or kind', async () => {
    const whole = dict({ w: tensor(storage('0', 4), 0, [4], [1]) });
    await refused(legacyFile(whole, numbers, { littleEndian: [0x89] }), /big-endian/);
    await refused(legacyFile(whole, numbers, { version: 1000 }), /version should be 1001.*is 1000/);
    await refused(
      Uint8Array.from([...op.proto, ...op.text('x'), ...op.stop]),
      /torch\.save did not/,
    );
    await refused(new TextEncoder().encode('version https://git-lfs'), /Git LFS pointer/);
    await refused(new Uint8Array(0), /begins as no file of torch\.save/);
    await refused(archive({ 'a/data.pkl': '', 'a/constants.pkl': '' }), /TorchScript/);
    await refused(archive({ 'a/data.pkl': '', 'a/byteorder': 'big' }), /byte order is 'big'/);
    await refused(archive({ 'a/data.pkl': '\x80\x02N' }), /pickle is cut short/);
    await refused(archive({ 'a/data.pkl': 'N.N' }), /pickle ends too early/);
  });

  test('files that are cut short anywhere, or have more at their end', async () => {
    for (const name of ['legacy.pth', 'zip.pth']) {
      const bytes = file(name);
      for (let length = 0; length < bytes.length; length += 13) {
        const error = await openPytorch(bytes.subarray(0, length)).catch((each: Error) => each);
        expect([length, error instanceof PytorchError || error instanceof ZipError]).toEqual([
          length,
          true,
        ]);
      }
    }
    const longer = Uint8Array.from([...file('legacy.pth'), 0]);
    await refused(longer, /storages end at byte \d+, but the file has/);
  });

  test('pickles that would take much time or memory', async () => {
    const many = (operation: string, count: number) =>
      archive({ 'a/data.pkl': operation.repeat(count) });
    await refused(many('N', 2_000_001), /more than 2000000 steps/);
    await refused(many('}', 500_001), /more than 500000 containers/);
    // A text that claims 4 GB.
    await refused(legacyFile([0x58, 255, 255, 255, 255]), /ends within its pickle/);
    // A dictionary that contains itself is no harm.
    const whole = tensor(storage('0', 4), 0, [4], [1]);
    const itself = [
      ...op.dict,
      ...op.put(0),
      ...[...op.mark, ...op.text('self'), ...op.get(0), ...op.text('w'), ...whole, ...op.setItems],
    ];
    expect([...(await openPytorch(legacyFile(itself, numbers))).keys()]).toEqual(['w']);
    // An archive of a checkpoint that would unpack to more than Deflate can make.
    const packed = deflateRawSync(new Uint8Array(1000));
    const claimed = Buffer.concat([...zipChunks([{ path: 'a.pth', bytes: packed }])]);
    const directory = claimed.indexOf('PK\x01\x02');
    claimed.writeUInt16LE(8, directory + 10);
    claimed.writeUInt32LE(1_900_000_000, directory + 24);
    await expect(openPytorch(claimed)).rejects.toThrow(/'a\.pth' is damaged/);
  });
});
