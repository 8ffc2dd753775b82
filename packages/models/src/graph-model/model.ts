import { toHalf } from '@shroom/formats';

/** The value of an attribute of a node, as TensorFlow writes it in JSON. */
type GraphAttribute = Readonly<Record<string, unknown>>;

/** A node of a TensorFlow graph. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, GraphAttribute>>;
}

/** A tensor in the list of weights of a `model.json`. */
interface GraphWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: { readonly dtype: 'float16' };
}

export const integers = (values: readonly number[]): GraphAttribute => ({
  list: { i: values.map(String) },
});
export const flag = (value: boolean): GraphAttribute => ({ b: value });
export const text = (value: string): GraphAttribute => ({ s: btoa(value) });
/** A shape, with -1 for a side of any length. */
export const shapeOf = (shape: readonly (number | null)[]) => ({
  dim: shape.map(side => ({ size: String(side ?? -1) })),
});

/** Number format of stored weights. */
export type GraphPrecision = 'float32' | 'float16';

/** A TensorFlow graph under construction. It names its values and stores each constant once. */
export class GraphModel {
  readonly nodes: GraphNode[] = [];
  readonly weights: GraphWeight[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #names = new Set<string>();
  readonly #precision: GraphPrecision;
  #values = 0;

  constructor(precision: GraphPrecision) {
    this.#precision = precision;
  }

  /** Adds a node with one output. @returns Its name. */
  add(
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, GraphAttribute>> = {},
    name = `v${this.#values++}`,
  ): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** Adds an input. */
  input(name: string, shape: readonly (number | null)[]): void {
    this.add(
      'Placeholder',
      [],
      { dtype: { type: 'DT_FLOAT' }, shape: { shape: shapeOf(shape) } },
      name,
    );
  }

  /** Adds 32-bit floats, or reuses the constant of that name. Only those with several axes are stored with fewer bits. @returns The name. */
  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const isHalf = this.#precision === 'float16' && shape.length > 1;
    const stored = isHalf ? toHalf(values) : values;
    const entry = { name, shape, dtype: 'float32' } as const;
    return this.#constant(
      isHalf ? { ...entry, quantization: { dtype: 'float16' } } : entry,
      new Uint8Array(stored.buffer as ArrayBuffer, stored.byteOffset, stored.byteLength),
      'DT_FLOAT',
    );
  }

  number(value: number): string {
    return this.floats(`number ${value}`, [], Float32Array.of(value));
  }

  /** Adds 32-bit integers, such as axes or a shape. @param shape Default: a list. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = `integers ${values} as ${shape}`;
    const entry = { name, shape, dtype: 'int32' } as const;
    return this.#constant(entry, new Uint8Array(Int32Array.from(values).buffer), 'DT_INT32');
  }

  /** The bytes of all constants, in the order of `weights`. */
  weightData(): Uint8Array {
    const data = new Uint8Array(this.#bytes.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const bytes of this.#bytes) {
      data.set(bytes, start);
      start += bytes.length;
    }
    return data;
  }

  #constant(weight: GraphWeight, bytes: Uint8Array, type: string): string {
    const { name, shape } = weight;
    if (this.#names.has(name)) return name;
    this.#names.add(name);
    this.weights.push(weight);
    this.#bytes.push(bytes);
    const value = { tensor: { dtype: type, tensorShape: shapeOf(shape) } };
    return this.add('Const', [], { dtype: { type }, value }, name);
  }
}
