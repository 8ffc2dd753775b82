import { TapError } from './tap';

/** A step between the last feature map and the output, with what is needed to recognize tokens. */
interface Reader {
  readonly kind: string;
  readonly inputRanks: readonly number[];
  readonly outputRank: number;
}

/** Sequence layers that are not transformers: those of convolutional and recurrent networks. */
const usual =
  /(1D|RNN|LSTM|GRU|ReLU|ELU|Dense|Bidirectional|Distributed|Dropout\w*|Activation|Softmax|Reshape|Permute|RepeatVector|Flatten|BatchNormalization|Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Masking|Regularization|Rescaling)$|^Gaussian/;

/** Whether a network continues with tokens `[N, T, C]` after its last feature map, as transformers do. */
export function readsTokens(steps: readonly Reader[]): boolean {
  return steps.some(
    ({ kind, inputRanks, outputRank }) =>
      /attention|transformer/i.test(kind) ||
      (inputRanks.includes(3) && outputRank === 3 && !usual.test(kind)),
  );
}

/** The way out where tokens can be tapped. */
export const whereTokens = 'Say where patches are: { tokens: { prefix: 1 } }. ';

/**
 * Refuses a tap before tokens: its map would look like an explanation of a decision that the tokens make.
 *
 * @param wayOut A sentence about what else works.
 */
export function refuseTokens(tap: string, pixels: string, wayOut = ''): never {
  throw new TapError(
    `After '${tap}' this model continues with tokens: a map there shows patches, not reasons. ${wayOut}Explain the pixels: { tap: '${pixels}' } with rise() or occlusion(); or get it: { tap: '${tap}' }.`,
  );
}
