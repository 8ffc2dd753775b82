import { GraphModel } from '@tensorflow/tfjs-converter';
import { io, scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: string[];
  readonly attr?: Record<string, unknown>;
}

const float = { T: { type: 'DT_FLOAT' } };
const strided = (stride: number) => ({
  ...float,
  strides: { list: { i: ['1', `${stride}`, `${stride}`, '1'] } },
  padding: { s: 'VkFMSUQ=' }, // VALID
  dataFormat: { s: 'TkhXQw==' }, // NHWC
  data_format: { s: 'TkhXQw==' },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
});

/** A graph written by hand, with its weights in memory. */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly weights: Record<string, Tensor> = {};

  constructor(shape: readonly number[], dtype = 'DT_FLOAT') {
    const dim = shape.map(size => ({ size: `${size}` }));
    this.add('images', 'Placeholder', [], {
      dtype: { type: dtype },
      shape: { shape: { dim } },
    });
  }

  add(name: string, op: string, input: string[], attr: Node['attr'] = float): string {
    this.#nodes.push({ name, op, input, attr });
    return name;
  }

  constant(name: string, value: Tensor): string {
    this.weights[name] = value;
    const type = value.dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
    const dim = value.shape.map(size => ({ size: `${size}` }));
    this.#nodes.push({
      name,
      op: 'Const',
      attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape: { dim } } } },
    });
    return name;
  }

  conv(
    name: string,
    input: string,
    kernel: Tensor,
    bias: Tensor,
    stride: number,
    format: 'NHWC' | 'NCHW' = 'NHWC',
  ): string {
    this.constant(`${name}/kernel`, kernel);
    this.constant(`${name}/bias`, bias);
    const layout = { data_format: { s: btoa(format) }, dataFormat: { s: btoa(format) } };
    return this.add(
      name,
      '_FusedConv2D',
      [input, `${name}/kernel`, `${name}/bias`],
      {
        ...strided(stride),
        ...layout,
        fused_ops: { list: { s: ['Qmlhc0FkZA=='] } },
        num_args: { i: '1' },
      }, // BiasAdd
    );
  }

  pool(name: string, input: string, keepDims: boolean, axes = [1, 2]): string {
    this.constant(`${name}/axes`, tensor1d(axes, 'int32'));
    return this.add(name, 'Mean', [input, `${name}/axes`], {
      ...float,
      keep_dims: { b: keepDims },
    });
  }

  dense(name: string, input: string, kernel: Tensor, bias: Tensor): string {
    this.constant(`${name}/kernel`, kernel);
    this.constant(`${name}/bias`, bias);
    this.add(`${name}/product`, 'MatMul', [input, `${name}/kernel`], {
      ...float,
      transpose_a: { b: false },
      transpose_b: { b: false },
    });
    return this.add(name, 'BiasAdd', [`${name}/product`, `${name}/bias`]);
  }

  /** The batch size of `value`, as a number. */
  rows(name: string, value: string): string {
    this.add(`${name}/shape`, 'Shape', [value]);
    for (const [part, at] of Object.entries({ begin: 0, end: 1, strides: 1 }))
      this.constant(`${name}/${part}`, tensor1d([at], 'int32'));
    const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask'].map(mask => [
      mask,
      { i: '0' },
    ]);
    return this.add(
      name,
      'StridedSlice',
      ['shape', 'begin', 'end', 'strides'].map(part => `${name}/${part}`),
      { T: { type: 'DT_INT32' }, ...Object.fromEntries(masks), shrink_axis_mask: { i: '1' } },
    );
  }

  /** A shape of the batch size and constants. */
  shape(name: string, rows: string, rest: readonly number[]): string {
    const parts = rest.map((length, i) => this.constant(`${name}/${i}`, scalar(length, 'int32')));
    return this.add(name, 'Pack', [rows, ...parts], { T: { type: 'DT_INT32' }, axis: { i: '0' } });
  }

  /** @param more Of what model.json holds besides. */
  async model(more: Partial<io.ModelArtifacts> = {}): Promise<GraphModel> {
    const { data, specs } = await io.encodeWeights(this.weights);
    const topology = { node: this.#nodes, versions: { producer: 1 }, library: {} };
    const loaded = new GraphModel(
      io.fromMemory({ modelTopology: topology, weightSpecs: specs, weightData: data, ...more }),
    );
    await loaded.load();
    return loaded;
  }
}
