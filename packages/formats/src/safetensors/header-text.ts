/** Throws an error with this text, which says what is wrong. */
type Fail = (why: string) => never;

/**
 * Parses the JSON of a header, checking each part against what the format requires. Unlike `JSON.parse`, it notices repeated names, and
 * refuses integers written as `1.0` or `1e0`.
 */
export class HeaderText {
  readonly #text: string;
  readonly #fail: Fail;
  #position = 0;

  constructor(text: string, fail: Fail) {
    this.#text = text;
    this.#fail = fail;
  }

  /** Parses an object. @param read Parses the value of a name. */
  object(read: (name: string) => void): void {
    const names = new Set<string>();
    this.#list('{', '}', () => {
      const name = this.string();
      if (names.has(name)) this.#fail(`its header has ${JSON.stringify(name)} twice`);
      names.add(name);
      this.#take(':');
      read(name);
    });
  }

  /** Parses a list of integers of at least 0. */
  counts(): number[] {
    const counts: number[] = [];
    this.#list('[', ']', () => counts.push(this.#count()));
    return counts;
  }

  string(): string {
    this.#skipSpace();
    const start = this.#position;
    if (this.#text[start] !== '"') this.#refuse('a string');
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"')
      end += this.#text[end] === '\\' ? 2 : 1;
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      this.#refuse('a string');
    }
    if (!isText(value)) this.#refuse('a string of whole characters');
    this.#position = end + 1;
    return value;
  }

  /** Checks that only white space follows. */
  end(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#refuse('its end');
  }

  #list(open: string, close: string, readItem: () => void): void {
    this.#take(open);
    if (this.#next() === close) {
      this.#position++;
      return;
    }
    for (;;) {
      readItem();
      if (this.#next() === close) break;
      this.#take(',');
    }
    this.#position++;
  }

  #count(): number {
    this.#skipSpace();
    const digits = /(?:0|[1-9]\d*)(?![\d.eE])/y;
    digits.lastIndex = this.#position;
    const found = digits.exec(this.#text)?.[0] ?? '';
    const value = Number(found);
    if (found === '' || !Number.isSafeInteger(value)) this.#refuse('a whole number below 2^53');
    this.#position += found.length;
    return value;
  }

  #take(character: string): void {
    if (this.#next() !== character) this.#refuse(`'${character}'`);
    this.#position++;
  }

  #next(): string | undefined {
    this.#skipSpace();
    return this.#text[this.#position];
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#position] ?? 'none')) this.#position++;
  }

  #refuse(expected: string): never {
    const found = this.#text.slice(this.#position, this.#position + 20);
    return this.#fail(
      `its header should have ${expected} at character ${this.#position}, it has ${found === '' ? 'no more' : JSON.stringify(found)}`,
    );
  }
}

/** Whether a string contains no lone surrogate, which UTF-8 cannot encode. */
export const isText = (value: string): boolean => !/\p{Surrogate}/u.test(value);
