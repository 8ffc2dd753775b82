/** The header of an npy file: a Python dictionary with three entries. */
export interface NpyHeader {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** Matches one entry of the dictionary. Made only when a file is read, so that bundles without such files can leave it out. */
function entryPattern(): RegExp {
  const space = '[ \\t]*';
  const string = `'([^'\\\\]*)'`;
  const tuple = `\\(${space}((?:\\d+${space},${space})*(?:\\d+${space})?)\\)`;
  const value = `(?:${string}|(True|False)|${tuple})`;
  return new RegExp(`${space}${string}${space}:${space}${value}${space}(,|$)`, 'y');
}

/**
 * Reads the dictionary in the header of an npy file. Its three entries may come in any order, each exactly once.
 *
 * @returns The header, or a text that says what is wrong if the dictionary is invalid.
 */
export function parseNpyHeader(text: string): NpyHeader | string {
  const body = /^\{(.*)\} *\n$/s.exec(text)?.[1];
  if (body === undefined) return 'its header is not a dictionary that ends with a line break';
  const entry = entryPattern();
  const found = new Map<string, string | boolean | readonly number[]>();
  for (let position = 0; body.slice(position).trim() !== ''; position = entry.lastIndex) {
    entry.lastIndex = position;
    const [, key, word, truth, list] = entry.exec(body) ?? [];
    if (key === undefined)
      return `its header cannot be read at character ${position + 1}: ${JSON.stringify(text)}`;
    if (found.has(key)) return `its header has '${key}' twice`;
    if (word !== undefined) found.set(key, word);
    else if (truth !== undefined) found.set(key, truth === 'True');
    else {
      const shape = shapeOf(list!);
      if (!shape) return `its shape (${list}) is not a tuple of whole numbers below 2^53`;
      found.set(key, shape);
    }
  }
  const [descr, isFortran, shape] = ['descr', 'fortran_order', 'shape'].map(key => found.get(key));
  const isRight =
    typeof descr === 'string' && typeof isFortran === 'boolean' && Array.isArray(shape);
  if (!isRight || found.size !== 3)
    return `its header should have descr, fortran_order and shape, but it is ${text.trim()}`;
  return { descr, isFortran, shape };
}

/** In Python `(3,)` is a tuple but `(3)` is not, and `(03,)` is a syntax error. */
function shapeOf(list: string): number[] | undefined {
  const sides = list.split(',').map(side => side.trim());
  if (sides.at(-1) === '') sides.pop();
  else if (sides.length === 1) return undefined;
  const isWhole = (side: string) =>
    /^(?:0|[1-9]\d*)$/.test(side) && Number.isSafeInteger(Number(side));
  return sides.every(isWhole) ? sides.map(Number) : undefined;
}
