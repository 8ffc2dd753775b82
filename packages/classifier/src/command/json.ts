/** Version of the form of what `--json` prints. It changes only if a field is removed or gets another meaning. */
const formVersion = 1;

/** What `--json` prints for a result, in pieces: the answers for a million photos are longer than a text can be. */
export function* resultLine(verb: string, result: object): Generator<string, void, undefined> {
  yield `{"shroom":${formVersion},"verb":${JSON.stringify(verb)},"result":{`;
  let comma = '';
  for (const [name, value] of Object.entries(result)) {
    const key = `${comma}${JSON.stringify(name)}:`;
    if (Array.isArray(value)) {
      yield `${key}[`;
      for (const [index, item] of value.entries())
        yield `${index > 0 ? ',' : ''}${JSON.stringify(item) ?? null}`;
      yield ']';
    } else {
      const text = JSON.stringify(value);
      if (text === undefined) continue;
      yield `${key}${text}`;
    }
    comma = ',';
  }
  yield '}}\n';
}

/** What `--json` prints for an error. */
export const errorLine = (
  verb: string | undefined,
  { name, message }: Pick<Error, 'name' | 'message'>,
): string =>
  `${JSON.stringify({ shroom: formVersion, verb: verb ?? null, error: { name, message } })}\n`;
