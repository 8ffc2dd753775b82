import { type Line, type Passage, passagesOf } from './passage';

/** Comments and docstrings of a Python program, and what it prints or raises in one line. */
export function passagesOfPython(text: string): Passage[] {
  const passages: Passage[] = [];
  let quoted = false;
  let run: Line[] = [];
  const flush = () => {
    passages.push(...passagesOf(run, () => false));
    run = [];
  };
  for (const [index, source] of text.split('\n').entries()) {
    const line = index + 1;
    const docstring = /^\s*r?"""/.test(source) || (quoted && source.includes('"""'));
    if (quoted || docstring) {
      if (!quoted) flush();
      run.push({ line, text: source.replace(/^\s*r?"""/, '').replace(/""".*$/, '') });
      if (docstring && source.split('"""').length === 2) quoted = !quoted;
      if (!quoted) flush();
      continue;
    }
    const comment = /^\s*# ?(.*)$/.exec(source)?.[1];
    if (comment === undefined) flush();
    const rest = comment ?? /\s{2}# (.*)$/.exec(source)?.[1];
    if (rest !== undefined) run.push({ line, text: rest });
    if (comment === undefined) flush();
    if (/\b(print|raise|exit|help=)/.test(source))
      for (const [, string] of source.matchAll(/"([^"]+)"/g))
        passages.push([{ line, text: string! }]);
  }
  flush();
  return passages;
}
