/** The array type for each element type that an npy file can hold, by the name in the file's header. The bytes are little-endian. */
const arrays = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
  '<u2': Uint16Array,
  '<i4': Int32Array,
  '<u4': Uint32Array,
  '<i8': BigInt64Array,
  '<u8': BigUint64Array,
} as const;

/** NumPy's name of an element type. */
export type NpyType = keyof typeof arrays;

/** NumPy's name of an element type of files that are read by parts: also float16, for which JavaScript has no array everywhere. */
export type NpyStoredType = NpyType | '<f2';

export type NpyValues = InstanceType<(typeof arrays)[NpyType]>;

export const npyTypes = /* @__PURE__ */ Object.keys(arrays) as NpyType[];

/** The last letter of a type is its number of bytes. */
export const bytesOfNpyType = (type: NpyStoredType): number => Number(type[2]);

/** @returns The npy element type of an array, or `undefined` if npy has none for it. */
export const npyTypeOf = (values: NpyValues): NpyType | undefined =>
  npyTypes.find(type => arrays[type].name === values?.[Symbol.toStringTag]);

/** Reads numbers from bytes: as a view if the bytes are aligned, else as a copy. */
export function npyValuesOf(type: NpyType, bytes: Uint8Array): NpyValues {
  const size = bytesOfNpyType(type);
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new arrays[type](buffer as ArrayBuffer, byteOffset, byteLength / size);
}
