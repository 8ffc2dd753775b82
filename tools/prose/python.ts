import { type Line, type Passage, passagesOf } from './passage';

/** Returns the comments and docstrings of a Python program, and messages that it prints or raises in a single line. */
export function passagesOfPython(text: string): Passage[] {
  const passages: Passage[] = [];
  /** What the open triple quotes hold: a docstring, or another text. */
  let quoted: 'docstring' | 'text' | undefined;
  let run: Line[] = [];
  const flush = () => {
    passages.push(...passagesOf(run, () => false));
    run = [];
  };
  for (const [index, source] of text.split('\n').entries()) {
    const line = index + 1;
    const count = source.split('"""').length - 1;
    if (quoted || count > 0) {
      const kind = quoted ?? (/^\s*r?"""/.test(source) ? 'docstring' : 'text');
      if (!quoted) flush();
      if (kind === 'docstring') run.push({ line, text: source.replaceAll(/r?"""/g, '') });
      if (count === 1) quoted = quoted ? undefined : kind;
      if (!quoted) flush();
      continue;
    }
    const comment = /^\s*# ?(.*)$/.exec(source)?.[1];
    if (comment === undefined) flush();
    const rest = comment ?? /\s{2}# (.*)$/.exec(source)?.[1];
    if (rest !== undefined) run.push({ line, text: rest });
    if (comment === undefined) flush();
    if (/\b(print|raise|exit|help=)/.test(source))
      for (const [, string] of source.matchAll(/"([^"|]+)"/g))
        passages.push([{ line, text: string! }]);
  }
  flush();
  return passages;
}
