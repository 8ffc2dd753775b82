import type { ReadOptions } from '../error';
import { bitsOfType, type SafetensorsType } from '../safetensors/element-type';
import { elementCount } from '../shape';
import { type Fail, PickleGlobalError } from './error';
import { List, type PickleLanguage, type PythonFunction, setAll } from './machine';

/** Numbers in the file that tensors are views of. */
export interface Storage {
  readonly key: string;
  readonly dtype: SafetensorsType;
  /** Number of elements. */
  readonly length: number;
}

/** A tensor as the pickle describes it. */
export class StoredTensor {
  constructor(
    readonly storage: Storage,
    /** The storage's element that the tensor begins with. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** How many elements further the next element is, along each axis. */
    readonly strides: readonly number[],
  ) {}
}

/** The element types of PyTorch's storages. Quantized ones are missing, since their numbers mean nothing without a scale. */
const storageTypes: Readonly<Record<string, SafetensorsType>> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
  ComplexFloatStorage: 'C64',
};

class StorageType {
  constructor(readonly dtype: SafetensorsType) {}
}

/** Most axes of a tensor; PyTorch has the same limit. */
const mostAxes = 64;

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= mostAxes && value.every(isCount);

/** The objects that a state dict consists of, and nothing else. Storages are collected in `storages`, by their key. */
export function stateDictLanguage(
  storages: Map<string, Storage>,
  options: ReadOptions,
  fail: Fail,
): PickleLanguage {
  const functions: Readonly<Record<string, PythonFunction>> = {
    'collections.OrderedDict': args => orderedDict(args, fail),
    'torch._utils._rebuild_tensor': args => rebuilt(args, fail),
    'torch._utils._rebuild_tensor_v2': args => rebuilt(args, fail),
    'torch._utils._rebuild_parameter': args => parameter(args, fail),
    'torch._utils._rebuild_parameter_with_state': args => parameter(args, fail),
  };
  return {
    find(module, name) {
      const global = `${module}.${name}`;
      if (Object.hasOwn(functions, global)) return functions[global];
      if (module === 'torch' && Object.hasOwn(storageTypes, name))
        return new StorageType(storageTypes[name]!);
      throw new PickleGlobalError(global.slice(0, 200), options);
    },
    persistent: id => storageOf(id, storages, fail),
  };
}

/** Python 2 passes the items as a list of pairs; Python 3 sets them afterwards. */
function orderedDict(args: readonly unknown[], fail: Fail): Map<unknown, unknown> {
  const made = new Map<unknown, unknown>();
  const [pairs] = args;
  if (args.length === 0) return made;
  if (args.length !== 1 || !(pairs instanceof List))
    return fail('it makes a dictionary of no list');
  for (const pair of pairs.items) {
    const items = pair instanceof List ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2)
      return fail('it makes a dictionary of what are no pairs');
    setAll(made, items, fail);
  }
  return made;
}

function rebuilt(args: readonly unknown[], fail: Fail): StoredTensor {
  const [view, offset, shape, strides, , , flags] = args;
  // A view of opposite sign is stored as the numbers that it is a view of, with `{'neg': True}` beside them.
  for (const flag of flags instanceof Map ? flags.keys() : [])
    fail(`a tensor is a view marked '${flag}'; save what its resolve_${flag}() gives`);
  if (!(view instanceof StorageView)) return fail('a tensor has no storage');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    return fail('a tensor has no offset, shape and strides of whole numbers of 0 or more');
  const { storage } = view;
  const first = view.offset + offset;
  const count = elementCount(shape);
  if (count === undefined) return fail(`a tensor of shape [${shape}] has 2^53 elements or more`);
  const last = shape.reduce((place, side, axis) => place + (side - 1) * strides[axis]!, first);
  if (count > 0 && !(last < storage.length))
    fail(
      `a tensor of shape [${shape}] and strides [${strides}] ends at element ${last}, but its storage has ${storage.length}`,
    );
  return new StoredTensor(storage, first, shape, strides);
}

function parameter([tensor]: readonly unknown[], fail: Fail): StoredTensor {
  return tensor instanceof StoredTensor ? tensor : fail('a parameter has no tensor');
}

/** A storage, or a part of one. Older versions of PyTorch write parts. */
class StorageView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
  ) {}
}

/** Finds the storage of `('storage', type, key, device, length)`; older files append `(key, offset, length)` of a part, or none. */
function storageOf(id: unknown, storages: Map<string, Storage>, fail: Fail): StorageView {
  const [kind, type, key, , length, part] = Array.isArray(id) ? id : [];
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string')
    return fail('its pickle names an object outside that is no storage');
  const { dtype } = type;
  if (!isCount(length) || !Number.isSafeInteger((length * bitsOfType[dtype]) / 8))
    return fail(`its storage '${key}' should have a whole number of bytes below 2^53`);
  const known = storages.get(key);
  if (known && (known.dtype !== dtype || known.length !== length))
    return fail(
      `its storage '${key}' is ${known.dtype} of ${known.length}, and ${dtype} of ${length}`,
    );
  const storage = known ?? { key, dtype, length };
  storages.set(key, storage);
  if (part == null) return new StorageView(storage, 0);
  const [, offset, size] = Array.isArray(part) ? part : [];
  if (!isCount(offset) || !isCount(size) || offset + size > length)
    return fail(`a part of its storage '${key}' is not within it`);
  return new StorageView(storage, offset);
}
