import { TapError } from './tap';

/** A step between the last feature map and the output, as far as tokens are told by it. */
interface Reader {
  readonly kind: string;
  readonly inputRanks: readonly number[];
  readonly outputRank: number;
}

/** Layers of sequences that are no transformer's: those of convolutional and recurrent networks. */
const usual =
  /(1D|RNN|LSTM|GRU|ReLU|ELU|Dense|Bidirectional|Distributed|Dropout\w*|Activation|Softmax|Reshape|Permute|RepeatVector|Flatten|BatchNormalization|Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Masking|Regularization|Rescaling)$|^Gaussian/;

/** Whether a network goes on in tokens `[N, T, C]` after its last feature map, as transformers do. */
export function readsTokens(steps: readonly Reader[]): boolean {
  return steps.some(
    ({ kind, inputRanks, outputRank }) =>
      /attention|transformer/i.test(kind) ||
      (inputRanks.includes(3) && outputRank === 3 && !usual.test(kind)),
  );
}

/** A map before the tokens would be drawn for what they decide. */
export function refuseTokens(tap: string, pixels: string): never {
  throw new TapError(
    `After '${tap}' this model goes on in tokens, as transformers do, which cannot be tapped; a map there shows what patches are made of, not what the decision is made from. Ask for it by { tap: '${tap}' }, or explain the pixels: { tap: '${pixels}' } with rise(), occlusion() or integratedGradients().`,
  );
}
